"""Failover: who is asked next, when it is too late for that, and what is told about it."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client.models import ProviderKind
from speko_gateway.candidates import Candidate
from speko_gateway.errors import GatewayError
from speko_gateway.failover.relay import Limits, Relay, Speaker
from speko_gateway.provider import (
    FailureCode,
    Finish,
    ProviderError,
    ProviderRequest,
    TextDelta,
    ToolCall,
)
from speko_gateway.routing.health import HealthGate
from tests.gateway.fleet_doubles import (
    ENGLISH,
    HELLO,
    Hang,
    PlayedProvider,
    SteppedClock,
    failure,
    relay,
    said,
)

pytestmark = pytest.mark.leaping


async def heard(way: Relay) -> str:
    """The text of the candidate that speaks, heard to its end; its count of failovers is right."""
    speaker = await way.open()
    assert speaker.failovers == len([each for each in way.attempts if each.outcome == "failed"])
    return await text_of(speaker)


async def text_of(speaker: Speaker) -> str:
    """Its whole answer."""
    pieces = [piece async for batch in speaker.batches() for piece in batch]
    return "".join(piece.text for piece in pieces if isinstance(piece, TextDelta))


def outcomes(way: Relay) -> list[tuple[str, str, str | None]]:
    return [(each.model, each.outcome, each.code) for each in way.attempts]


async def test_the_first_that_speaks_answers() -> None:
    provider = PlayedProvider({"a": said("Hi", "!"), "b": said("No")})
    way = relay(provider, "a", "b")
    assert await heard(way) == "Hi!"
    assert outcomes(way) == [("a", "answered", None)]
    assert [each.model for each in provider.asked] == ["a"]


@pytest.mark.parametrize(
    ("steps", "code", "message"),
    [
        ([failure()], "SERVER_ERROR", "answered 503"),
        ([Finish()], "EMPTY_ANSWER", "answered with no text"),
        (
            [TextDelta(" "), Finish(finish_reason="length", cause="MAX_TOKENS")],
            "TOKEN_LIMIT",
            "answered with no text: its tokens were used up before the first word (MAX_TOKENS)",
        ),
        (
            [Finish(finish_reason="content_filter", cause="SAFETY")],
            "CONTENT_FILTERED",
            "answered with no text: a content filter stopped it (SAFETY)",
        ),
        ([TextDelta(" \n"), TextDelta("\t"), Finish()], "EMPTY_ANSWER", "answered with no text"),
        ([], "STREAM_BROKEN", "broke off before its answer was complete"),
        ([TextDelta("  ")], "STREAM_BROKEN", "broke off before its answer was complete"),
        ([Hang()], "TIMEOUT", "timed out after 20.0 s without a word"),
        ([TextDelta(" "), Hang()], "TIMEOUT", "timed out after 20.0 s without a word"),
    ],
)
async def test_one_that_does_not_speak_is_followed_by_the_next(
    steps: list[object], code: str, message: str
) -> None:
    provider = PlayedProvider({"a": steps, "b": said("Hello")})  # type: ignore[dict-item]
    way = relay(provider, "a", "b")
    assert await heard(way) == "Hello"
    assert outcomes(way) == [("a", "failed", code), ("b", "answered", None)]
    assert way.attempts[0].message == message
    assert provider.closed == ["a", "b"]


async def test_blank_text_before_the_first_words_is_not_lost() -> None:
    way = relay(PlayedProvider({"a": said(" ", "\n", "Hi")}), "a")
    assert await heard(way) == " \nHi"


async def test_a_tool_call_is_an_answer() -> None:
    call = ToolCall("1", "look_up", "{}")
    way = relay(PlayedProvider({"a": [call, Finish(finish_reason="tool_calls")]}), "a")
    speaker = await way.open()
    assert [piece async for batch in speaker.batches() for piece in batch] == [call]
    assert speaker.finish == Finish(finish_reason="tool_calls")


async def test_after_the_first_words_a_break_is_the_callers_to_see() -> None:
    broken = failure(FailureCode.STREAM_BROKEN, "broke off")
    way = relay(PlayedProvider({"a": [TextDelta("Hal"), broken], "b": said("Hello")}), "a", "b")
    batches = (await way.open()).batches()
    assert await anext(batches) == [TextDelta("Hal")]
    with pytest.raises(ProviderError) as caught:
        await anext(batches)
    assert caught.value.code is FailureCode.STREAM_BROKEN
    assert outcomes(way) == [("a", "failed", "STREAM_BROKEN")]


async def test_one_who_has_shown_nothing_may_open_the_next_after_a_break() -> None:
    way = relay(PlayedProvider({"a": [TextDelta("Hal"), failure()], "b": said("Hello")}), "a", "b")
    with pytest.raises(ProviderError):
        await heard(way)
    speaker = await way.open()
    assert await text_of(speaker) == "Hello"
    assert speaker.failovers == 1


async def test_a_stall_in_the_middle_is_a_timeout() -> None:
    way = relay(PlayedProvider({"a": [TextDelta("Hal"), Hang()]}), "a")
    with pytest.raises(ProviderError) as caught:
        await heard(way)
    assert caught.value.code is FailureCode.TIMEOUT


def for_buffered(provider: PlayedProvider, limits: Limits) -> Relay:
    """The way of a buffered caller's request through a and b."""
    asked = ProviderRequest(model="", messages=HELLO, intent=ENGLISH, buffered=True)
    return relay(provider, "a", "b", limits=limits, request=asked)


async def test_a_whole_answer_has_more_time_than_a_first_word_and_that_has_an_end() -> None:
    provider = PlayedProvider({"a": [Hang()], "b": said("Hello")})
    way = for_buffered(provider, Limits(first_token=20, whole=90))
    assert await heard(way) == "Hello"
    assert way.attempts[0].message == "timed out after 90.0 s without an answer"
    assert provider.closed == ["a", "b"]


@pytest.mark.parametrize("kind", ["local", "simulated"])
async def test_whoever_speaks_word_by_word_is_held_to_its_first_word(kind: ProviderKind) -> None:
    provider = PlayedProvider({"a": [Hang()], "b": said("Hello")}, kind=kind)
    way = for_buffered(provider, Limits(first_token=20, whole=90))
    assert await heard(way) == "Hello"
    assert way.attempts[0].message == "timed out after 20.0 s without a word"


async def test_one_that_is_asked_for_a_whole_answer_may_stall_in_a_stream_of_its_own() -> None:
    provider = PlayedProvider({"a": [TextDelta("Hal"), Hang()], "b": said("Hello")})
    way = for_buffered(provider, Limits())
    with pytest.raises(ProviderError, match="of silence"):
        await heard(way)
    assert await heard(way) == "Hello"


async def test_an_answer_that_never_ends_is_cut_at_its_limit() -> None:
    limits = Limits(answer=10)
    way = relay(PlayedProvider({"a": [TextDelta("Hal"), Hang()]}), "a", limits=limits)
    with pytest.raises(ProviderError) as caught:
        await heard(way)
    assert caught.value.code is FailureCode.TIMEOUT


async def test_no_chain_of_attempts_outlives_the_deadline() -> None:
    provider = PlayedProvider({"a": [Hang()], "b": said("late")})
    way = relay(provider, "a", "b", limits=Limits(deadline=10))
    with pytest.raises(GatewayError) as caught:
        await way.open()
    assert caught.value.code == "ALL_PROVIDERS_FAILED"
    assert outcomes(way) == [("a", "failed", "TIMEOUT")]


async def test_only_so_many_are_tried() -> None:
    provider = PlayedProvider({model: [failure()] for model in "abc"})
    way = relay(provider, "a", "b", "c", limits=Limits(attempts=2))
    with pytest.raises(GatewayError):
        await way.open()
    assert [each.model for each in provider.asked] == ["a", "b"]


async def test_when_all_fail_each_is_named() -> None:
    way = relay(
        PlayedProvider({"a": [failure()], "b": [failure(FailureCode.RATE_LIMITED, "said 429")]}),
        "a",
        "b",
    )
    with pytest.raises(GatewayError) as caught:
        await way.open()
    error = caught.value
    assert (error.status, error.code) == (500, "ALL_PROVIDERS_FAILED")
    assert error.message == "Every provider failed: acme/a answered 503; acme/b said 429"
    assert [each["code"] for each in error.body()["attempts"]] == ["SERVER_ERROR", "RATE_LIMITED"]


async def test_what_every_provider_rejects_is_the_callers_fault() -> None:
    refusal = failure(FailureCode.INVALID_REQUEST, "takes no such tool")
    way = relay(PlayedProvider({"a": [refusal], "b": [refusal]}), "a", "b")
    with pytest.raises(GatewayError) as caught:
        await way.open()
    assert (caught.value.status, caught.value.code) == (400, "VALIDATION_ERROR")
    assert "acme/b takes no such tool" in caught.value.message


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        (FailureCode.SERVER_ERROR, True),
        (FailureCode.TIMEOUT, True),
        (FailureCode.AUTH_FAILED, True),
        (FailureCode.INVALID_REQUEST, False),
        (FailureCode.TOKEN_LIMIT, False),
        (FailureCode.CONTENT_FILTERED, False),
        (FailureCode.SIMULATED_OUTAGE, False),
    ],
)
async def test_health_hears_of_what_is_the_candidates_own_fault(
    code: FailureCode, counts: bool
) -> None:
    health = HealthGate(SteppedClock())
    way = relay(PlayedProvider({"a": [failure(code)], "b": said("x")}), "a", "b", health=health)
    await heard(way)
    assert health.error_rate(Candidate("acme", "a")) == ((1.0, 1) if counts else (0.0, 0))
    assert health.error_rate(Candidate("acme", "b")) == (0.0, 1)


@pytest.mark.parametrize("steps", [[Hang()], [TextDelta("Hi"), Hang()]])
async def test_a_caller_who_leaves_ends_the_upstream_work(steps: list[object]) -> None:
    provider = PlayedProvider({"a": steps, "b": said("x")})  # type: ignore[dict-item]
    task = asyncio.ensure_future(heard(relay(provider, "a", "b")))
    await provider.hanging.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert provider.closed == ["a"]


STEPS = st.sampled_from(
    [
        said("Hello"),
        [failure()],
        [failure(FailureCode.INVALID_REQUEST)],
        [Finish()],
        [],
        [TextDelta(" ")],
        [TextDelta("Hi"), failure()],
    ]
)


async def how_it_ends(way: Relay) -> str:
    """``answer``, ``another`` where it broke off and the next may be asked, or the error's code."""
    try:
        await heard(way)
    except ProviderError:
        return "another"
    except GatewayError as error:
        return error.code
    return "answer"


@given(st.lists(STEPS, min_size=1, max_size=6))
async def test_every_call_ends_in_one_answer_or_one_error(chances: list[list[object]]) -> None:
    models = [f"m{place}" for place in range(len(chances))]
    provider = PlayedProvider(dict(zip(models, chances, strict=True)))  # type: ignore[arg-type]
    way = relay(provider, *models)
    ending = "another"
    while ending == "another":
        ending = await how_it_ends(way)
    assert ending in {"answer", "ALL_PROVIDERS_FAILED", "VALIDATION_ERROR"}
    assert [each.model for each in way.attempts] == [each.model for each in provider.asked]
    assert provider.closed == [each.model for each in provider.asked]
    assert (ending == "answer") == any(chance == said("Hello") for chance in chances)
