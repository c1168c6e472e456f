"""The drill: faults on request, in both answer forms, and nobody's health or name suffers."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from speko_client.models import DRILL_HEADER, DRILL_PATIENCE, REPLY_HEADER, DemoReply, Drill, Fault
from speko_gateway.config import Config, Limits, drills_taken
from speko_gateway.failover.staging import DrillRules, limits_under
from speko_gateway.gateway import Gateway, build_gateway
from speko_gateway.provider import FailureCode
from tests import patience
from tests.gateway.fleet_doubles import PlayedProvider, failure, gateway, said
from tests.gateway.process import FAST_DEMO, KEY, running
from tests.gateway.served import AUTH, BODY, STREAM, events, serving

pytestmark = pytest.mark.leaping

URL = "/v1/complete"
SOON = replace(Limits(), first_token=1, idle=3)
LONG = said(*["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])


def drill(*faults: Fault) -> dict[str, str]:
    """The header that brings these faults along."""
    return {DRILL_HEADER: Drill(faults=list(faults)).to_header()}


def fault(kind: str, target: str = "acme:a", **more: Any) -> Fault:
    return Fault.model_validate({"target": target, "kind": kind, **more})


def drilled(
    provider: PlayedProvider, *, demo: bool = False, chance: float = 0.0, limits: Limits = SOON
) -> Gateway:
    """A gateway that takes drills; ``chance`` is what comes out of its dice."""
    made = gateway(provider, demo=demo, limits=limits)
    return replace(made, drill_rules=DrillRules(lambda: chance))


def played(kind: Any = "simulated") -> PlayedProvider:
    return PlayedProvider({"a": LONG, "b": said("Hello")}, kind=kind)


def counted(gate: Gateway) -> dict[str, tuple[int, float]]:
    """Calls and error rate per model, as its health has them."""
    rows = gate.health.report().providers
    return {each.model: (each.calls, each.error_rate) for each in rows if each.calls}


async def buffered(gate: Gateway, *faults: Fault) -> dict[str, Any]:
    async with serving(gate) as client:
        answer: dict[str, Any] = (await client.post(URL, json=BODY, headers=drill(*faults))).json()
    return answer


BEFORE_THE_FIRST_WORD = [
    (fault("down"), "SIMULATED_OUTAGE", "is down (drill)"),
    (fault("flaky"), "SIMULATED_OUTAGE", "is down (drill)"),
    (fault("rate_limited"), "RATE_LIMITED", "answered 429 (drill)"),
    (fault("empty"), "EMPTY_ANSWER", "answered with no text (drill)"),
    (fault("slow"), "TIMEOUT", "timed out after 1.0 s without a word (drill)"),
    (fault("slow", seconds=30), "TIMEOUT", "timed out after 1.0 s without a word (drill)"),
]


@pytest.mark.parametrize("kind", ["live", "local", "simulated"])
@pytest.mark.parametrize(
    ("asked", "code", "message"),
    BEFORE_THE_FIRST_WORD,
    ids=[f"{each[0].kind}-{each[0].seconds}" for each in BEFORE_THE_FIRST_WORD],
)
async def test_one_that_never_speaks_is_followed_by_the_next_in_both_forms(
    asked: Fault, code: str, message: str, kind: str
) -> None:
    gate = drilled(played(kind))
    async with serving(gate) as client:
        answer = (await client.post(URL, json=BODY, headers=drill(asked))).json()
        stream = await client.post(URL, json=BODY, headers={**STREAM, **drill(asked)})
    first, second = answer["attempts"]
    assert (first["outcome"], first["code"], first["message"]) == ("failed", code, message)
    assert first["drill"] is True
    assert (second["outcome"], second.get("drill")) == ("answered", None)
    assert (answer["text"], answer["kind"]) == ("Hello", kind)
    assert [name for name, _ in events(stream.text)] == ["meta", "delta", "done"]
    assert [each["code"] for each in events(stream.text)[-1][1]["attempts"][:-1]] == [code]
    assert counted(gate) == {"b": (2, 0.0)}


@pytest.mark.parametrize(
    ("kind", "code", "message"),
    [
        ("stall", "TIMEOUT", "timed out after 3.0 s of silence (drill)"),
        ("break", "STREAM_BROKEN", "broke off in the middle of its answer (drill)"),
    ],
)
async def test_a_break_after_some_words_is_final_for_a_stream_only(
    kind: str, code: str, message: str
) -> None:
    gate = drilled(played())
    async with serving(gate) as client:
        stream = await client.post(URL, json=BODY, headers={**STREAM, **drill(fault(kind))})
        answer = (await client.post(URL, json=BODY, headers=drill(fault(kind)))).json()
    names = [name for name, _ in events(stream.text)]
    assert (names[0], names[-1]) == ("meta", "error")
    assert "".join(data["text"] for name, data in events(stream.text) if name == "delta") == (
        "onetwothreefourfive"
    )
    error = events(stream.text)[-1][1]
    assert (error["error"], error["code"]) == (f"acme/a {message}", code)
    assert error["attempts"][0]["drill"] is True
    assert (answer["text"], answer["failoverCount"]) == ("Hello", 1)
    assert answer["attempts"][0]["message"] == message


@pytest.mark.parametrize("kind", ["stall", "break"])
async def test_a_short_answer_is_cut_as_well(kind: str) -> None:
    provider = PlayedProvider({"a": said("Hi"), "b": said("Hello")}, kind="simulated")
    answer = await buffered(drilled(provider), fault(kind))
    assert answer["text"] == "Hello"
    assert provider.closed[:2] == ["a", "b"], "nobody goes on working for an answer that was cut"


@pytest.mark.parametrize("kind", ["down", "rate_limited", "empty", "slow", "stall", "break"])
async def test_a_live_vendor_is_never_called(kind: str) -> None:
    provider = played("live")
    seconds = 0.5 if kind == "slow" else None
    await buffered(drilled(provider), fault(kind, seconds=seconds))
    assert [each.model for each in provider.asked] == ["b"]


@pytest.mark.parametrize("kind", ["stall", "break"])
async def test_what_is_said_in_a_live_vendors_place_says_what_it_is(kind: str) -> None:
    async with serving(drilled(played("live"))) as client:
        stream = await client.post(URL, json=BODY, headers={**STREAM, **drill(fault(kind))})
    meta = events(stream.text)[0][1]
    assert (meta["kind"], meta["words"], meta["simulated"]) == ("simulated", "scripted", True)
    assert stream.headers["x-speko-simulated"] == "true"
    text = "".join(data["text"] for name, data in events(stream.text) if name == "delta")
    assert text.startswith("This is a drill: scripted words")


async def test_one_that_is_slow_within_the_limit_answers_late() -> None:
    gate = drilled(played(), limits=Limits())
    answer = await buffered(gate, fault("slow", seconds=0.5))
    assert answer["text"].startswith("onetwo")
    assert answer["attempts"] == [{**answer["attempts"][0], "outcome": "answered", "drill": True}]
    assert counted(gate) == {}, "not even an answer counts"


@pytest.mark.parametrize(("rate", "dice", "model"), [(None, 0.4, "b"), (0.3, 0.4, "a")])
async def test_a_flaky_one_is_down_as_often_as_asked(
    rate: float | None, dice: float, model: str
) -> None:
    gate = drilled(played(), chance=dice)
    answer = await buffered(gate, fault("flaky", rate=rate))
    assert answer["model"] == model
    assert counted(gate) == {model: (1, 0.0)}, "the real call counts"


async def test_of_two_faults_for_one_candidate_the_first_counts() -> None:
    answer = await buffered(drilled(played()), fault("empty", "acme:a"), fault("down", "acme"))
    assert [each["code"] for each in answer["attempts"]] == ["EMPTY_ANSWER", "SIMULATED_OUTAGE"]
    assert answer["code"] == "ALL_PROVIDERS_FAILED"
    assert "acme/b is down (drill)" in answer["error"]


async def test_a_rate_limit_of_a_drill_holds_nobody_up() -> None:
    gate = drilled(played())
    async with serving(gate) as client:
        await client.post(URL, json=BODY, headers=drill(fault("rate_limited", "acme")))
        answer = (await client.post(URL, json=BODY)).json()
    assert (answer["model"], answer["failoverCount"]) == ("a", 0)


async def test_a_candidates_own_failure_in_the_same_request_does_count() -> None:
    provider = PlayedProvider({"a": LONG, "b": [failure(FailureCode.SERVER_ERROR)]})
    gate = drilled(provider)
    answer = await buffered(gate, fault("down"))
    assert [each.get("drill") for each in answer["attempts"]] == [True, None]
    assert counted(gate) == {"b": (1, 1.0)}


@pytest.mark.parametrize("headers", [AUTH, STREAM])
async def test_a_gateway_for_others_takes_no_drills(headers: dict[str, str]) -> None:
    async with serving(gateway(played())) as client:
        response = await client.post(URL, json=BODY, headers={**headers, **drill(fault("down"))})
        fleet = (await client.get("/v1/fleet")).json()
    assert response.status_code == 400
    assert response.json()["code"] == "VALIDATION_ERROR"
    assert response.json()["error"].startswith("X-Speko-Drill: this gateway takes no drills")
    assert fleet["drills"] is False


@pytest.mark.parametrize(
    ("flag", "bound", "taken"),
    [
        (None, "127.0.0.1", True),
        (None, "::1", True),
        (None, "0.0.0.0", False),  # noqa: S104
        (None, "192.0.2.7", False),
        (True, "0.0.0.0", True),  # noqa: S104
        (False, "127.0.0.1", False),
    ],
)
def test_drills_are_taken_on_loopback_or_where_allowed(
    flag: bool | None, bound: str, taken: bool
) -> None:
    assert drills_taken(flag, bound) is taken


def raw(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("!", "it is not base64url"),
        (raw([]), "Input should be"),
        (raw({"faults": []}), "faults: List should have at least 1 item"),
        (raw({"faults": [{"target": "a", "kind": "gone"}]}), "faults.0.kind: Input should be"),
        (raw({"faults": [{"target": " "}]}), "faults.0.target: "),
        (raw({"faults": [{"target": "a", "rate": 1.5}]}), "faults.0.rate: "),
        (raw({"faults": [{"target": "a", "seconds": 0}]}), "faults.0.seconds: "),
        ("A" * 49_153, "it is larger than 48 KiB"),
    ],
)
async def test_a_bad_drill_is_refused_by_name(value: str, said: str) -> None:
    async with serving(drilled(played())) as client:
        response = await client.post(URL, json=BODY, headers={DRILL_HEADER: value})
    assert response.status_code == 400
    assert response.json()["error"].startswith(f"X-Speko-Drill: {said}")


@pytest.mark.parametrize(
    ("asked", "live", "first_token", "idle"),
    [
        (fault("slow"), False, DRILL_PATIENCE, 20.0),
        (fault("slow"), True, DRILL_PATIENCE, 20.0),
        (fault("slow", seconds=2), False, 20.0, 20.0),
        (fault("slow", seconds=2), True, 2.0, 20.0),
        (fault("slow", seconds=60), True, 20.0, 20.0),
        (fault("stall"), False, 20.0, DRILL_PATIENCE),
        (fault("down"), False, 20.0, 20.0),
    ],
)
def test_nobody_waits_long_for_a_fault(
    asked: Fault, live: bool, first_token: float, idle: float
) -> None:
    limits = limits_under(asked, Limits(), live=live)
    assert (limits.first_token, limits.idle) == (first_token, idle)


def test_shorter_limits_stay() -> None:
    limits = limits_under(fault("stall"), replace(Limits(), idle=1.0), live=False)
    assert limits.idle == 1.0


@pytest.mark.parametrize(("kind", "obeyed"), [("demo", True), ("live", False)])
async def test_a_reply_is_for_the_demo_fleet_alone(kind: Any, obeyed: bool) -> None:
    header = {REPLY_HEADER: DemoReply(text="Nächsten Dienstag um neun.").to_header()}
    gate = build_gateway(Config(fleet="demo", words="scripted", pace=0), {})
    if kind == "live":
        gate = replace(gate, fleet=replace(gate.fleet, demo=False))
    async with serving(gate) as client:
        answer = (await client.post(URL, json=BODY, headers=header)).json()
    assert (answer["text"] == "Nächsten Dienstag um neun.") is obeyed
    assert answer["words"] == "scripted"


async def metric_lines(client: httpx.AsyncClient) -> list[str]:
    text = (await client.get("/metrics")).text
    return [line for line in text.splitlines() if line.startswith("speko_") and " 0.0" not in line]


async def test_metrics_tell_a_drill_from_a_failure() -> None:
    async with serving(drilled(played())) as client:
        await client.post(URL, json=BODY, headers=drill(fault("down")))
        lines = await metric_lines(client)
    assert 'speko_attempts_total{code="DRILL",model="a",provider="acme"} 1.0' in lines
    assert 'speko_attempts_total{code="OK",model="b",provider="acme"} 1.0' in lines
    assert 'speko_requests_total{form="json",outcome="drill"} 1.0' in lines
    assert not [line for line in lines if line.startswith("speko_failovers_total")]
    assert not [line for line in lines if line.startswith("speko_ttft_seconds_count")]


async def test_an_outage_of_the_demo_fleet_is_as_it_was() -> None:
    header = {"X-Speko-Simulate-Outage": "acme:a"}
    for demo, model in ((True, "b"), (False, "a")):
        async with serving(gateway(played(), demo=demo)) as client:
            answer = (await client.post(URL, json=BODY, headers=header)).json()
        assert answer["model"] == model
        if demo:
            assert answer["attempts"][0]["message"] == "is down (simulated outage)"


def test_the_command_line_can_refuse_drills(tmp_path: Path) -> None:
    with running(tmp_path, *FAST_DEMO, "--no-drills") as process:
        headers = {"Authorization": f"Bearer {KEY}"}
        fleet = httpx.get(f"{process.url}/v1/fleet", headers=headers, timeout=patience.PATIENCE)
        assert fleet.json()["drills"] is False
