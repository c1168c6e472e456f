"""A run as JUnit XML, as CI servers read it: a test suite for each arm, a test for each cell.

A check that failed is a failure, a call without an answer an error; where nothing was decided, the
test was skipped. Whatever stands in a text, the XML is well-formed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from playground.evaluations.cell_words import Named, failed_checks, labels, outcome, said
from playground.evaluations.cells import Cell, Run
from playground.suites.suite import Arm

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST: Final = 10_000
"""Characters of an answer in the report."""
_IN_MEMORY: Final = 1_000_000
_RETURN: Final = {"\r": "&#13;"}


@dataclass
class _Sums:
    tests: int = 0
    failures: int = 0
    errors: int = 0
    skipped: int = 0
    seconds: float = 0.0
    simulated: int = 0

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def attributes(self) -> str:
        """As both kinds of suites have them."""
        return (
            f'tests="{self.tests}" failures="{self.failures}" errors="{self.errors}" '
            f'skipped="{self.skipped}" time="{self.seconds:.3f}"'
        )


class _Tests:
    """An arm's tests so far; what is more than a megabyte waits on disk."""

    def __init__(self) -> None:
        self.sums = _Sums()
        self.began: datetime | None = None
        self.file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115

    def take(self, cell: Cell, xml: str) -> None:
        """One more test."""
        what = outcome(cell)
        self.sums += _Sums(
            1,
            failures=what == "failed",
            errors=what == "no answer",
            skipped=what in ("undecided", "not checked"),
            seconds=_seconds(cell),
            simulated=cell.answer.simulated,
        )
        self.began = min(self.began or cell.started_at, cell.started_at)
        self.file.write(xml.encode())

    def pieces(self) -> Iterator[bytes]:
        """The tests again."""
        self.file.seek(0)
        while piece := self.file.read(_IN_MEMORY):
            yield piece


def run_junit(run: Run, cells: Iterable[Cell]) -> Iterator[bytes]:
    """The file in pieces, once all cells have come."""
    named = Named(run)
    by_arm: dict[str, _Tests] = {arm.id: _Tests() for arm in run.suite.arms}
    try:
        for cell in cells:
            if cell.arm_id not in by_arm:
                by_arm[cell.arm_id] = _Tests()
            by_arm[cell.arm_id].take(cell, _test(cell, named, run))
        yield from _report(run, named, by_arm)
    finally:
        for tests in by_arm.values():
            tests.file.close()


def _report(run: Run, named: Named, by_arm: Mapping[str, _Tests]) -> Iterator[bytes]:
    whole = sum((tests.sums for tests in by_arm.values()), _Sums())
    name = _attribute(run.name or run.suite.name)
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name={name} {whole.attributes()}>\n'
    ).encode()
    for arm_id, tests in by_arm.items():
        arm = named.arm(arm_id)
        began = (tests.began or run.started_at).replace(tzinfo=None).isoformat("T", "seconds")
        yield (
            f'<testsuite name={_attribute(arm.label)} timestamp="{began}" '
            f"{tests.sums.attributes()}>\n{_properties(run, arm, tests.sums)}"
        ).encode()
        yield from tests.pieces()
        yield b"</testsuite>\n"
    yield b"</testsuites>\n"


def _properties(run: Run, arm: Arm, sums: _Sums) -> str:
    facts = {
        "run": run.id,
        "server": run.server,
        "arm": arm.id,
        "pin": arm.pin or "",
        "optimize_for": "" if arm.pin else arm.optimize_for,
        "simulated": f"{sums.simulated} of {sums.tests}" if sums.simulated else "",
        "drill": "yes" if arm.drill else "",
    }
    written = "".join(
        f"<property name={_attribute(name)} value={_attribute(value)}/>\n"
        for name, value in facts.items()
        if value
    )
    return f"<properties>\n{written}</properties>\n"


def _test(cell: Cell, named: Named, run: Run) -> str:
    arm = named.arm(cell.arm_id)
    repeat = f" #{cell.repeat + 1}" if run.suite.repeats > 1 or cell.repeat else ""
    return (
        f"<testcase name={_attribute(cell.case_id + repeat)} "
        f"classname={_attribute(f'{run.suite.name}.{arm.label}')} "
        f'time="{_seconds(cell):.3f}">\n{_what(cell)}'
        f"<system-out>{_text(_out(cell, arm))}</system-out>\n</testcase>\n"
    )


def _what(cell: Cell) -> str:
    if cell.error is not None:
        words = " ".join(filter(None, (cell.error.message, cell.error.advice)))
        return (
            f"<error message={_attribute(cell.error.message)} type={_attribute(cell.error.code)}>"
            f"{_text(words)}</error>\n"
        )
    if cell.passed is None:
        undecided = "; ".join(map(said, cell.checks)) or "nothing was to be checked"
        return f"<skipped message={_attribute(undecided)}/>\n"
    if cell.passed:
        return ""
    failed = failed_checks(cell)
    return (
        f'<failure message={_attribute(failed[0])} type="check">'
        f"{_text(chr(10).join(failed))}</failure>\n"
    )


def _out(cell: Cell, arm: Arm) -> str:
    about = ", ".join([cell.served or "", *labels(cell, arm)]).strip(", ")
    text = cell.answer.text
    cut = "" if len(text) <= _LONGEST else f"\n… ({len(text):,} characters)"
    return "\n".join(filter(None, (about and f"[{about}]", text[:_LONGEST] + cut)))


def _seconds(cell: Cell) -> float:
    timing = cell.answer.timing
    if timing is not None and timing.total_ms is not None:
        return timing.total_ms / 1000
    return max((cell.ended_at - cell.started_at).total_seconds(), 0.0)


def _attribute(value: str) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", value))


def _text(value: str) -> str:
    return escape(_NO_XML.sub("\ufffd", value), _RETURN)
