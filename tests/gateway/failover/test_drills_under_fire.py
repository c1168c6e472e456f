"""Random drills over the demo fleet: every call ends once, and nobody's health knows of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speko_client.models import DRILL_HEADER, Drill, Fault, FaultKind
from speko_gateway.config import Config, Limits
from speko_gateway.failover.staging import DrillRules
from speko_gateway.gateway import Gateway, build_gateway
from tests.gateway.served import AUTH, BODY, STREAM, events, serving

pytestmark = pytest.mark.slow

EVERYBODY = replace(Limits(), attempts=20)
TARGETS = [
    "openai",
    "anthropic",
    "google",
    "xai",
    "local",
    "openai:gpt-6.1-sol",
    "google:gemini-3.8-flash",
]
FAULTS = st.builds(
    Fault,
    target=st.sampled_from(TARGETS),
    kind=st.sampled_from(get_args(FaultKind)),
    seconds=st.none() | st.sampled_from([0.001, 0.01]),
    rate=st.none() | st.floats(0, 1),
)
DRILLS = st.lists(FAULTS, min_size=1, max_size=8).map(lambda faults: Drill(faults=faults))


def demo() -> Gateway:
    """The demo fleet, at once and scripted."""
    config = Config(fleet="demo", words="scripted", pace=0, drills=True, limits=EVERYBODY)
    return replace(build_gateway(config, {}), drill_rules=DrillRules(patience=0.01))


def ends_once(text: str) -> dict[str, Any]:
    """A stream's one terminal event."""
    found = events(text)
    terminal = [data for name, data in found if name in ("done", "error")]
    assert len(terminal) == 1
    assert found[-1][0] in ("done", "error")
    ended: dict[str, Any] = terminal[0]
    return ended


def one_answer_or_one_error(told: dict[str, Any], faults: Drill) -> None:
    """Either there is a text, or a code; each candidate was asked once; faults are marked."""
    assert ("text" in told) != ("error" in told)
    attempts = told["attempts"]
    asked = [(each["provider"], each["model"]) for each in attempts]
    assert len(set(asked)) == len(asked)
    targets = {fault.target for fault in faults.faults}
    for each in attempts:
        named = {each["provider"], f"{each['provider']}:{each['model']}"} & targets
        assert bool(each.get("drill")) <= bool(named)
        if each["outcome"] == "failed":
            assert each["drill"] is True
            assert each["message"].endswith("(drill)")
    if "text" in told:
        assert attempts[-1]["outcome"] == "answered"


async def asked_in_both_forms(gateway: Gateway, faults: Drill) -> list[dict[str, Any]]:
    """What both forms end in, asked at the same time."""
    header = {DRILL_HEADER: faults.to_header()}
    async with serving(gateway) as client:
        whole, stream = await asyncio.gather(
            client.post("/v1/complete", json=BODY, headers={**AUTH, **header}),
            client.post("/v1/complete", json=BODY, headers={**STREAM, **header}),
        )
    if stream.status_code != 200:
        return [whole.json(), stream.json()]
    return [whole.json(), ends_once(stream.text)]


@settings(max_examples=25)
@given(faults=DRILLS)
async def test_every_call_ends_in_one_answer_or_one_error(faults: Drill) -> None:
    gateway = demo()
    for told in await asked_in_both_forms(gateway, faults):
        one_answer_or_one_error(told, faults)
    assert all(each.error_rate == 0 for each in gateway.health.report().providers)
