"""One turn takes only so much of the store, and says where it was cut."""

from __future__ import annotations

import pytest

from playground.sessions.bounds import MOST_ENTRIES, MOST_TEXT, MOST_WHOLE, cut
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Answer, Turn, TurnError
from speko_client.models import RoutingPreview, ScoredCandidate
from tests.turns import failed, turn

LARGE = 3_000_000
MOST_STORED = 8 * MOST_TEXT
"""A character may take six in JSON."""


def scored(number: int) -> ScoredCandidate:
    return ScoredCandidate(provider_id="p" * 900, model_id=f"m{number}", score=0.5)


def huge_ranking() -> RoutingPreview:
    every = [scored(number) for number in range(4000)]
    return RoutingPreview(provider_id="p", model_id="m", score=1.0, runners_up=every)


HUGE = {
    "text": turn("t", answer=Answer(text="x" * LARGE)),
    "text that JSON spells out": turn("t", answer=Answer(text="\0" * LARGE)),
    "an error's words": turn("t", error=TurnError(message="x" * LARGE, code="X", advice="y")),
    "attempts": turn("t", answer=Answer(attempts=(failed("p" * 200, "m" * 200),) * 9000)),
    "an attempt's words": turn("t", answer=Answer(attempts=(failed("p", "m" * LARGE),))),
    "notes": turn("t", answer=Answer(notes=("note " * 100,) * 9000)),
    "a ranking": turn("t", ranking=huge_ranking()),
    "a name": turn("t", answer=Answer(provider="p" * LARGE, model="m" * LARGE)),
}


@pytest.mark.parametrize("large", HUGE.values(), ids=HUGE)
def test_whatever_is_large_is_cut_and_can_be_read_again(large: Turn, store: OwnerStore) -> None:
    assert len(cut(large).model_dump_json()) < MOST_STORED
    store.save_turn(large)
    conversation = store.load("c")
    assert conversation is not None
    (kept,) = conversation.path()
    assert kept.answer.cut
    assert kept.message == large.message
    assert len(kept.answer.attempts) <= MOST_ENTRIES
    assert kept.answer.text == large.answer.text[:MOST_TEXT]


def test_the_label_says_how_much_of_the_answer_is_left() -> None:
    kept = cut(turn("t", answer=Answer(text="x" * LARGE)))
    assert kept.answer.cut == (
        "This answer was too long to be stored whole. These are the first 1,000,000 of its "
        "3,000,000 characters."
    )


def test_a_turn_of_any_usual_size_is_stored_as_it_is(store: OwnerStore) -> None:
    usual = turn("t", answer=Answer(text="x" * (MOST_WHOLE - 50_000), attempts=(failed("p"),) * 99))
    store.save_turn(usual)
    conversation = store.load("c")
    assert conversation is not None
    assert conversation.path() == (usual.numbered(1),)
