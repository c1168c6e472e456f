"""A run as CSV, JSON, JUnit XML and a page: complete, safe, and made as the cells come."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluations.cells import Cell, Run, summary_of
from playground.evaluations.run_csv import COLUMNS, run_csv
from playground.evaluations.run_json import run_json
from playground.evaluations.run_junit import run_junit
from playground.evaluations.run_page import Findings, run_page
from playground.sessions.turns import Answer, TurnError
from playground.suites.check_result import CheckResult
from playground.suites.suite import Arm, Case, Suite
from playground.suites.suite_files import suite_from
from speko_client.models import Timing
from tests.any_suites import CELLS
from tests.playground.exports.test_page import FETCHING, Page
from tests.turns import NOON, used

SUITE = Suite(
    name="Hours",
    cases=(
        Case(id="sunday", vars={"input": "=Open?"}, ideal="At ten", tags=("x", "y")),
        Case(id="monday", vars={"input": "And on Monday?"}, language="de"),
    ),
    arms=(Arm(id="router"), Arm(id="gpt", name="GPT", pin="openai:gpt-4o")),
    repeats=2,
)
RUN = Run(id="r1", name="My run", suite=SUITE, status="done", started_at=NOON, server="Gateway")


def cell(case_id: str = "sunday", arm_id: str = "router", repeat: int = 0, **given: Any) -> Cell:
    """A cell that passed."""
    answer = {
        "text": "At ten.",
        "provider": "openai",
        "model": "gpt-4o",
        "failover_count": 0,
        "timing": Timing(ttft_ms=300, total_ms=1200),
        "usage": used(9, 4),
        "cost_usd": 0.001,
        **given.pop("answer", {}),
    }
    values = {
        "checks": (CheckResult(name="contains “ten”", passed=True),),
        "started_at": NOON,
        "ended_at": NOON,
        **given,
    }
    return Cell(case_id=case_id, arm_id=arm_id, repeat=repeat, answer=Answer(**answer), **values)


FAILED = CheckResult(name="contains “ten”", passed=False, detail="It says “No\x07”.")
UNKNOWN = CheckResult(name="a cost of at most $0.01", passed=None, detail="It is not known.")
CELLS_OF_ALL_KINDS = [
    cell(),
    cell(repeat=1, checks=(FAILED, UNKNOWN), predicted="xai:grok-2", answer={"failover_count": 2}),
    cell(arm_id="gpt", answer={"simulated": True, "words": "scripted"}),
    cell(
        "monday",
        error=TurnError(message="It timed out.", code="TIMEOUT", advice="Try again."),
        answer={"text": ""},
    ),
    cell("monday", "gpt", checks=(UNKNOWN,)),
]


def joined(pieces: Iterator[bytes]) -> bytes:
    """The whole file."""
    return b"".join(pieces)


def rows(cells: list[Cell]) -> list[dict[str, str]]:
    """The CSV read again."""
    text = joined(run_csv(RUN, cells)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_csv_has_a_row_for_each_cell() -> None:
    first, second, third, fourth, fifth = rows(CELLS_OF_ALL_KINDS)
    assert first["outcome"] == "passed"
    assert (first["ttft_ms"], first["tokens_out"], first["cost_usd"]) == ("300.0", "4", "0.001")
    assert (first["message"], first["ideal"], first["tags"]) == ("'=Open?", "At ten", "x, y")
    assert (first["started_at"], first["language"]) == ("2026-04-01T12:00:00+00:00", "en")
    assert (second["outcome"], second["failovers"]) == ("failed", "2")
    assert (second["checks_passed"], second["checks_decided"]) == ("0", "1")
    assert second["failed_checks"] == "contains “ten”: It says “No\x07”."
    assert (third["arm"], third["labels"]) == ("GPT", "simulated, scripted")
    assert (fourth["outcome"], fourth["error_code"], fourth["answer"]) == (
        "no answer",
        "TIMEOUT",
        "",
    )
    assert (fifth["outcome"], fifth["passed"]) == ("undecided", "")


@given(st.lists(CELLS, max_size=5))
def test_no_cell_of_the_csv_is_a_formula(cells: list[Cell]) -> None:
    read = rows(cells)
    assert len(read) == len(cells)
    for row in read:
        assert list(row) == list(COLUMNS)
        for value in row.values():
            is_number = re.fullmatch(r"-?[\d.e+-]+", value)
            assert is_number or not value.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_the_json_has_everything() -> None:
    read = json.loads(joined(run_json(RUN, CELLS_OF_ALL_KINDS)))
    assert (read["format"], read["version"]) == ("speko-evaluation", 1)
    assert read["run"]["id"] == "r1"
    assert suite_from(read["suite"]) == SUITE
    assert [each["outcome"] for each in read["cells"]] == [
        "passed",
        "failed",
        "passed",
        "no answer",
        "undecided",
    ]
    assert read["cells"][2]["simulated"] is True
    assert read["cells"][1]["checks"][0]["detail"] == "It says “No\x07”."
    assert read["cells"][0]["answer"]["timing"]["ttft_ms"] == 300
    assert "ranking" not in read["cells"][0]


@given(st.lists(CELLS, max_size=5))
def test_any_run_is_json(cells: list[Cell]) -> None:
    read = json.loads(joined(run_json(RUN, cells)))
    assert [each["answer"]["text"] for each in read["cells"]] == [c.answer.text for c in cells]


def junit(cells: list[Cell]) -> ElementTree.Element:
    """The XML read again, and checked as Jenkins' and pytest's schemas have it."""
    root = ElementTree.fromstring(joined(run_junit(RUN, cells)))  # noqa: S314
    counts = {"tests", "failures", "errors", "skipped", "time"}
    assert root.tag == "testsuites"
    assert set(root.attrib) == {"name", *counts}
    for suite in root:
        assert suite.tag == "testsuite"
        assert set(suite.attrib) == {"name", "timestamp", *counts}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
        assert [each.tag for each in suite][:1] == ["properties"]
        assert {each.tag for each in suite[1:]} <= {"testcase"}
        for kind, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert len(suite.findall(f"testcase/{kind}")) == int(suite.attrib[name])
        assert len(suite.findall("testcase")) == int(suite.attrib["tests"])
        for test in suite.findall("testcase"):
            assert set(test.attrib) == {"name", "classname", "time"}
            tags = [each.tag for each in test]
            assert tags[-1:] == ["system-out"]
            assert tags[:-1] in ([], ["failure"], ["error"], ["skipped"])
    for name in counts - {"time"}:
        assert int(root.attrib[name]) == sum(int(suite.attrib[name]) for suite in root)
    return root


def test_junit_has_a_suite_for_each_arm() -> None:
    router, gpt = junit(CELLS_OF_ALL_KINDS)
    assert (router.attrib["name"], router.attrib["tests"]) == ("router", "3")
    assert (router.attrib["failures"], router.attrib["errors"]) == ("1", "1")
    assert (gpt.attrib["name"], gpt.attrib["skipped"]) == ("GPT", "1")
    assert [test.attrib["name"] for test in router.iter("testcase")] == [
        "sunday #1",
        "sunday #2",
        "monday #1",
    ]
    failure, error = router.find("testcase/failure"), router.find("testcase/error")
    assert failure is not None
    assert failure.attrib["message"] == "contains “ten”: It says “No\ufffd”."
    assert error is not None
    assert (error.attrib["type"], error.text) == ("TIMEOUT", "It timed out. Try again.")
    simulated = gpt.find("properties/property[@name='simulated']")
    assert simulated is not None
    assert simulated.attrib["value"] == "1 of 2"


def test_an_arm_that_was_not_asked_yet_has_no_tests() -> None:
    assert [suite.attrib["tests"] for suite in junit([])] == ["0", "0"]


@given(st.lists(CELLS, max_size=5))
def test_any_run_is_junit(cells: list[Cell]) -> None:
    assert junit(cells).attrib["tests"] == str(len(cells))


FOUND = Findings(
    sentences=("Routed against GPT: +3 points, can't tell.",),
    headings=("Arm", "Passed"),
    rows=(("router", "1 of 2 <50%>"), ("GPT", "simulated")),
    notes=("Intervals are 95 %.",),
)


def page(cells: list[Cell], found: Findings = FOUND) -> Page:
    """The page read again: well-formed, and asking for nothing."""
    content = joined(run_page(RUN, [summary_of(each) for each in cells], cells, found))
    read = Page(content)
    assert b"default-src 'none'" in content
    assert not {"script", "link", "img", "iframe", "form", "base"} & {tag for tag, _ in read.tags}
    for _, attributes in read.tags:
        assert not FETCHING & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    assert read.count("h1") == 1
    assert "url(" not in content.decode().split("</style>")[0]
    return read


def test_the_page_says_what_may_be_said_and_shows_every_cell() -> None:
    words = page(CELLS_OF_ALL_KINDS).words
    for part in (
        "My run",
        "Asked of: Gateway.",
        "Routed against GPT: +3 points, can't tell.",
        "1 of 2 <50%>",
        "Intervals are 95 %.",
        "1 of 5 answers came from simulated vendors. They say nothing about any model's quality.",
        "=Open?",
        "contains “ten”: It says “No\x07”.",
        "It timed out. Try again.",
        "Failed over twice",
        "predicted xai:grok-2",
        "simulated, scripted",
        "not decided",
    ):
        assert part in words


def test_a_large_page_shows_what_is_worth_a_look() -> None:
    many = [cell("sunday", "gpt", repeat) for repeat in range(2_001)]
    some = [*many, cell("sunday", checks=(FAILED,), answer={"text": "Never."})]
    words = page(some).words
    assert "This run has more than 2,000 cells" in words
    assert words.count("At ten.") == 0
    assert words.count("Never.") == 1
    assert "2001 of 2001" in words


def test_a_page_of_a_run_without_cells_is_a_page() -> None:
    assert "My run" in page([], Findings()).words


@given(st.lists(CELLS, max_size=5))
def test_nobodys_words_become_a_part_of_the_page(cells: list[Cell]) -> None:
    read = page(cells)
    assert read.count("section") <= len(cells)


@pytest.mark.parametrize("write", [run_csv, run_json, run_junit])
def test_a_large_run_takes_little_memory(write: Any) -> None:
    long = {"text": "x" * 8_000}
    cells = (cell(f"c{n}", "gpt", answer=long) for n in range(5_000))
    tracemalloc.start()
    try:
        size = sum(len(piece) for piece in write(RUN, cells))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 40_000_000
    assert peak < 6_000_000
