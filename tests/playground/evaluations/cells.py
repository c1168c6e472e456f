"""Suites and cells for tests, with few words each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from playground.evaluations.cells import CellSummary
from playground.suites.suite import Arm, Case, Suite

CHEAP, GOOD = "acme:small", "bolt:large"


def suite(
    cases: int | Iterable[Case], *arms: Arm, baseline: str | None = None, repeats: int = 1
) -> Suite:
    """A suite of these cases, or of so many ("c0", "c1", ...)."""
    some = [Case(id=f"c{n}") for n in range(cases)] if isinstance(cases, int) else list(cases)
    return Suite(name="Sums", cases=tuple(some), arms=arms, baseline=baseline, repeats=repeats)


def cell(
    case: str,
    arm: str,
    passed: bool | None = True,
    *,
    repeat: int = 0,
    by: str | None = CHEAP,
    predicted: str | None = None,
    failovers: int = 0,
    simulated: bool = False,
    ttft: float | None = 300.0,
    cost: float | None = 0.001,
    error: str | None = None,
) -> CellSummary:
    """One cell, answered by ``by`` (``vendor:model``) unless it went wrong."""
    vendor, _, model = (by or "").partition(":")
    answered = error is None and by is not None
    return CellSummary(
        case_id=case,
        arm_id=arm,
        repeat=repeat,
        passed=passed if error is None else False,
        provider=vendor if answered else None,
        model=model if answered else None,
        predicted=predicted,
        failovers=failovers,
        simulated=simulated,
        ttft_ms=ttft if answered else None,
        total_ms=None if ttft is None or not answered else 2 * ttft,
        cost_usd=cost if answered else None,
        tokens=20 if answered else None,
        error=error,
    )


def column(
    arm: str,
    passed: Iterable[bool | None],
    *,
    repeat: int = 0,
    by: str | None = CHEAP,
    cost: float | None = 0.001,
    ttft: float | None = 300.0,
    simulated: bool = False,
) -> Iterator[CellSummary]:
    """An arm's cells, one for each of the suite's cases in their order."""
    for place, each in enumerate(passed):
        yield cell(
            f"c{place}",
            arm,
            each,
            repeat=repeat,
            by=by,
            cost=cost,
            ttft=ttft,
            simulated=simulated,
        )
