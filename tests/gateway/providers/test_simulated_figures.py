"""What a caller reads of a simulated vendor's time: the snapshot's figures, on any machine."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from speko_client.models import DRILL_HEADER, Drill, Fault
from speko_gateway.config import Limits
from speko_gateway.failover.staging import DrillRules
from speko_gateway.gateway import Gateway
from speko_gateway.providers.stand_ins.simulated import SimulatedProvider, Stage
from tests.gateway.fleet_doubles import PlayedProvider, Wait, gateway, row, snapshot
from tests.gateway.played_engine import GOOD, PlayedEngine, Says
from tests.gateway.served import BODY, STREAM, events, serving

pytestmark = pytest.mark.leaping

URL = "/v1/complete"
STRICT = replace(Limits(), first_token=1, idle=1)
SNAPSHOT = snapshot(
    row("acme", "a", quality=90, ttft_ms=400, tokens_per_second=10),
    row("acme", "b", quality=10, ttft_ms=600, tokens_per_second=5),
)


def fleet_of(says: Says) -> Gateway:
    """A demo fleet whose machine says this, and that measures time by the loop."""
    made = gateway(PlayedProvider({"a": [], "b": []}), demo=True, limits=STRICT)
    vendor = SimulatedProvider("acme", Stage(SNAPSHOT, PlayedEngine(says)))
    return replace(
        made,
        fleet=replace(made.fleet, providers={"acme": vendor}),
        snapshot=SNAPSHOT,
        clock=asyncio.get_running_loop().time,
        drill_rules=DrillRules(patience=0.5),
    )


async def answers(gate: Gateway, *faults: Fault) -> list[dict[str, Any]]:
    """The answer in both forms."""
    drill = {DRILL_HEADER: Drill(faults=list(faults)).to_header()} if faults else {}
    async with serving(gate) as client:
        whole = (await client.post(URL, json=BODY, headers=drill)).json()
        stream = await client.post(URL, json=BODY, headers={**STREAM, **drill})
    return [whole, events(stream.text)[-1][1]]


@pytest.mark.parametrize(
    ("wait", "late"), [(0.0, None), (0.3, None), (3.5, 3100.0), (12.0, 11600.0)]
)
async def test_a_slow_machine_is_neither_in_the_figures_nor_a_failure(
    wait: float, late: float | None
) -> None:
    gate = fleet_of([Wait(wait), *GOOD])
    for answer in await answers(gate):
        timing = answer["timing"]
        assert (timing["ttftMs"], timing["totalMs"]) == (400.0, 500.0)
        assert timing.get("lateMs") == (late and pytest.approx(late, abs=1))
        assert answer["failoverCount"] == 0
        assert answer["attempts"] == [
            {"provider": "acme", "model": "a", "outcome": "answered", "durationMs": 500.0}
        ]
    (health,) = [each for each in gate.health.report().providers if each.calls]
    assert (health.model, health.calls, health.error_rate) == ("a", 2, 0.0)


async def test_the_stream_begins_with_the_same_figures() -> None:
    gate = fleet_of([Wait(5), *GOOD])
    async with serving(gate) as client:
        stream = await client.post(URL, json=BODY, headers=STREAM)
    (_, meta), *_ = events(stream.text)
    assert [each["durationMs"] for each in meta["attempts"]] == [400.0]


async def test_a_drill_is_as_staged_on_a_slow_machine_too() -> None:
    slow: Says = [Wait(3), *GOOD]
    hangs = Fault(target="acme:a", kind="slow")
    for answer in await answers(fleet_of(slow), hangs):
        assert [each.get("code") for each in answer["attempts"]] == ["TIMEOUT", None]
        assert answer["timing"]["ttftMs"] == pytest.approx(500 + 600, abs=20)
    waits = Fault(target="acme:a", kind="slow", seconds=0.9)
    for answer in await answers(fleet_of(slow), waits):
        assert answer["failoverCount"] == 0
        assert (answer["timing"]["ttftMs"], answer["timing"]["totalMs"]) == (900.0, 900.0)
    breaks = Fault(target="acme:a", kind="break")
    whole, _ = await answers(fleet_of(slow), breaks)
    assert [each["durationMs"] for each in whole["attempts"]] == [500.0, 800.0]
