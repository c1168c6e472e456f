"""The demo fleet: its pace, its words, and that it always says what it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from speko_client.models import ChatMessage, RoutingIntent
from speko_gateway.provider import (
    FailureCode,
    Finish,
    ProviderError,
    ProviderRequest,
    TextDelta,
)
from speko_gateway.providers.stand_ins.simulated import SimulatedProvider, Stage
from tests.gateway.fleet_doubles import ENGLISH, HELLO, SteppedClock, row, snapshot

ROWS = snapshot(
    row("acme", "m", ttft_ms=400, tokens_per_second=10),
    row("acme", "m", language="es", ttft_ms=900, tokens_per_second=5),
)
ASKED = ProviderRequest(model="m", messages=HELLO, intent=ENGLISH, system_prompt="Be kind")


@dataclass
class PlayedEngine:
    """An engine that says what it is told to and remembers how it was asked."""

    says: Sequence[TextDelta | Finish | Exception] = ()
    here: bool = True
    model_name: str = "Tiny"
    asked: list[dict[str, object]] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def present(self) -> bool:
        return self.here

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        temperature: float | None,
        max_tokens: int | None,
        seed: int | None,
    ) -> AsyncGenerator[TextDelta | Finish]:
        self.asked.append(
            {"messages": list(messages), "t": temperature, "max": max_tokens, "seed": seed}
        )
        self.began.set()
        try:
            for event in self.says:
                if isinstance(event, Exception):
                    raise event
                yield event
            if not self.says:
                await asyncio.Event().wait()
        finally:
            self.ended.set()

    async def problem(self) -> str | None:
        return None

    async def count_tokens(self, text: str) -> int | None:
        return len(text.split()) if self.here else None


class Sleeper:
    """Lets a stepped clock pass instead of sleeping."""

    def __init__(self, clock: SteppedClock) -> None:
        self.clock = clock
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.clock.pass_(seconds)
        await asyncio.sleep(0)


def simulated(engine: PlayedEngine, **choices: object) -> tuple[SimulatedProvider, Sleeper]:
    """A simulated vendor before a stepped clock."""
    clock = SteppedClock()
    sleeper = Sleeper(clock)
    stage = Stage(snapshot=ROWS, engine=engine, clock=clock, sleep=sleeper)
    return SimulatedProvider("acme", replace(stage, **choices)), sleeper  # type: ignore[arg-type]


async def all_of(
    provider: SimulatedProvider, request: ProviderRequest = ASKED
) -> tuple[str, Finish]:
    events = [event async for event in provider.stream(request)]
    finish = events.pop()
    assert isinstance(finish, Finish)
    return "".join(event.text for event in events if isinstance(event, TextDelta)), finish


GOOD = (TextDelta("Hello "), TextDelta("there"), Finish(prompt_tokens=9, completion_tokens=2))


async def test_it_waits_its_time_to_first_token_then_keeps_its_own_pace() -> None:
    provider, sleeper = simulated(PlayedEngine(GOOD))
    assert (await all_of(provider))[0] == "Hello there"
    assert sleeper.slept == [0.4, 0.1]


async def test_the_pace_is_that_of_the_intents_own_row() -> None:
    provider, sleeper = simulated(PlayedEngine(GOOD))
    await all_of(provider, replace(ASKED, intent=RoutingIntent(language="es-MX")))
    assert sleeper.slept == [0.9, 0.2]


@pytest.mark.parametrize(("pace", "slept"), [(0.5, [0.2, 0.05]), (0.0, [])])
async def test_the_pace_can_be_scaled(pace: float, slept: list[float]) -> None:
    provider, sleeper = simulated(PlayedEngine(GOOD), pace=pace)
    await all_of(provider)
    assert sleeper.slept == slept


async def test_the_words_are_the_engines_and_say_so() -> None:
    engine = PlayedEngine(GOOD)
    provider, _ = simulated(engine)
    text, finish = await all_of(provider, replace(ASKED, temperature=0.7, max_tokens=12))
    assert text == "Hello there"
    assert (provider.kind, provider.words, finish.words) == ("simulated", "Tiny", "Tiny")
    assert (finish.prompt_tokens, finish.completion_tokens, finish.estimated) == (9, 2, False)
    (asked,) = engine.asked
    assert (asked["t"], asked["max"]) == (0.7, 12)
    assert asked["messages"] == [ChatMessage(role="system", content="Be kind"), *HELLO]


async def test_the_seed_is_the_conversations_and_the_models() -> None:
    engine = PlayedEngine(GOOD)
    provider, _ = simulated(engine)
    other = SimulatedProvider("bolt", provider.stage)
    more = (*HELLO, ChatMessage(role="assistant", content="Hi"), *HELLO)
    for who, request in (
        (provider, ASKED),
        (provider, ASKED),
        (other, ASKED),
        (provider, replace(ASKED, messages=more)),
        (provider, replace(ASKED, system_prompt=None)),
    ):
        await all_of(who, request)
    first, again, *others = [asked["seed"] for asked in engine.asked]
    assert first == again
    assert len({first, *others}) == 4


async def test_the_engine_starts_at_once_and_stops_with_the_caller() -> None:
    engine = PlayedEngine()
    provider, _ = simulated(engine)

    async def listen() -> None:
        async for _ in provider.stream(ASKED):
            pass

    task = asyncio.ensure_future(listen())
    await engine.began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.ended.is_set()


async def test_the_engines_failure_is_the_providers() -> None:
    broken = ProviderError(FailureCode.SERVER_ERROR, "cannot load")
    provider, _ = simulated(PlayedEngine([TextDelta("He"), broken]))
    with pytest.raises(ProviderError, match="cannot load"):
        await all_of(provider)


async def test_without_the_model_file_the_words_are_scripted_and_counted_by_estimate() -> None:
    provider, _ = simulated(PlayedEngine(here=False))
    text, finish = await all_of(provider)
    assert text
    assert (provider.words, finish.words, finish.estimated) == ("scripted", "scripted", True)


async def test_scripted_by_choice_counts_with_the_engines_tokenizer() -> None:
    engine = PlayedEngine(GOOD)
    provider, _ = simulated(engine, scripted=True)
    text, finish = await all_of(provider)
    assert (finish.words, finish.estimated) == ("scripted", False)
    assert finish.completion_tokens == len(text.split())
    assert not engine.asked


@pytest.mark.parametrize("scripted", [True, False])
async def test_tools_are_not_called_and_that_is_said(scripted: bool) -> None:
    provider, _ = simulated(PlayedEngine(GOOD), scripted=scripted)
    _, finish = await all_of(provider, replace(ASKED, tools=({"name": "look_up"},)))
    assert any("tools" in note for note in finish.notes)


def test_it_serves_the_models_of_its_snapshot() -> None:
    provider, _ = simulated(PlayedEngine())
    assert provider.unavailable_reason("m") is None
    assert provider.unavailable_reason("n") == "not in the scores snapshot"


async def test_a_reply_that_a_request_brings_is_said_at_the_vendors_pace_and_called_scripted() -> (
    None
):
    engine = PlayedEngine(GOOD)
    provider, sleeper = simulated(engine)
    provider = replace(provider, reply="Nine it is.")
    text, finish = await all_of(provider)
    assert (text, finish.words, provider.words) == ("Nine it is.", "scripted", "scripted")
    assert sleeper.slept == [0.4, 0.1, 0.1]
    assert engine.asked == []


async def test_a_reply_is_cut_at_max_tokens_like_any_other() -> None:
    provider, _ = simulated(PlayedEngine(GOOD))
    request = replace(ASKED, max_tokens=2)
    text, finish = await all_of(replace(provider, reply="Nine it is."), request)
    assert (text.strip(), finish.finish_reason) == ("Nine it", "length")
