"""A run as scores: what is measured is in the file, and what is not is named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluations.cells import CellSummary, Run
from playground.findings.as_scores import FEWEST, AsScores, as_scores
from playground.findings.statistics import wilson
from playground.suites.suite import Arm, AtMost, Case, Judge, Judged, Suite
from speko_client.models import Fault, SnapshotFile
from tests.playground.evaluations.cells import cell, column, suite

SMALL, LARGE = Arm(id="small", pin="acme:small"), Arm(id="large", pin="bolt:large")


def scored(cells: Sequence[CellSummary], of: Suite) -> AsScores:
    """The scores of a run of these cells."""
    at = datetime(2026, 11, 26, 17, tzinfo=UTC)
    return as_scores(Run(id="r1", suite=of, started_at=at), cells)


def file_of(found: AsScores) -> SnapshotFile:
    """Its file, which is there."""
    assert found.file is not None
    return found.file


def reasons(found: AsScores) -> dict[str, str]:
    """Why who was left out."""
    return {each.name: each.reason for each in found.left_out}


def test_a_run_becomes_a_snapshot_with_n_date_source_and_intervals() -> None:
    cells = [
        *column("small", [place < 7 for place in range(10)], ttft=210),
        *column("large", [place < 9 for place in range(10)], by="bolt:large", ttft=620),
    ]
    file = file_of(found := scored(cells, suite(10, SMALL, LARGE)))
    assert (file.origin, file.date) == ("measured", date(2026, 11, 26))
    assert file.source == "Evaluate: run r1 of the suite “Sums”, 10 cases, 2 candidates"
    assert file.label == "Sums, measured"
    assert "share" in file.scale
    small, large = file.rows
    assert (small.provider, small.model, small.language, small.vertical) == (
        "acme", "small", "en", "general",
    )  # fmt: skip
    assert (small.quality, small.n, small.ttft_ms) == (70.0, 10, 210.0)
    assert (large.quality, large.n, large.ttft_ms) == (90.0, 10, 620.0)
    low, high = wilson(0.7, 10)
    assert (small.quality_low, small.quality_high) == pytest.approx(
        (100 * low, 100 * high), abs=0.01
    )
    assert found.left_out == ()
    assert small.usd_per_minute is None


def test_each_language_and_vertical_of_the_cases_has_a_row() -> None:
    cases = [
        *[Case(id=f"c{n}") for n in range(5)],
        *[Case(id=f"c{n}", language="de", vertical="legal") for n in range(5, 10)],
    ]
    file = file_of(scored(list(column("small", [True] * 5 + [False] * 5)), suite(cases, SMALL)))
    assert [(row.language, row.vertical, row.quality) for row in file.rows] == [
        ("en", "general", 100.0),
        ("de", "legal", 0.0),
    ]
    german = file_of(
        scored(
            list(column("small", [True] * 5)), suite(5, SMALL).model_copy(update={"language": "de"})
        )
    )
    assert [row.language for row in german.rows] == ["de"]


def test_simulated_answers_never_count() -> None:
    cells = list(column("small", [True] * 10, simulated=True))
    found = scored(cells, suite(10, SMALL))
    assert found.file is None
    assert reasons(found) == {"acme small": "its answers are simulated"}
    some = [each._replace(simulated=place < 2) for place, each in enumerate(cells)]
    found = scored(some, suite(10, SMALL))
    assert file_of(found).rows[0].n == 8
    assert reasons(found) == {"acme small": "2 of its 10 answers are simulated"}


def test_too_few_cases_and_too_many_failures_are_named() -> None:
    arms = SMALL, LARGE, Arm(id="down", pin="cord:new")
    cells = [
        *column("small", [True] * 6),
        *column("large", [True] * 4, by="bolt:large"),
        *(
            cell(f"c{n}", "down", error="UPSTREAM" if n < 4 else None, by="cord:new")
            for n in range(6)
        ),
    ]
    found = scored(cells, suite(6, *arms))
    assert [row.provider for row in file_of(found).rows] == ["acme"]
    assert reasons(found) == {
        "bolt large, en general": "4 cases, and 5 are needed",
        "cord new, en general": "4 of 6 cells got no answer",
    }


def test_a_few_failures_count_as_not_passed() -> None:
    cells = [cell(f"c{n}", "small", error="UPSTREAM" if n < 2 else None) for n in range(10)]
    assert file_of(scored(cells, suite(10, SMALL))).rows[0].quality == 80.0


def test_arms_under_a_drill_and_cells_that_failed_over_do_not_count() -> None:
    drilled = Arm(id="drilled", pin="acme:small", drill=(Fault(target="acme"),))
    found = scored(list(column("drilled", [True] * 9)), suite(9, drilled))
    assert found.file is None
    assert reasons(found) == {"drilled": "it was under a drill"}
    outage = drilled.model_copy(update={"pin": None})
    found = scored(list(column("drilled", [True] * 9)), suite(9, outage))
    assert reasons(found) == {"drilled": "it was under a drill"}
    routed = Arm(id="routed")
    cells = [
        cell(f"c{n}", "routed", by="acme:small" if n % 2 else "bolt:large", failovers=n == 1)
        for n in range(12)
    ]
    file = file_of(scored(cells, suite(12, routed)))
    assert [(row.provider, row.n) for row in file.rows] == [("acme", 5), ("bolt", 6)]


def test_routed_arms_count_only_where_none_is_pinned() -> None:
    cells = [*column("small", [False] * 6), *column("routed", [True] * 6, by="bolt:large")]
    file = file_of(scored(cells, suite(6, SMALL, Arm(id="routed"))))
    assert [(row.provider, row.quality) for row in file.rows] == [("acme", 0.0)]
    own = Arm(id="own", prompt="Shout: {{input}}")
    found = scored(list(column("own", [True] * 6)), suite(6, own))
    assert reasons(found) == {"own": "it has prompts of its own"}


def test_times_need_five_answers_and_a_run_without_checks_has_times_alone() -> None:
    cells = [cell(f"c{n}", "small", ttft=300 if n < 4 else None) for n in range(6)]
    assert file_of(scored(cells, suite(6, SMALL))).rows[0].ttft_ms is None
    (row,) = file_of(scored(list(column("small", [None] * 6)), suite(6, SMALL))).rows
    assert (row.quality, row.quality_low, row.n, row.ttft_ms) == (None, None, None, 300.0)
    nothing = scored(list(column("small", [None] * 6, ttft=None)), suite(6, SMALL))
    assert reasons(nothing) == {"acme small, en general": "nothing was checked or timed"}


def test_repeats_count_as_cases() -> None:
    of = suite(6, SMALL, repeats=3)
    cells = [
        each for repeat in range(3) for each in column("small", [True, False] * 3, repeat=repeat)
    ]
    file = file_of(scored(cells, of))
    assert (file.rows[0].quality, file.rows[0].n) == (50.0, 6)
    assert file.rows[0].quality_low == pytest.approx(100 * wilson(0.5, 6)[0], abs=0.01)
    assert "Each case was asked 3 times; n counts cases." in file.notes


def test_what_is_not_quality_alone_is_noted() -> None:
    of = suite(6, SMALL).model_copy(
        update={"checks": (AtMost(type="ttft", most=500), Judged()), "judge": Judge(pin="a:b")}
    )
    notes = " ".join(file_of(scored(list(column("small", [True] * 6)), of)).notes)
    assert "A judge model (a:b) decided" in notes
    assert "Checks of time, cost or routing count as well: ttft." in notes


def test_whether_an_answer_is_right_can_be_all_that_counts() -> None:
    of = suite(6, SMALL).model_copy(update={"checks": (AtMost(type="ttft", most=1),)})
    late = list(column("small", [False] * 6))
    right = {each.key: each.case_id != "c0" for each in late}
    at = datetime(2026, 11, 26, 17, tzinfo=UTC)
    file = file_of(as_scores(Run(id="r1", suite=of, started_at=at), late, right))
    assert file.rows[0].quality == pytest.approx(83.33)
    assert "Checks of time, cost or routing do not count: ttft." in file.notes


def test_a_local_model_whose_name_has_a_colon_keeps_it() -> None:
    arm = Arm(id="own", pin="custom-lab:qwen:4b")
    (row,) = file_of(
        scored(list(column("own", [True] * 6, by="custom-lab:qwen:4b")), suite(6, arm))
    ).rows
    assert (row.provider, row.model) == ("custom-lab", "qwen:4b")


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from([True, False, None])), max_size=60))
def test_whatever_was_measured_the_file_can_be_read_again(
    drawn: list[tuple[int, bool | None]],
) -> None:
    cells = [
        cell(f"c{case}", "small", passed, repeat=place)
        for place, (case, passed) in enumerate(drawn)
    ]
    found = scored(cells, suite(9, SMALL))
    if found.file is None:
        assert bool(found.left_out) == bool(cells)
        return
    again = SnapshotFile.model_validate_json(found.file.model_dump_json(by_alias=True))
    assert again == found.file
    for row in again.rows:
        if row.quality is not None:
            assert row.quality_low is not None
            assert row.quality_high is not None
            assert row.quality_low <= row.quality <= row.quality_high
            assert (row.n or 0) >= FEWEST
