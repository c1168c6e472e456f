"""Fields that a server does not know: it is asked again as it likes it, once, and remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_gateway.provider import FailureCode, Finish, ProviderError, ProviderEvent
from speko_gateway.providers.vendors.dialect import CHAT_COMPLETIONS, Outgoing
from speko_gateway.providers.vendors.habits import (
    MOST_REFUSED,
    NOTHING_KNOWN,
    Habits,
    ServerMemory,
    adapted,
    learnt,
)
from speko_gateway.providers.vendors.live import LiveProvider, build_live_providers
from tests.gateway.providers.vendor_server import VendorServer, ask, text_of, vendor_server, wire

OTHER = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
TOOL = {"name": "book", "description": "", "parameters": {"type": "object", "properties": {}}}

# How servers say that they do not know a field.
REFUSALS: dict[str, Callable[[str], Any]] = {
    "OpenAI": lambda name: {
        "error": {
            "message": f"Unsupported parameter: '{name}' is not supported with this model.",
            "type": "invalid_request_error",
            "param": name,
            "code": "unsupported_parameter",
        }
    },
    "older OpenAI": lambda name: {
        "error": {
            "message": f"Unrecognized request argument supplied: {name}",
            "type": "invalid_request_error",
            "param": None,
            "code": None,
        }
    },
    "FastAPI": lambda name: {
        "detail": [
            {
                "type": "extra_forbidden",
                "loc": ["body", name],
                "msg": "Extra inputs are not permitted",
                "input": 64,
            }
        ]
    },
    "Go": lambda name: {"error": f'json: unknown field "{name}"'},
    "flat": lambda name: {"message": f"{name}: property is unsupported", "code": 400},
}


def custom(server: VendorServer, *models: str) -> LiveProvider:
    """A server of one's own, which wants no key."""
    env = {"SPEKO_CUSTOM_BASE_URL": server.url, "SPEKO_CUSTOM_MODELS": ",".join(models)}
    return build_live_providers(env)["custom"]


def without(*names: str, said: str = "OpenAI") -> Callable[[dict[str, Any]], Any]:
    """A server that refuses the first of these fields it sees."""

    def refuses(body: dict[str, Any]) -> Any:
        return next((REFUSALS[said](name) for name in names if name in body), None)

    return refuses


async def answer(provider: LiveProvider, model: str = "m", **fields: Any) -> list[ProviderEvent]:
    """The whole answer; connections stay."""
    return [event async for event in provider.stream(ask(model, **fields))]


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("gpt-5-mini", "max_completion_tokens"),
        ("gpt-6-sol", "max_completion_tokens"),
        ("o3-mini", "max_completion_tokens"),
        ("o4-mini", "max_completion_tokens"),
        ("openai/gpt-5", "max_completion_tokens"),
        ("openai/o3", "max_completion_tokens"),
        ("azure/gpt-5-mini", "max_completion_tokens"),
        ("azure-gpt-5-mini", "max_completion_tokens"),
        ("us.openai.gpt-5", "max_completion_tokens"),
        ("GPT5-mini", "max_completion_tokens"),
        ("gpt-5-mini-2025-08-07", "max_completion_tokens"),
        ("gpt-4o", "max_tokens"),
        ("gpt-oss-120b", "max_tokens"),
        ("llama3.2", "max_tokens"),
        ("olmo-2", "max_tokens"),
        ("openai/gpt-4.1", "max_tokens"),
    ],
)
@pytest.mark.parametrize("buffered", [False, True])
async def test_the_limits_name_follows_the_model_wherever_it_is_served(
    model: str, field: str, buffered: bool
) -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as server:
        provider = custom(server, model)
        await answer(provider, model, max_tokens=64, buffered=buffered)
        await provider.close()
    assert server.seen[0].body[field] == 64
    assert OTHER[field] not in server.seen[0].body


@pytest.mark.parametrize("said", REFUSALS)
@pytest.mark.parametrize("buffered", [False, True])
async def test_a_limits_name_that_is_refused_is_changed_once_and_remembered(
    said: str, buffered: bool
) -> None:
    async with vendor_server(
        chunks=[wire("openai-text")], refuses=without("max_tokens", said=said)
    ) as server:
        provider = custom(server, "m")
        for _ in range(2):
            assert text_of(await answer(provider, max_tokens=64, buffered=buffered))
        assert [seen.body.get("max_tokens") for seen in server.seen] == [64, None, None]
        assert [seen.body.get("max_completion_tokens") for seen in server.seen] == [None, 64, 64]
        # Its other models are not known to be the same.
        await answer(provider, "other", max_tokens=64, buffered=buffered)
        assert "max_tokens" in server.seen[3].body
        # A server that has changed its mind is followed.
        server.refuses = without("max_completion_tokens", said=said)
        await answer(provider, max_tokens=64, buffered=buffered)
        await provider.close()
    assert server.seen[-1].body["max_tokens"] == 64


@pytest.mark.parametrize("said", REFUSALS)
async def test_a_server_without_stream_options_streams(said: str) -> None:
    async with vendor_server(
        chunks=[wire("openai-text")], refuses=without("stream_options", said=said)
    ) as server:
        provider = custom(server, "m")
        for _ in range(2):
            assert text_of(await answer(provider))
        await provider.close()
    assert ["stream_options" in seen.body for seen in server.seen] == [True, False, False]


async def test_several_fields_are_learnt_one_after_the_other() -> None:
    names = ("stream_options", "max_tokens", "parallel_tool_calls", "reasoning_effort")
    async with vendor_server(
        chunks=[wire("openai-text")], refuses=without(*names, "temperature")
    ) as server:
        provider = custom(server, "m")
        wanted: dict[str, Any] = {
            "max_tokens": 64,
            "temperature": 0.5,
            "tools": (TOOL,),
            "parallel_tool_calls": False,
            "reasoning_effort": "low",
        }
        first = await answer(provider, **wanted)
        asked = len(server.seen)
        again = await answer(provider, **wanted)
        await provider.close()
    assert (asked, len(server.seen)) == (6, 7)
    assert isinstance(first[-1], Finish)
    assert first == again
    told = " ".join(first[-1].notes)
    assert "m takes no temperature here; it was left out." in told
    assert "m takes no reasoning effort; it was left out." in told
    assert "m takes no parallel_tool_calls; it was left out." in told


async def test_a_value_that_is_refused_is_refused_alone() -> None:
    def refuses(body: dict[str, Any]) -> Any:
        too_warm = body.get("temperature", 0) > 1
        said = {"message": "temperature must be at most 1", "param": "temperature"}
        return {"error": said} if too_warm else None

    async with vendor_server(chunks=[wire("openai-text")], refuses=refuses) as server:
        provider = custom(server, "m")
        for temperature in (1.5, 0.5, 1.5):
            await answer(provider, temperature=temperature)
        await provider.close()
    sent = [seen.body.get("temperature") for seen in server.seen]
    assert sent == [1.5, None, 0.5, None]


@pytest.mark.parametrize(
    "said",
    [
        "max_tokens is too large: 100000. This model supports at most 4096 completion tokens.",
        "'max_tokens' or 'max_completion_tokens' is too large: 100000.",
        "messages: the prompt is too long",
        "",
    ],
)
async def test_a_refusal_of_the_request_itself_is_told_at_once(said: str) -> None:
    async with vendor_server(refuses=lambda _: {"error": {"message": said}}) as server:
        provider = custom(server, "m")
        with pytest.raises(ProviderError, match=said or "answered 400") as caught:
            await answer(provider, max_tokens=100_000)
        await provider.close()
    assert caught.value.code is FailureCode.INVALID_REQUEST
    assert len(server.seen) == 1


async def test_where_both_names_are_refused_the_first_refusal_is_told_and_nothing_kept() -> None:
    refuses = without("max_tokens", "max_completion_tokens")
    async with vendor_server(refuses=refuses) as server:
        provider = custom(server, "m")
        with pytest.raises(ProviderError, match="'max_tokens'"):
            await answer(provider, max_tokens=64)
        await provider.close()
    assert len(server.seen) == 2
    assert provider.habits() == {}


async def test_anthropics_only_name_for_the_limit_stays() -> None:
    async with vendor_server(refuses=without("max_tokens")) as server:
        provider = server.provider("anthropic")
        with pytest.raises(ProviderError):
            await answer(provider, max_tokens=64)
        await provider.close()
    assert len(server.seen) == 1


async def test_a_key_of_another_caller_profits_from_what_is_known() -> None:
    async with vendor_server(
        chunks=[wire("openai-text")], refuses=without("stream_options")
    ) as server:
        provider = server.provider()
        await answer(provider, "gpt-4o")
        await answer(provider.with_credentials(key="another"), "gpt-4o")
        await provider.close()
    assert len(server.seen) == 3


def test_the_memory_is_bounded_and_forgets_the_oldest() -> None:
    memory = ServerMemory(most=3)
    for number in range(5):
        memory.keep("http://box", f"m{number}", Habits(cap="max_tokens"))
    memory.keep("http://box", "m" * 100_000, Habits(cap="max_tokens"))
    assert list(memory.at("http://box")) == ["m2", "m3", "m4"]
    assert memory.of("http://box", "m0") is NOTHING_KNOWN
    assert memory.at("http://other") == {}


FIELDS = st.sampled_from(
    ["max_tokens", "max_completion_tokens", "stream_options", "temperature", "reasoning_effort"]
)


@given(
    body=st.dictionaries(FIELDS, st.none() | st.integers() | st.text(max_size=3), max_size=5),
    refusals=st.lists(st.frozensets(FIELDS), max_size=60),
)
def test_asking_again_comes_to_an_end(body: dict[str, Any], refusals: list[frozenset[str]]) -> None:
    plain = Outgoing(CHAT_COMPLETIONS, body, {})
    habits: Habits | None = NOTHING_KNOWN
    asked = 0
    for named in [*refusals, *[frozenset(body)] * 10]:
        assert habits is not None
        call = adapted(plain, habits, "m")
        assert len(call.body) <= len(body)
        asked += 1
        error = ProviderError(FailureCode.INVALID_REQUEST, "no", named=named)
        habits = learnt(call, error, habits, NOTHING_KNOWN)
        if habits is None:
            break
        assert len(habits.refused) <= MOST_REFUSED
    assert asked <= len(body) + 2
