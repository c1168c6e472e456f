"""Who has the first seats, who else can have one, and what a link or a chat's answer begins."""

from __future__ import annotations

from itertools import count

import pytest

from playground.compare.seats import MOST, Comparison, Seat
from playground.compare.setup import (
    begun_from,
    beside,
    candidate_of,
    choices,
    every_vendor,
    first_seats,
    gone,
    left_out,
    pinned,
    token_of,
)
from playground.sessions.turns import TurnSettings
from speko_client.models import KnownProvider, RoutingPreview, ScoredCandidate, WhatIf
from tests.turns import conversation, served, turn


def row(vendor: str, model: str | None = "m", **more: object) -> KnownProvider:
    """A row of the server's list."""
    row_id = f"{vendor}:{model}" if model else vendor
    values = {"id": row_id, "vendor": vendor, "vendor_name": vendor.title(), "model": model}
    return KnownProvider.model_validate({**values, "available": True, **more})


def ranking(*names: str) -> RoutingPreview:
    """These candidates, ``vendor:model``, best first."""
    ranked = [
        ScoredCandidate(provider_id=name.split(":")[0], model_id=name.split(":")[1], score=0.5)
        for name in names
    ]
    return RoutingPreview(
        provider_id=None, model_id=None, score=None, winner=ranked[0], runners_up=ranked[1:]
    )


def pins(comparison: Comparison) -> list[str | None]:
    """Who is pinned, in order."""
    return [seat.pin for seat in comparison.seats]


def test_the_router_stands_beside_the_best_of_the_ranking() -> None:
    first = first_seats([row("z")], ranking("a:1", "b:1", "a:2", "c:1"))
    assert pins(first) == [None, "a:1", "b:1", "a:2"]
    assert pins(first_seats([], ranking("a:1"))) == [None, "a:1"]


def test_without_a_ranking_the_servers_list_counts() -> None:
    known = [row("a"), row("b", None), row("c", available=False), row("d")]
    assert pins(first_seats(known, None)) == [None, "a:m", "d:m"]
    assert pins(first_seats([], None)) == [None]


def test_what_an_address_names_in_vain_is_counted() -> None:
    assert left_out([], Comparison()) == ""
    assert left_out(["router"] * 6, Comparison().added(*[Seat(id="a")] * 6)) == ""
    assert "2 seats" in left_out(["router"] * 8, Comparison().added(*[Seat(id="a")] * 6))


def test_everyone_is_each_vendor_once_beside_the_router() -> None:
    before = Comparison().added(Seat(id="a"), pinned("a:1"), pinned("b"))
    after, too_many = every_vendor(
        before, [], ranking("a:1", "a:2", "b:1", "c:1"), used={"a", "b", "c"}
    )
    assert pins(after) == [None, "b", "a", "c"]
    assert [seat.id for seat in after.seats] == ["a", "c", "d", "e"]
    assert too_many == 0


def test_who_has_no_room_is_counted() -> None:
    many = ranking(*(f"v{number}:m" for number in range(9)))
    after, too_many = every_vendor(Comparison().added(Seat(id="a")), [], many)
    assert len(after.seats) == MOST
    assert too_many == 4


def test_everyone_without_a_ranking_is_who_can_be_called() -> None:
    after, _ = every_vendor(Comparison(), [row("a"), row("b", available=False)], None)
    assert pins(after) == ["a"]


def test_a_seat_is_found_among_the_choices_by_what_it_asks() -> None:
    offered = choices(
        [row("a", None), row("a"), row("b", available=False)], {"x": WhatIf(name="X")}
    )
    assert next(iter(offered)) == "router"
    assert "a:m" in offered
    assert "b:m" not in offered
    assert token_of(Seat(id="c", pin="a:m", own=TurnSettings()), offered) == "a:m"
    tried = Seat(id="c", what_if=WhatIf(name="X"), what_if_id="x")
    assert token_of(tried, offered) == "router;what_if=x"
    older = tried.model_copy(update={"what_if_id": None})
    assert token_of(older, offered) == "router;what_if=X"
    assert token_of(Seat(id="c", pin="gone"), offered) == "gone"


def test_a_pinned_seat_that_reaches_nobody_is_gone_and_says_why() -> None:
    known = [row("a"), row("b", available=False, reason="B needs a key")]
    seats = [Seat(id="a"), Seat(id="b", pin="a:m"), Seat(id="c", pin="b:m"), Seat(id="d", pin="z")]
    assert [(seat.id, why) for seat, why in gone(seats, known)] == [
        ("c", "B needs a key"),
        ("d", "it is no longer offered"),
    ]
    assert gone(seats, []) == [], "where there is no list, nobody can tell"


@pytest.mark.parametrize(("pin", "model"), [("a:m", "m"), ("a", None)])
def test_only_a_pinned_model_says_who_answers(pin: str, model: str | None) -> None:
    found = candidate_of(pin, [row("a", kind="simulated"), row("a", None)])
    assert (found.model_id if found else None) == model
    if found:
        assert found.kind == "simulated"


def test_an_answer_of_a_chat_has_the_first_seat_beside_others() -> None:
    first = first_seats([], ranking("openai:gpt-4o", "b:1", "c:1"))
    assert pins(beside(served(1), first)) == [None, "b:1", "c:1"]
    alone = served(1).model_copy(update={"settings": TurnSettings(allowed=("openai:gpt-4o",))})
    assert pins(beside(alone, first)) == ["openai:gpt-4o", "b:1", "c:1"]


def test_a_comparison_begins_with_copies_of_the_branch() -> None:
    ids = (f"n{number}" for number in count())
    chat = conversation(turn("x"), turn("y", "x"), turn("other", "x"), turn("z", "y"))
    copies = begun_from(chat, chat.turns[1], "new", lambda: next(ids))
    assert [(each.id, each.parent_id) for each in copies] == [("n0", None), ("n1", "n0")]
    assert [each.seat for each in copies] == [None, "a"]
    assert [bool(each.message_id) for each in copies] == [False, True]
    assert {each.conversation_id for each in copies} == {"new"}
    assert [each.answer.text for each in copies] == ["Answer to x.", "Answer to y."]
