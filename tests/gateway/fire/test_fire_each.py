"""Each way to misbehave, alone: what becomes of it, with a runner-up and without one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from speko_gateway.config import Config, Limits
from speko_gateway.gateway import build_gateway
from tests.gateway.fire.calls import GATEWAY_KEY, VENDOR_KEY, Form, Outcome, ask
from tests.gateway.fire.faults import FAULTS
from tests.gateway.fire.hostile_upstream import (
    HostileUpstream,
    Play,
    hostile_upstream,
    speaks_no_tls,
)
from tests.gateway.fire.objects import HALF, answer_text
from tests.gateway.served import serving

pytestmark = pytest.mark.leaping

LIMITS = Limits(
    connect=20, first_token=2, first_token_local=2, whole=2, idle=2, answer=60, deadline=60
)

FORMS: tuple[Form, Form] = ("json", "stream")


def environment(vendors: dict[str, str]) -> dict[str, str]:
    """Custom vendors by name and base URL; each has one model, ``model``."""
    return {
        f"SPEKO_CUSTOM_{name.upper()}_{what}": value
        for name, url in vendors.items()
        for what, value in (("BASE_URL", url), ("MODELS", "model"), ("API_KEY", VENDOR_KEY))
    }


@asynccontextmanager
async def gateway_before(
    vendors: dict[str, str], limits: Limits = LIMITS
) -> AsyncGenerator[tuple[str, aiohttp.ClientSession]]:
    """A served gateway with these vendors, and a session to ask it with."""
    gateway = build_gateway(Config(fleet="live", limits=limits), environment(vendors))
    async with serving(gateway, key=GATEWAY_KEY) as client, aiohttp.ClientSession() as session:
        yield str(client.base_url), session


async def outcome_of(fault: str, form: Form, *, alone: bool) -> tuple[Outcome, HostileUpstream]:
    """One call to a vendor with this fault; unless it is ``alone``, a good one comes next."""

    def choose(_call: int, vendor: str, _model: str) -> tuple[str, Play]:
        name = fault if vendor == "bad" else "good"
        return name, FAULTS[name].play

    async with hostile_upstream(choose) as upstream:
        vendors = {name: f"{upstream.url}/{name}/v1" for name in ("bad", "good")}
        async with gateway_before(vendors) as (url, session):
            allowed = ["custom-bad"] if alone else ["custom-bad", "custom-good"]
            outcome = await ask(session, url, 7, form, allowed)
    assert VENDOR_KEY not in outcome.body
    return outcome, upstream


BAD, GOOD = ("custom-bad", "model"), ("custom-good", "model")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", FAULTS)
async def test_with_a_runner_up(name: str, form: Form) -> None:
    fault = FAULTS[name]
    outcome, upstream = await outcome_of(name, form, alone=False)
    if fault.code is None:
        assert outcome.text == answer_text(7, "bad", "model")
        assert outcome.tried == [BAD]
    elif fault.speaks and form == "stream":
        assert (outcome.code, outcome.spoken) == (fault.code, HALF)
        assert outcome.tried == [BAD]
    else:
        assert outcome.text == answer_text(7, "good", "model")
        assert outcome.tried == [BAD, GOOD]
        assert outcome.codes == [fault.code, None]
    assert [f"custom-{seen.vendor}" for seen in upstream.seen] == [who for who, _ in outcome.tried]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.code])
async def test_alone(name: str, form: Form) -> None:
    fault = FAULTS[name]
    outcome, upstream = await outcome_of(name, form, alone=True)
    expected = {"INVALID_REQUEST": "VALIDATION_ERROR", "RATE_LIMITED": "RATE_LIMITED"}.get(
        fault.code or "", "ALL_PROVIDERS_FAILED"
    )
    if fault.speaks and form == "stream":
        assert fault.code is not None
        expected = fault.code
    assert (outcome.text, outcome.code) == (None, expected)
    assert outcome.codes == [fault.code]
    assert len(upstream.seen) == 1


@pytest.mark.parametrize("form", FORMS)
async def test_refused(form: Form, nobody: str) -> None:
    async with gateway_before({"bad": nobody}) as (url, session):
        outcome = await ask(session, url, 1, form, ["custom-bad"])
    assert outcome.codes == ["CONNECT_FAILED"]
    assert "nothing listens there" in outcome.body


@pytest.mark.parametrize("form", FORMS)
async def test_tls_garbage(form: Form) -> None:
    hellos: list[int] = []
    async with (
        speaks_no_tls(hellos) as bad,
        gateway_before({"bad": bad}) as (url, session),
    ):
        outcome = await ask(session, url, 1, form, ["custom-bad"])
    assert outcome.codes == ["CONNECT_FAILED"]
    assert "TLS handshake" in outcome.body
    assert len(hellos) == 1
