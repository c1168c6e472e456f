"""``POST /v1/complete`` on the wire: both forms, their headers, their errors, leaving early."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from speko_gateway.failover.relay import Limits
from speko_gateway.provider import FailureCode, Finish, TextDelta, ToolCall
from tests.gateway.fleet_doubles import Hang, PlayedProvider, Step, failure, gateway, said
from tests.gateway.served import AUTH, BODY, STREAM, events, serving
from tests.patience import PATIENCE

URL = "/v1/complete"


async def test_the_buffered_answer_is_the_contracts() -> None:
    async with serving(gateway(PlayedProvider({"a": said("Hi", "!")}))) as client:
        response = await client.post(URL, json=BODY)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "text": "Hi!",
        "provider": "acme",
        "model": "a",
        "usage": {"promptTokens": 3, "completionTokens": 2, "estimated": False},
        "failoverCount": 0,
        "scoresRunId": "test-1",
        "finishReason": "stop",
        "attempts": [{"provider": "acme", "model": "a", "outcome": "answered", "durationMs": 0.0}],
        "kind": "live",
        "simulated": False,
        "timing": {"ttftMs": 0.0, "totalMs": 0.0},
    }


async def test_the_stream_tells_who_then_what_then_the_whole() -> None:
    call = ToolCall("c1", "look_up", '{"a": 1}')
    steps: list[Step] = [
        TextDelta("Hi\u2028"),
        TextDelta("é!"),
        call,
        Finish(finish_reason="tool_calls"),
    ]
    async with serving(gateway(PlayedProvider({"a": [failure()], "b": steps}))) as client:
        streamed = await client.post(URL, json=BODY, headers=STREAM)
        buffered = await client.post(URL, json=BODY)
    assert streamed.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert streamed.text.isascii(), "official SDKs split lines where Unicode does"
    names = [name for name, _ in events(streamed.text)]
    assert names == ["meta", "delta", "delta", "tool_call", "done"]
    (_, meta), (_, hi), (_, e), (_, tool), (_, done) = events(streamed.text)
    assert meta["failoverCount"] == meta["totalFailoverCount"] == 1
    assert (meta["provider"], meta["model"], meta["hop"]) == ("acme", "b", 0)
    assert [each["outcome"] for each in meta["attempts"]] == ["failed", "answered"]
    assert hi["text"] + e["text"] == "Hi\u2028é!" == done["text"]
    assert tool == {"id": "c1", "name": "look_up", "args": '{"a": 1}'} == done["toolCalls"][0]
    assert done == buffered.json()
    for header in ("provider", "model", "failover-count", "scores-run-id", "simulated"):
        name = f"x-speko-{header}"
        assert streamed.headers[name] == buffered.headers[name]
    assert streamed.headers["x-speko-failover-count"] == "1"


async def test_nothing_absent_is_null() -> None:
    async with serving(gateway(PlayedProvider({"a": said("Hi")}))) as client:
        streamed = await client.post(URL, json=BODY, headers=STREAM)
    assert "null" not in streamed.text


async def test_counts_nobody_gave_are_estimated_and_say_so() -> None:
    async with serving(gateway(PlayedProvider({"a": [TextDelta("Hello"), Finish()]}))) as client:
        answer = (await client.post(URL, json=BODY)).json()
    assert answer["usage"] == {"promptTokens": 2, "completionTokens": 2, "estimated": True}


@pytest.mark.parametrize(
    ("finish", "usage"),
    [
        (Finish(3, 0), {"promptTokens": 3, "completionTokens": 100, "estimated": True}),
        (Finish(3, 1), {"promptTokens": 3, "completionTokens": 100, "estimated": True}),
        (Finish(0, 90), {"promptTokens": 2, "completionTokens": 90, "estimated": True}),
        (Finish(3, 5_000_000), {"promptTokens": 3, "completionTokens": 100, "estimated": True}),
        (Finish(9_000_000, 90), {"promptTokens": 2, "completionTokens": 90, "estimated": True}),
        (Finish(3, 90), {"promptTokens": 3, "completionTokens": 90, "estimated": False}),
    ],
)
async def test_a_count_that_cannot_be_this_text_is_estimated(
    finish: Finish, usage: dict[str, Any]
) -> None:
    words: list[Step] = [TextDelta("word " * 80), finish]
    async with serving(gateway(PlayedProvider({"a": words}))) as client:
        assert (await client.post(URL, json=BODY)).json()["usage"] == usage


@pytest.mark.parametrize("effort", ["xhigh", "max"])
async def test_the_highest_reasoning_efforts_are_known(effort: str) -> None:
    provider = PlayedProvider({"a": said("Hi")})
    async with serving(gateway(provider)) as client:
        assert (await client.post(URL, json={**BODY, "reasoningEffort": effort})).status_code == 200
    assert provider.asked[0].reasoning_effort == effort


async def test_a_tool_call_without_a_count_is_estimated_too() -> None:
    call = ToolCall("c", "look", '{"city": "Zürich"}')
    async with serving(gateway(PlayedProvider({"a": [call, Finish(3)]}))) as client:
        usage = (await client.post(URL, json=BODY)).json()["usage"]
    assert usage == {"promptTokens": 3, "completionTokens": 6, "estimated": True}


async def test_a_break_after_the_first_words_ends_a_stream_with_an_error() -> None:
    broken = failure(FailureCode.STREAM_BROKEN, "broke off")
    provider = PlayedProvider({"a": [TextDelta("Hal"), broken], "b": said("Hello")})
    async with serving(gateway(provider)) as client:
        streamed = await client.post(URL, json=BODY, headers=STREAM)
        buffered = await client.post(URL, json=BODY)
    assert streamed.status_code == 200
    names = [name for name, _ in events(streamed.text)]
    assert names == ["meta", "delta", "error"]
    error = events(streamed.text)[-1][1]
    assert (error["error"], error["code"]) == ("acme/a broke off", "STREAM_BROKEN")
    assert error["attempts"][0]["outcome"] == "failed"
    assert buffered.json()["text"] == "Hello"
    assert buffered.json()["failoverCount"] == 1
    assert buffered.headers["x-speko-failover-count"] == "1"


@pytest.mark.parametrize("headers", [AUTH, STREAM])
async def test_all_failing_is_a_500_in_either_form(headers: dict[str, str]) -> None:
    provider = PlayedProvider({"a": [failure()], "b": [Finish()]})
    async with serving(gateway(provider)) as client:
        response = await client.post(URL, json=BODY, headers=headers)
    assert response.status_code == 500
    body = response.json()
    assert body["code"] == "ALL_PROVIDERS_FAILED"
    assert "acme/a answered 503; acme/b answered with no text" in body["error"]
    assert [each["model"] for each in body["attempts"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("allowed", "why"),
    [
        (["nobody"], "nobody: there is no provider of this name"),
        (["acme:z"], "acme:z: it has no model of this name"),
    ],
)
async def test_an_allow_list_that_leaves_nobody_is_a_500(allowed: list[str], why: str) -> None:
    body = {**BODY, "constraints": {"allowedProviders": {"llm": allowed}}}
    async with serving(gateway(PlayedProvider({"a": said("x")}))) as client:
        response = await client.post(URL, json=body)
    assert response.status_code == 500
    assert response.json()["code"] == "COMPLETE_FAILED"
    assert response.json()["error"].endswith(f"{why}; not on the allow-list: 1 other")


async def test_an_empty_allow_list_is_no_list() -> None:
    body = {**BODY, "constraints": {"allowedProviders": {"llm": []}}}
    async with serving(gateway(PlayedProvider({"a": said("A")}))) as client:
        assert (await client.post(URL, json=body)).json()["text"] == "A"


async def test_an_allow_list_pins() -> None:
    body = {**BODY, "constraints": {"allowedProviders": {"llm": ["acme:b"], "stt": ["x"]}}}
    async with serving(gateway(PlayedProvider({"a": said("A"), "b": said("B")}))) as client:
        assert (await client.post(URL, json=body)).json()["model"] == "b"


async def test_everything_reaches_the_provider() -> None:
    provider = PlayedProvider({"a": said("x")})
    body = {
        "messages": [
            {"role": "user", "content": "Hi"},
            {
                "role": "assistant",
                "content": "",
                "toolCalls": [{"id": "1", "name": "f", "args": ""}],
            },
            {"role": "tool", "content": "no", "toolCallId": "1", "isError": True},
        ],
        "intent": {
            "language": "es-MX",
            "vertical": "legal",
            "region": "us-east4",
            "optimizeFor": "cost",
        },
        "systemPrompt": "Be kind",
        "temperature": 1,
        "maxTokens": 100.0,
        "reasoningEffort": "low",
        "tools": [{"name": "f"}],
        "toolChoice": "auto",
        "parallelToolCalls": False,
        "maxToolHops": 16,
        "somethingNew": {"is": "ignored"},
    }
    async with serving(gateway(provider)) as client:
        assert (await client.post(URL, json=body)).status_code == 200
    (asked,) = provider.asked
    assert [each.role for each in asked.messages] == ["user", "assistant", "tool"]
    assert asked.messages[2].tool_call_id == "1"
    assert (asked.system_prompt, asked.temperature, asked.max_tokens) == ("Be kind", 1.0, 100)
    assert (asked.reasoning_effort, asked.tool_choice) == ("low", "auto")
    assert (asked.parallel_tool_calls, asked.tools) == (False, ({"name": "f"},))
    assert asked.intent.optimize_for == "cost"


async def test_null_is_as_good_as_absent_where_a_field_is_optional() -> None:
    optional = ("systemPrompt", "temperature", "maxTokens", "constraints", "tools", "toolChoice")
    body = {**BODY, **dict.fromkeys(optional)}
    async with serving(gateway(PlayedProvider({"a": said("x")}))) as client:
        assert (await client.post(URL, json=body)).status_code == 200


async def test_a_bad_body_is_a_400_and_nobody_is_asked() -> None:
    provider = PlayedProvider({"a": said("x")})
    async with serving(gateway(provider)) as client:
        response = await client.post(URL, json={**BODY, "temperature": 3}, headers=STREAM)
        oversize = await client.post(URL, json={**BODY, "systemPrompt": "x" * 2_200_000})
    assert response.status_code == oversize.status_code == 400
    assert response.json()["error"].startswith("temperature: ")
    assert oversize.json() == {
        "error": "The body is larger than 2 MiB",
        "code": "VALIDATION_ERROR",
    }
    assert not provider.asked


async def test_an_outage_is_played_only_with_the_demo_fleet() -> None:
    header = {"X-Speko-Simulate-Outage": "acme:a , bolt,"}
    for demo, model in ((True, "b"), (False, "a")):
        provider = PlayedProvider({"a": said("A"), "b": said("B")}, kind="simulated")
        served = gateway(provider, demo=demo)
        async with serving(served) as client:
            response = await client.post(URL, json=BODY, headers=header)
        assert response.json()["model"] == model
        assert response.headers["x-speko-simulated"] == "true"
        assert not served.health.unhealthy()
    assert [each.model for each in provider.asked] == ["a"]


async def test_an_outage_of_everyone_tells_of_each() -> None:
    provider = PlayedProvider({"a": said("A"), "b": said("B")})
    async with serving(gateway(provider, demo=True)) as client:
        response = await client.post(URL, json=BODY, headers={"X-Speko-Simulate-Outage": "acme"})
    assert response.json()["code"] == "ALL_PROVIDERS_FAILED"
    assert [each["code"] for each in response.json()["attempts"]] == ["SIMULATED_OUTAGE"] * 2
    assert not provider.asked


@pytest.mark.parametrize("headers", [AUTH, STREAM])
@pytest.mark.parametrize("steps", [[Hang()], [TextDelta("Hi"), Hang()]])
async def test_a_caller_who_hangs_up_ends_the_upstream_work(
    headers: dict[str, str], steps: list[Any]
) -> None:
    provider = PlayedProvider({"a": steps})
    async with serving(gateway(provider)) as client:
        call = asyncio.ensure_future(client.post(URL, json=BODY, headers=headers))
        await provider.hanging.wait()
        call.cancel()
        await asyncio.wait({call})
        await asyncio.wait_for(provider.ended.wait(), PATIENCE)
        assert provider.closed == ["a"]


@pytest.mark.leaping
async def test_a_stalled_stream_ends_in_a_timeout() -> None:
    provider = PlayedProvider({"a": [TextDelta("Hi"), Hang()]})
    async with serving(gateway(provider, limits=Limits(idle=1))) as client:
        streamed = await client.post(URL, json=BODY, headers=STREAM)
    assert events(streamed.text)[-1][1]["code"] == "TIMEOUT"


async def test_a_provider_gone_wrong_is_an_error_without_its_inside(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Wrong(PlayedProvider):
        async def stream(self, request: Any) -> Any:
            if request.model == "b":
                yield TextDelta("Hi")
            raise ZeroDivisionError("secret inside")

    for model, status in (("a", 500), ("b", 200)):
        async with serving(gateway(Wrong({model: ()}))) as client:
            response = await client.post(URL, json=BODY, headers=STREAM)
        assert response.status_code == status
        assert "INTERNAL_ERROR" in response.text
        assert "secret inside" not in response.text
    assert "secret inside" in caplog.text
