"""Suites, cells and runs as tests of Evaluate need them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playground.evaluations.cells import Cell
from playground.sessions.turns import Answer, TurnError
from playground.suites.check_result import CheckResult
from playground.suites.suite import Arm, Case, Suite
from speko_client.models import CompleteUsage, Timing

AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def suite(cases: int = 3, arms: int = 2, **fields: Any) -> Suite:
    """A suite of cases ``c0``, ``c1`` ... and arms ``a0``, ``a1`` ..., each pinned."""
    some = {"cases": tuple(Case(id=f"c{n}", vars={"input": f"Say {n}"}) for n in range(cases))}
    pinned = tuple(Arm(id=f"a{n}", pin=f"vendor{n}:model") for n in range(arms))
    return Suite(**{"name": "Capitals", **some, "arms": pinned, **fields})


def cell(case: str = "c0", arm: str = "a0", repeat: int = 0, **fields: Any) -> Cell:
    """A cell that passed its one check."""
    answer = Answer(
        text="Paris",
        provider="openai",
        model="gpt-4o",
        usage=CompleteUsage(prompt_tokens=10, completion_tokens=2),
        timing=Timing(ttft_ms=100.0, total_ms=150.0),
        failover_count=1,
        cost_usd=0.25,
    )
    given = {"answer": answer, "checks": (CheckResult(name="contains “Paris”", passed=True),)}
    times = {"started_at": AT, "ended_at": AT + timedelta(seconds=1)}
    return Cell(case_id=case, arm_id=arm, repeat=repeat, **{**times, **given, **fields})


def failed(case: str = "c0", arm: str = "a0", repeat: int = 0) -> Cell:
    """A cell that got no answer."""
    error = TurnError(message="It is down.", code="ALL_PROVIDERS_FAILED", status=500)
    return cell(case, arm, repeat, answer=Answer(), checks=(), error=error)
