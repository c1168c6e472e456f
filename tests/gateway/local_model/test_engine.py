"""The local model itself: real words, several callers, leaving in the middle, long conversations.

One engine serves the whole file, on one event loop, as it does in the gateway.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from speko_client.models import ChatMessage, ChatRole, RoutingIntent
from speko_gateway.local_model.call import Call
from speko_gateway.local_model.engine import LocalEngine
from speko_gateway.local_model.runtime import CALLS_AT_ONCE, Runtime
from speko_gateway.provider import (
    FailureCode,
    Finish,
    ProviderError,
    ProviderRequest,
    TextDelta,
)
from speko_gateway.providers.stand_ins.local import MODEL, LocalProvider

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

Begun = asyncio.Queue[Call]

CONTEXT = 512
"""Of ``small``, in tokens."""
SEA = "The sea was calm that morning and the boats went out one after another. "


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(model_file: Path) -> AsyncIterator[LocalEngine]:
    made = LocalEngine(lambda: model_file)
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def small(model_file: Path) -> AsyncIterator[LocalEngine]:
    """The same with a context that is soon full."""
    made = LocalEngine(lambda: model_file, context=CONTEXT)
    yield made
    await made.close()


def said(content: str, role: ChatRole = "user") -> ChatMessage:
    return ChatMessage(role=role, content=content)


def answer(
    engine: LocalEngine,
    *messages: ChatMessage,
    max_tokens: int | None = 12,
    temperature: float | None = 0.0,
    seed: int | None = None,
) -> AsyncGenerator[TextDelta | Finish]:
    return engine.stream(messages, temperature=temperature, max_tokens=max_tokens, seed=seed)


async def drained(stream: AsyncGenerator[TextDelta | Finish]) -> tuple[str, Finish]:
    events = [event async for event in stream]
    finish = events.pop()
    assert isinstance(finish, Finish)
    pieces = [event.text for event in events if isinstance(event, TextDelta)]
    assert len(pieces) == len(events)
    assert all(pieces)
    return "".join(pieces), finish


async def test_it_knows_the_capital_of_france(engine: LocalEngine) -> None:
    text, finish = await drained(
        answer(engine, said("What is the capital of France?"), max_tokens=40)
    )
    assert "Paris" in text
    assert finish.finish_reason == "stop"
    assert finish.prompt_tokens
    assert finish.completion_tokens
    assert not finish.estimated


async def test_the_answer_is_counted_as_its_own_tokenizer_counts_it(engine: LocalEngine) -> None:
    text, finish = await drained(answer(engine, said("What is a contract?"), max_tokens=20))
    assert finish.completion_tokens == await engine.count_tokens(text)


@pytest.mark.parametrize("cap", [2**31, 2**63, 2**64, 10**300])
async def test_a_cap_beyond_all_bounds_is_none(engine: LocalEngine, cap: int) -> None:
    text, finish = await drained(
        answer(engine, said("What is the capital of France?"), max_tokens=cap)
    )
    assert "Paris" in text
    assert finish.finish_reason == "stop"


async def test_max_tokens_ends_the_answer(engine: LocalEngine) -> None:
    _, finish = await drained(answer(engine, said("Tell me a long story."), max_tokens=7))
    assert (finish.finish_reason, finish.completion_tokens) == ("length", 7)


async def test_the_same_seed_gives_the_same_words(engine: LocalEngine) -> None:
    told = [
        (await drained(answer(engine, said("Tell me a story."), temperature=temperature, seed=5)))[
            0
        ]
        for temperature in (0.0, 0.0, 0.9, 0.9)
    ]
    assert told[0] == told[1]
    assert told[2] == told[3]


async def test_it_follows_the_conversation(engine: LocalEngine) -> None:
    text, _ = await drained(
        answer(
            engine,
            said("My dog is called Rex."),
            said("What a nice name.", "assistant"),
            said("What is my dog called?"),
            max_tokens=40,
        )
    )
    assert "Rex" in text


async def test_more_callers_than_it_takes_at_once_are_all_answered(engine: LocalEngine) -> None:
    asked = [drained(answer(engine, said(f"Count to {n}."))) for n in range(2 * CALLS_AT_ONCE)]
    answers = await asyncio.gather(*asked)
    assert all(text for text, _ in answers)


@pytest_asyncio.fixture(loop_scope="module")
async def begun(monkeypatch: pytest.MonkeyPatch) -> Begun:
    """The calls that the engine's threads have begun to work on."""
    loop, run = asyncio.get_running_loop(), Call.run
    begun: Begun = asyncio.Queue()

    def announced(call: Call, runtime: Runtime) -> None:
        loop.call_soon_threadsafe(begun.put_nowait, call)
        run(call, runtime)

    monkeypatch.setattr(Call, "run", announced)
    return begun


async def test_leaving_in_the_middle_frees_the_place(engine: LocalEngine, begun: Begun) -> None:
    """As many as it takes at once, none of which would end by itself before the context is full."""
    for _ in range(CALLS_AT_ONCE + 1):
        async with aclosing(answer(engine, said("Count to 9999."), max_tokens=8000)) as stream:
            assert isinstance(await anext(stream), TextDelta)
    text, _ = await drained(answer(engine, said("Say yes.")))
    assert text
    assert begun.qsize() == CALLS_AT_ONCE + 2
    while not begun.empty():
        assert begun.get_nowait().ended.is_set()


async def test_cancelling_the_task_ends_the_work(engine: LocalEngine) -> None:
    begun = asyncio.Event()

    async def read() -> None:
        async for _ in answer(engine, said("Count to 9999."), max_tokens=8000):
            begun.set()

    tasks = [asyncio.create_task(read()) for _ in range(2 * CALLS_AT_ONCE)]
    await begun.wait()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert all(task.cancelled() for task in tasks)
    assert (await drained(answer(engine, said("Say yes."))))[0]


async def test_a_long_prompt_can_be_left_before_it_is_read(
    engine: LocalEngine, begun: Begun
) -> None:
    reading = asyncio.create_task(anext(answer(engine, said(SEA * 300))))
    call = await begun.get()
    reading.cancel()
    await call.ended.wait()
    assert (await drained(answer(engine, said("Say yes."))))[0]


async def test_a_conversation_too_long_loses_its_oldest_messages(small: LocalEngine) -> None:
    history = [said(f"{n}. {SEA * 3}", role) for n in range(8) for role in ("user", "assistant")]
    text, finish = await drained(
        answer(small, said("Be kind.", "system"), *history, said("Say yes."), max_tokens=4)
    )
    assert text
    assert finish.prompt_tokens is not None
    assert CONTEXT / 2 < finish.prompt_tokens < CONTEXT
    assert "oldest were left out" in finish.notes[-1]


async def test_one_conversation_may_have_the_whole_context(small: LocalEngine) -> None:
    _, finish = await drained(answer(small, said(SEA * 27), max_tokens=2))
    assert finish.prompt_tokens is not None
    assert finish.prompt_tokens > 0.8 * CONTEXT
    assert not finish.notes


async def test_several_long_conversations_at_once_do_not_crowd_each_other_out(
    small: LocalEngine,
) -> None:
    asked = [drained(answer(small, said(f"{n}. {SEA * 20}"), max_tokens=2)) for n in range(4)]
    answers = await asyncio.gather(*asked)
    assert sum(finish.prompt_tokens or 0 for _, finish in answers) > 2 * CONTEXT


async def test_one_message_too_long_is_the_callers_to_shorten(engine: LocalEngine) -> None:
    with pytest.raises(ProviderError, match="shorten it") as caught:
        await drained(answer(engine, said(SEA * 900)))
    assert caught.value.code is FailureCode.INVALID_REQUEST


async def test_strange_messages_are_answered_too(engine: LocalEngine) -> None:
    for messages in ([said("")], [said("Hello.", "assistant")], [said("🜚" * 50 + "\0")]):
        assert (await drained(answer(engine, *messages)))[1].completion_tokens


async def test_its_loopback_server_opens_to_its_own_key_only(engine: LocalEngine) -> None:
    runtime = await engine.runtime()
    ask = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}
    async with aiohttp.ClientSession() as stranger:
        for path, body in (("/v1/chat/completions", ask), ("/tokenize", {"content": "hi"})):
            async with stranger.post(runtime.address + path, json=body) as refused:
                assert refused.status == 401
    assert runtime.address.startswith("http://127.0.0.1:")
    assert runtime.key not in repr(runtime)


async def test_a_signal_reaches_python_after_the_model_is_loaded(
    engine: LocalEngine, model_file: Path
) -> None:
    await engine.runtime()
    heard = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, heard.set)
    try:
        # The engine takes the handlers when it loads; those set before must be back.
        second = LocalEngine(lambda: model_file)
        await second.count_tokens("loads it")
        signal.raise_signal(signal.SIGTERM)
        await heard.wait()
        await second.close()
    finally:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)


async def spoken(engine: LocalEngine, language: str, **changes: Any) -> Finish:
    """How ``local`` ends its answer to a caller who gave no system prompt."""
    provider = LocalProvider(engine)
    intent = RoutingIntent(language=language, vertical="healthcare")
    request = ProviderRequest(MODEL, (said("Hello."),), intent, max_tokens=4)
    events = [event async for event in provider.stream(replace(request, **changes))]
    assert isinstance(events[-1], Finish)
    return events[-1]


async def test_the_provider_speaks_for_itself_in_the_intents_vertical(engine: LocalEngine) -> None:
    provider = LocalProvider(engine)
    assert (provider.kind, provider.words) == ("local", None)
    assert provider.unavailable_reason(MODEL) is None
    made, own = await spoken(engine, "en"), await spoken(engine, "en", system_prompt="Hi.")
    assert (made.prompt_tokens or 0) > (own.prompt_tokens or 0)
    assert made.notes == own.notes == ()


async def test_the_provider_says_what_its_model_cannot_do(engine: LocalEngine) -> None:
    finish = await spoken(engine, "es-MX", tools=({"name": "free_slots"},))
    assert any("tools" in note for note in finish.notes)
    assert any("Spanish" in note for note in finish.notes)
