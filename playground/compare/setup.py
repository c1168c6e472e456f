"""Which seats a comparison begins with, who else can have a seat, and who no longer can. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, get_args

from playground.compare.seats import MOST, Comparison, Seat, as_token
from playground.look import words
from playground.servers import pool
from playground.sessions.turns import Conversation, Turn
from speko_client.models import KnownProvider, OptimizeFor, RoutingPreview, ScoredCandidate, WhatIf

BESIDE: Final = 3
"""So many pinned seats stand beside the router at first."""

_ROUTER: Final = Seat(id="a")


def left_out(tokens: Sequence[str], named: Comparison) -> str:
    """What of an address's seats has no place here; empty where all have one."""
    missing = len(tokens) - len(named.seats)
    if not missing:
        return ""
    return (
        f"{words.counted(missing, 'seat')} of the address left out: a comparison has at most "
        f"{MOST}, and each is the router, one of your saved what-ifs, or a provider."
    )


def first_seats(known: Sequence[KnownProvider], ranking: RoutingPreview | None) -> Comparison:
    """The router, and beside it the best of those that it could choose, or fewer."""
    pins = [*ranked_pins(ranking)] or [row.id for row in pool.remaining(known, ())]
    return Comparison().added(_ROUTER, *map(pinned, pins[:BESIDE]))


def beside(turn: Turn, first: Comparison) -> Comparison:
    """Seats for an answer of a chat, as it was asked: its own first, then others than who gave it.

    A turn that only one candidate was allowed to answer has a pinned seat.
    """
    allowed = turn.settings.allowed
    own = Seat(id="a", pin=allowed[0]) if len(allowed) == 1 else _ROUTER
    gave = f"{turn.answer.provider}:{turn.answer.model}"
    others = [seat for seat in first.seats if seat.pin not in (None, own.pin, gave)]
    return Comparison().added(own, *others)


def begun_from(
    conversation: Conversation, turn: Turn, new_conversation: str, new_id: Callable[[], str]
) -> tuple[Turn, ...]:
    """Copies of the branch up to this turn, for a comparison; the last is its first seat's."""
    path = conversation.path_to(turn.id)
    ids: dict[str | None, str] = {each.id: new_id() for each in path}
    copies = [
        each.model_copy(
            update={
                "id": ids[each.id],
                "conversation_id": new_conversation,
                "parent_id": ids.get(each.parent_id),
                "seat": None,
                "message_id": None,
            }
        )
        for each in path
    ]
    last = copies.pop().model_copy(update={"seat": "a", "message_id": new_id()})
    return (*copies, last)


def pinned(pin: str) -> Seat:
    """A seat that only this vendor or model answers."""
    return Seat(id="a", pin=pin)


def ranked_pins(ranking: RoutingPreview | None) -> Iterable[str]:
    """The ranked candidates as pins, best first."""
    ranked = pool.candidates(ranking) if ranking is not None else ()
    return (f"{each.provider_id}:{each.model_id}" for each in ranked)


def every_vendor(
    comparison: Comparison,
    known: Sequence[KnownProvider],
    ranking: RoutingPreview | None,
    used: Iterable[str | None] = (),
) -> tuple[Comparison, int]:
    """Beside the router, every healthy vendor, the best first; and how many had no room.

    Seats that stay keep their letters, and so their threads; no other gets a ``used`` one.
    """
    if ranking is not None:
        vendors = [*dict.fromkeys(each.provider_id for each in pool.candidates(ranking))]
    else:
        vendors = [*dict.fromkeys(row.vendor for row in pool.remaining(known, ()))]
    routed = sum(seat.pin is None for seat in comparison.seats)
    wanted = vendors[: MOST - routed]
    for seat in comparison.seats:
        if seat.pin is not None and (seat.pin not in wanted or seat.own is not None):
            comparison = comparison.removed(seat.id)
    have = {seat.pin for seat in comparison.seats}
    missing = [pinned(vendor) for vendor in wanted if vendor not in have]
    return comparison.added(*missing, used=used), len(vendors) - len(wanted)


def choices(known: Sequence[KnownProvider], what_ifs: Mapping[str, WhatIf]) -> dict[str, Seat]:
    """Who can have a seat, by a token each: the router, by intent or what-if, and the pool."""
    presets = (Seat(id="a", optimize_for=preset) for preset in get_args(OptimizeFor))
    routed = {as_token(seat): seat for seat in (_ROUTER, *presets)}
    seats = (Seat(id="a", what_if=each, what_if_id=key) for key, each in what_ifs.items())
    tried = {as_token(seat): seat for seat in seats}
    callable_rows = (row for row in known if row.available is not False)
    return {**routed, **tried, **{row.id: pinned(row.id) for row in callable_rows}}


def token_of(seat: Seat, offered: Mapping[str, Seat]) -> str:
    """The token by which this seat is among the choices; its own where it is not."""
    plain = seat.model_copy(update={"id": "a", "own": None})
    unsaved = plain.what_if.name if plain.what_if and not plain.what_if_id else None
    own = as_token(plain.model_copy(update={"what_if_id": unsaved or plain.what_if_id}))
    return next((token for token, each in offered.items() if each == plain), own)


def gone(seats: Iterable[Seat], known: Sequence[KnownProvider]) -> list[tuple[Seat, str]]:
    """The pinned seats that would reach nobody, and why."""
    return [
        (seat, why)
        for seat in seats
        if seat.pin is not None
        for _, why in pool.not_called(known, (seat.pin,))
    ]


def candidate_of(pin: str, known: Sequence[KnownProvider]) -> ScoredCandidate | None:
    """Who answers at a pinned seat; None where only the server knows which model it would be."""
    vendor, _, model = pin.partition(":")
    if not model:
        return None
    row = pool.by_id(known).get(pin)
    kind = row.kind if row is not None else None
    return ScoredCandidate(provider_id=vendor, model_id=model, score=0.0, kind=kind)
