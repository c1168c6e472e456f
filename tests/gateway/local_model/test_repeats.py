"""What counts as a repetition, and that a fresh answer is passed on as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client.models import ChatMessage, ChatRole
from speko_gateway.local_model.repeats import (
    WENT_ROUND,
    RepeatedError,
    earlier_answers,
    fresh,
)
from speko_gateway.provider import Finish, TextDelta

PARIS = "The capital of France is Paris."
SORRY = "I'm sorry for any confusion, but I can't provide that information directly. However, I"


async def heard(pieces: Sequence[str], earlier: Sequence[str]) -> tuple[list[str], Finish]:
    """What is passed on."""
    plain = [" ".join(each.split()).casefold() for each in earlier]
    said: list[str] = []
    async for event in fresh(_saying(pieces), plain):
        if isinstance(event, Finish):
            return said, event
        said.append(event.text)
    raise AssertionError("it has no end")


async def _saying(pieces: Sequence[str]) -> AsyncGenerator[TextDelta | Finish]:
    for piece in pieces:
        yield TextDelta(piece)
    yield Finish(completion_tokens=len(pieces))


def in_words(text: str) -> list[str]:
    return [f"{word} " for word in text.split()]


@pytest.mark.parametrize("again", [SORRY, SORRY + " go on", SORRY.upper(), f"\n{SORRY}", PARIS])
async def test_an_earlier_answer_again_is_refused_before_a_word_of_it_is_out(again: str) -> None:
    with pytest.raises(RepeatedError):
        await heard(in_words(again), [PARIS, SORRY])


async def test_what_only_begins_alike_is_held_until_it_differs() -> None:
    pieces = in_words("The capital of Spain is Madrid.")
    said: list[str] = []
    arrived: asyncio.Queue[str | None] = asyncio.Queue()

    async def source() -> AsyncGenerator[TextDelta | Finish]:
        while (piece := await arrived.get()) is not None:
            yield TextDelta(piece)
        yield Finish()

    async def listen() -> None:
        events = fresh(source(), [PARIS.casefold()])
        while isinstance(event := await anext(events), TextDelta):
            said.append(event.text)

    listener = asyncio.ensure_future(listen())
    for count, piece in enumerate(pieces, 1):
        arrived.put_nowait(piece)
        await asyncio.sleep(0)
        assert len(said) == (0 if count < 4 else count), said
    arrived.put_nowait(None)
    await listener
    assert said == pieces


async def test_short_courtesies_may_be_said_again() -> None:
    assert (await heard(["You're ", "welcome."], ["You're welcome."]))[0] == ["You're ", "welcome."]


async def test_an_answer_that_goes_round_ends_there() -> None:
    sentence = "The sea is a vast and mysterious place that covers most of the Earth. "
    said, finish = await heard(in_words(f"Listen: {sentence}{sentence}{sentence}"), [])
    text = "".join(said)
    assert text.count("mysterious") == 1
    assert text.endswith("…")
    assert finish.notes == (WENT_ROUND,)


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), max_size=12))
async def test_a_short_answer_without_a_past_is_passed_on_whole(pieces: list[str]) -> None:
    pieces = [f"{place}{piece}" for place, piece in enumerate(pieces)]
    said, finish = await heard(pieces, [])
    if finish.notes:
        assert said.pop() == "…"
    else:
        assert said == pieces
    assert "".join(pieces).startswith("".join(said))


def test_the_answers_to_the_same_question_do_not_count() -> None:
    roles: tuple[ChatRole, ...] = ("user", "assistant")
    said = ["Capital?", PARIS, "And a sea?", "The North Sea.", " capital? "]
    messages = [ChatMessage(role=roles[place % 2], content=text) for place, text in enumerate(said)]
    assert earlier_answers(messages) == ["the north sea."]
