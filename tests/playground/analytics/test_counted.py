"""Which turns are counted: of a chat the branch on view, of a comparison everybody's."""

from __future__ import annotations

import pytest

from playground.analytics import cost, failures, flow, latency, providers, timeline, tokens
from playground.analytics.counted import counted_turns, is_branched
from playground.analytics.frames import for_its_file
from playground.sessions.totals import session_totals
from playground.sessions.turns import Answer, Conversation
from speko_client.models import Timing
from tests.turns import conversation, turn, used

FRAMES = (cost, failures, flow, latency, providers, timeline, tokens)


def compared() -> Conversation:
    """Two messages to two seats, each its own thread, after one turn of a chat."""
    answers = {
        "a": Answer(text="Yes.", provider="openai", model="m", usage=used(10, 5), cost_usd=0.1),
        "b": Answer(text="No.", provider="openai", model="m", timing=Timing(total_ms=900)),
    }
    turns = [turn("chat", answer=answers["a"])]
    for message in (1, 2):
        for seat, answer in answers.items():
            parent = "chat" if message == 1 else f"{seat}1"
            place = {"seat": seat, "message_id": f"m{message}", "answer": answer}
            turns.append(turn(f"{seat}{message}", parent, **place))
    return conversation(*turns)


def test_of_a_chat_the_branch_on_view_counts() -> None:
    chat = conversation(turn("one"), turn("left", "one"), turn("right", "one"))
    assert [each.id for each in counted_turns(chat)] == ["one", "right"]


def test_of_a_chat_all_branches_count_where_that_is_wanted() -> None:
    chat = conversation(turn("one"), turn("left", "one"), turn("right", "one"))
    turns = counted_turns(chat, all_branches=True)
    assert [(each.id, each.number) for each in turns] == [("one", 1), ("left", 2), ("right", 3)]
    assert is_branched(chat)
    assert not is_branched(conversation(turn("one"), turn("two", "one")))
    assert not is_branched(compared())


def test_what_was_deleted_does_not_count() -> None:
    chat = conversation(turn("one"), turn("left", "one", removed="left"), turn("right", "one"))
    turns = counted_turns(chat, all_branches=True)
    assert [each.id for each in turns] == ["one", "right"]
    assert not is_branched(chat)


def test_of_a_comparison_every_turn_counts_once() -> None:
    turns = counted_turns(compared())
    assert [each.id for each in turns] == ["chat", "a1", "b1", "a2", "b2"]
    assert [each.number for each in turns] == [1, 2, 3, 4, 5]
    assert session_totals(turns).tokens_in == 30


def test_one_seat_alone_is_counted_from_one() -> None:
    turns = counted_turns(compared(), "b")
    assert [(each.id, each.number) for each in turns] == [("b1", 1), ("b2", 2)]


def test_a_retry_counts_too() -> None:
    before = compared()
    again = turn("again", "chat", seat="a", message_id="m1")
    retried = before.model_copy(update={"turns": (*before.turns, again)})
    assert [each.id for each in counted_turns(retried, "a")] == ["a1", "a2", "again"]


def test_the_cards_count_what_the_totals_count() -> None:
    turns = counted_turns(compared())
    assert providers.caption(providers.frame(turns)).startswith("Who answered: 5 of 5 turns")
    assert int(providers.shares(providers.frame(turns))["turns"].sum()) == 5
    assert tokens.frame(turns)["provider_tokens_so_far"].max() == 45
    assert latency.frame(turns)["total_ms"].notna().sum() == 2
    assert "5 of 5 turns answered at the first try" in flow.caption(flow.frame(turns))
    (route,) = flow.card(turns).routes
    assert route.turns == (1, 2, 3, 4, 5)


@pytest.mark.parametrize("card", FRAMES, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
def test_a_comparisons_files_have_the_seat(card: object) -> None:
    rows = card.frame(counted_turns(compared()))  # type: ignore[attr-defined]
    in_file = for_its_file(rows)
    if len(rows):
        assert in_file["seat"].dropna().unique().tolist() == ["A", "B"]
        assert in_file["message_id"].dropna().unique().tolist() == ["m1", "m2"]
    assert not {"seat", "message_id"} & set(for_its_file(card.frame([turn("one", number=1)])))  # type: ignore[attr-defined]
