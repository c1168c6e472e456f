"""The demo fleet: its pace, its words, and that it always says what it is."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from speko_client.models import ChatMessage, RoutingIntent
from speko_gateway.provider import (
    PROGRESS,
    FailureCode,
    Finish,
    ProviderError,
    ProviderRequest,
    TextDelta,
)
from speko_gateway.providers.stand_ins.simulated import SimulatedProvider, Stage
from tests.gateway.fleet_doubles import ENGLISH, HELLO, Wait, row, snapshot
from tests.gateway.played_engine import GOOD, PlayedEngine, Says

pytestmark = pytest.mark.leaping

ROWS = snapshot(
    row("acme", "m", ttft_ms=400, tokens_per_second=10),
    row("acme", "m", language="es", ttft_ms=900, tokens_per_second=5),
)
ASKED = ProviderRequest(model="m", messages=HELLO, intent=ENGLISH, system_prompt="Be kind")


def simulated(engine: PlayedEngine, **choices: object) -> SimulatedProvider:
    """A simulated vendor."""
    stage = Stage(snapshot=ROWS, engine=engine)
    return SimulatedProvider("acme", replace(stage, **choices))  # type: ignore[arg-type]


async def heard(
    provider: SimulatedProvider, request: ProviderRequest = ASKED
) -> list[tuple[float, str, float | None]]:
    """When each word came, the word, and when the vendor's own clock says that it came."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    return [
        (round(loop.time() - began, 6), event.text, event.at and round(event.at, 6))
        async for event in provider.stream(request)
        if isinstance(event, TextDelta)
    ]


async def all_of(
    provider: SimulatedProvider, request: ProviderRequest = ASKED
) -> tuple[str, Finish]:
    events = [event async for event in provider.stream(request)]
    finish = events.pop()
    assert isinstance(finish, Finish)
    return "".join(event.text for event in events if isinstance(event, TextDelta)), finish


async def test_it_waits_its_time_to_first_token_then_keeps_its_own_pace() -> None:
    assert await heard(simulated(PlayedEngine(GOOD))) == [(0.4, "Hello ", 0.4), (0.5, "there", 0.5)]


async def test_the_pace_is_that_of_the_intents_own_row() -> None:
    request = replace(ASKED, intent=RoutingIntent(language="es-MX"))
    said = await heard(simulated(PlayedEngine(GOOD)), request)
    assert said == [(0.9, "Hello ", 0.9), (1.1, "there", 1.1)]


@pytest.mark.parametrize(("pace", "came"), [(0.5, [0.2, 0.25]), (2.0, [0.8, 1.0]), (0.0, [0, 0])])
async def test_the_wait_can_be_scaled_and_the_figures_stay(pace: float, came: list[float]) -> None:
    said = await heard(simulated(PlayedEngine(GOOD), pace=pace))
    assert [when for when, _, _ in said] == came
    assert [at for _, _, at in said] == [0.4, 0.5]


@pytest.mark.parametrize(
    ("says", "came", "late"),
    [
        ([Wait(0.3), *GOOD], [0.4, 0.5], None),
        ([Wait(3.5), *GOOD], [3.5, 3.5], 3.1),
        ([GOOD[0], Wait(2.0), *GOOD[1:]], [0.4, 2.0], 1.5),
        ([Wait(0.8), *GOOD], [0.8, 0.8], None),
    ],
)
async def test_a_slow_machine_is_late_by_itself_and_changes_no_figure(
    says: Says, came: list[float], late: float | None
) -> None:
    said = await heard(simulated(PlayedEngine(says)))
    _, finish = await all_of(simulated(PlayedEngine(says)))
    assert [when for when, _, _ in said] == pytest.approx(came)
    assert [at for _, _, at in said] == [0.4, 0.5]
    assert finish.at == pytest.approx(0.5)
    assert finish.late == (late and pytest.approx(late))


async def test_a_vendor_gives_signs_while_this_machine_owes_its_words() -> None:
    provider = simulated(PlayedEngine([Wait(2.0), *GOOD]))
    events = [event async for event in provider.stream(ASKED)]
    signs = events.index(next(each for each in events if isinstance(each, TextDelta)))
    assert events[:signs] == [PROGRESS] * 7, "none before the vendor's own first token is due"


async def test_the_words_are_the_engines_and_say_so() -> None:
    engine = PlayedEngine(GOOD)
    provider = simulated(engine)
    text, finish = await all_of(provider, replace(ASKED, temperature=0.7, max_tokens=12))
    assert text == "Hello there"
    assert (provider.kind, provider.words, finish.words) == ("simulated", "Tiny", "Tiny")
    assert (finish.prompt_tokens, finish.completion_tokens, finish.estimated) == (9, 2, False)
    (asked,) = engine.asked
    assert (asked["t"], asked["max"]) == (0.7, 12)
    assert asked["messages"] == [ChatMessage(role="system", content="Be kind"), *HELLO]


async def test_the_seed_is_the_conversations_and_the_models() -> None:
    engine = PlayedEngine(GOOD)
    provider = simulated(engine)
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
    provider = simulated(engine)

    async def listen() -> None:
        async for _ in provider.stream(ASKED):
            pass

    task = asyncio.ensure_future(listen())
    await engine.began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.ended.is_set()


BROKEN = ProviderError(FailureCode.SERVER_ERROR, "failed in its engine")


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ([BROKEN], "failed in its engine"),
        ([TextDelta(" "), BROKEN], "failed in its engine"),
        ([Finish()], "answered with no text"),
        ([Wait(60), *GOOD], "was more than 20 s late"),
    ],
)
async def test_where_the_model_fails_a_script_speaks(says: Says, why: str) -> None:
    text, finish = await all_of(simulated(PlayedEngine(says)))
    assert text.strip()
    assert finish.words == "scripted"
    assert f"The words are scripted: the local model {why}." in finish.notes


@pytest.mark.parametrize(
    ("then", "why"), [(BROKEN, "failed in its engine"), (Wait(60), "was more than 20 s late")]
)
async def test_where_the_model_fails_after_words_the_answer_ends_there(
    then: Exception | Wait, why: str
) -> None:
    text, finish = await all_of(simulated(PlayedEngine([TextDelta("He"), then, *GOOD])))
    assert (text, finish.words) == ("He", "Tiny")
    assert finish.notes == (f"The answer ends here: the local model {why}.",)


def conversation(*said: str) -> tuple[ChatMessage, ...]:
    """User and assistant by turns."""
    roles = ("user", "assistant")
    return tuple(
        ChatMessage.model_validate({"role": roles[place % 2], "content": content})
        for place, content in enumerate(said)
    )


SQL = "You can use this query to list the ten newest orders of your shop: SELECT *"


async def test_an_earlier_answer_is_not_said_again() -> None:
    words = [TextDelta(f"{word} ") for word in SQL.split()]
    engine = PlayedEngine([*words, Finish()], then=GOOD)
    messages = conversation("Write a query", SQL, "How do I boil an egg?")
    text, finish = await all_of(simulated(engine), replace(ASKED, messages=messages))
    assert (text, finish.words) == ("Hello there", "Tiny")
    first, second = engine.asked
    assert first["seed"] != second["seed"]
    assert [each.content for each in second["messages"]] == ["Be kind", "How do I boil an egg?"]  # type: ignore[attr-defined]


async def test_where_it_says_an_earlier_answer_twice_a_script_speaks() -> None:
    engine = PlayedEngine([TextDelta(SQL), Finish()])
    messages = conversation("Write a query", SQL, "How do I boil an egg?")
    text, finish = await all_of(simulated(engine), replace(ASKED, messages=messages))
    assert text != SQL
    assert finish.words == "scripted"
    assert any("repeated an earlier answer" in note for note in finish.notes)


async def test_whoever_asks_the_same_again_may_get_the_same_again() -> None:
    engine = PlayedEngine([TextDelta(SQL), Finish()])
    messages = conversation("Write a query", SQL, "write a  query")
    assert (await all_of(simulated(engine), replace(ASKED, messages=messages)))[0] == SQL
    assert len(engine.asked) == 1


async def test_the_model_reads_no_more_than_fits_in_the_vendors_time() -> None:
    engine = PlayedEngine(GOOD, prompt_speed=100.0)  # 40 tokens in 0.4 s
    messages = conversation("a" * 70, "b" * 70, "short", "fine", "And now?")
    _, finish = await all_of(simulated(engine), replace(ASKED, messages=messages))
    (asked,) = engine.asked
    assert [each.content for each in asked["messages"]] == [  # type: ignore[attr-defined]
        "Be kind",
        "short",
        "fine",
        "And now?",
    ]
    assert finish.prompt_tokens == 8, "the vendor's price is for all that was sent"
    assert finish.notes == (
        "The words were made from the last 3 of 5 messages: this machine reads no more in the "
        "vendor's time.",
    )


async def test_without_the_model_file_the_words_are_scripted_and_counted_by_estimate() -> None:
    provider = simulated(PlayedEngine(here=False))
    text, finish = await all_of(provider)
    assert text
    assert (provider.words, finish.words, finish.estimated) == ("scripted", "scripted", True)


async def test_scripted_by_choice_counts_with_the_engines_tokenizer() -> None:
    engine = PlayedEngine(GOOD)
    provider = simulated(engine, scripted=True)
    text, finish = await all_of(provider)
    assert (finish.words, finish.estimated) == ("scripted", False)
    assert finish.completion_tokens == len(text.split())
    assert not engine.asked


@pytest.mark.parametrize("scripted", [True, False])
async def test_tools_are_not_called_and_that_is_said(scripted: bool) -> None:
    provider = simulated(PlayedEngine(GOOD), scripted=scripted)
    _, finish = await all_of(provider, replace(ASKED, tools=({"name": "look_up"},)))
    assert any("tools" in note for note in finish.notes)


def test_it_serves_the_models_of_its_snapshot() -> None:
    provider = simulated(PlayedEngine())
    assert provider.unavailable_reason("m") is None
    assert provider.unavailable_reason("n") == "not in the scores snapshot"


async def test_a_reply_that_a_request_brings_is_said_at_the_vendors_pace_and_called_scripted() -> (
    None
):
    engine = PlayedEngine(GOOD)
    provider = replace(simulated(engine), reply="Nine it is.")
    text, finish = await all_of(provider)
    assert (text, finish.words, provider.words) == ("Nine it is.", "scripted", "scripted")
    assert [when for when, _, _ in await heard(provider)] == pytest.approx([0.4, 0.5, 0.6])
    assert engine.asked == []


async def test_a_reply_is_cut_at_max_tokens_like_any_other() -> None:
    provider = simulated(PlayedEngine(GOOD))
    request = replace(ASKED, max_tokens=2)
    text, finish = await all_of(replace(provider, reply="Nine it is."), request)
    assert (text.strip(), finish.finish_reason) == ("Nine it", "length")
