"""The Compare page's browser state: the column with the whole width, and where runs are."""

from __future__ import annotations

from typing import NamedTuple

from playground.browser.slots import Slot


class VoteScores(NamedTuple):
    """The snapshot that was made of the ratings last; ``problem`` says why there is none."""

    snapshot_id: str = ""
    label: str = ""
    problem: str = ""


_WIDE = Slot("compare_wide", str)
_DRAWN = Slot[tuple[str, int]]("compare_drawn", tuple)
_PASSED = Slot("duel_passed", str)
_NAMED = Slot("duel_named", str)
_LISTED = Slot("asks_a_list", str)
_SCORES = Slot("scores_of_votes", VoteScores)


def wide_seat() -> str | None:
    """The seat whose column has the whole width."""
    return _WIDE.get()


def widen(seat_id: str | None) -> None:
    """Give a seat's column the whole width; None: all columns again."""
    _WIDE.set(seat_id)


def pass_on(duel_id: str) -> None:
    """This duel is behind: something else is asked next."""
    _PASSED.set(duel_id)


def is_passed(duel_id: str) -> bool:
    """Whether this duel is behind."""
    return _PASSED.get() == duel_id


def name_both(duel_id: str) -> None:
    """Say who is who before the time to undo is over."""
    _NAMED.set(duel_id)


def is_named(duel_id: str) -> bool:
    """Whether a person has asked who is who."""
    return _NAMED.get() == duel_id


def ask_list(conversation_id: str | None) -> None:
    """Ask this comparison one prompt of the list after another; None: no more of them."""
    _LISTED.set(conversation_id)


def asks_list(conversation_id: str) -> bool:
    """Whether the list is being asked here."""
    return _LISTED.get() == conversation_id


def place_for(columns: str) -> int:
    """The place, 0 or 1, for these columns: another than before once they are others."""
    drawn, place = _DRAWN.get() or (columns, 0)
    place = place if drawn == columns else 1 - place
    _DRAWN.set((columns, place))
    return place


def made_of_votes() -> VoteScores | None:
    """What came of the last "Use as scores"."""
    return _SCORES.get()


def keep_vote_scores(snapshot_id: str = "", label: str = "", problem: str = "") -> None:
    """Remember what came of it."""
    _SCORES.set(VoteScores(snapshot_id, label, problem))
