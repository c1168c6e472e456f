"""Whatever goes wrong, nothing is kept of it: every fault over and over, objects counted.

The run of 10,000 calls sees a process from outside, where freed memory shows late and roughly. Here
Python's own allocations are traced, so that a leak of a single object per call would show.
"""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Generator

import aiohttp
import pytest

from speko_client.list_prices import list_price
from speko_gateway.config import Limits
from tests.gateway.fire.calls import Form, ask
from tests.gateway.fire.faults import FAULTS
from tests.gateway.fire.hostile_upstream import Play, hostile_upstream
from tests.gateway.fire.test_fire_each import gateway_before

LIMITS = Limits(
    connect=20, first_token=0.5, first_token_local=0.5, whole=0.5, idle=0.5, answer=20, deadline=20
)
FORMS: tuple[Form, Form] = ("json", "stream")
PAUSING = {"429 with a pause", "503 with a pause"}
"""They would keep the one vendor out, and the calls after them from happening."""
LARGE = {
    "huge error", "huge JSON", "endless event", "endless blanks", "wide event", "wide object",
    "wide list", "flood of nothing", "endless data lines", "too many calls",
}  # fmt: skip
"""Tracing their megabytes takes seconds; the run of 10,000 has them."""
PLAYED = [name for name in FAULTS if name not in PAUSING | LARGE]
WARM_ROUNDS, ROUNDS = 2, 3
BYTES_PER_CALL = 100
"""Less than the smallest object that a call could leave behind (an empty task has 200 bytes)."""


@pytest.fixture
def traced() -> Generator[None]:
    """Allocations are traced for the length of the test.

    The table of list prices is read before: to trace that takes longer than a caller waits.
    """
    list_price("openai", "gpt-4o", 1, 1)
    tracemalloc.start()
    yield
    tracemalloc.stop()


async def round_of_faults(session: aiohttp.ClientSession, url: str) -> None:
    """Each fault once in each form; the call's number chooses it.

    The same numbers in each round, for pydantic remembers the latest few thousand short texts.
    """
    for call, form in ((each, form) for each in range(len(PLAYED)) for form in FORMS):
        await ask(session, url, call, form, ["custom-bad"])


@pytest.mark.leaping
@pytest.mark.usefixtures("traced")
async def test_no_fault_leaves_anything_behind() -> None:
    def choose(call: int, _vendor: str, _model: str) -> tuple[str, Play]:
        return PLAYED[call], FAULTS[PLAYED[call]].play

    async with hostile_upstream(choose) as upstream:
        vendors = {"bad": f"{upstream.url}/bad/v1"}
        async with gateway_before(vendors, LIMITS) as (url, session):
            held: list[tuple[int, int]] = []
            for rounds in (WARM_ROUNDS, ROUNDS):
                for _ in range(rounds):
                    await round_of_faults(session, url)
                upstream.seen.clear()
                await asyncio.sleep(0)
                gc.collect()
                held.append((tracemalloc.get_traced_memory()[0], len(asyncio.all_tasks())))
    (early, early_tasks), (late, late_tasks) = held
    assert late_tasks <= early_tasks
    assert (late - early) / (ROUNDS * len(PLAYED) * len(FORMS)) < BYTES_PER_CALL
