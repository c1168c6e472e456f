"""Which turns a file for reading has, and how many it leaves out. Pure.

What was deleted is in no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from playground.analytics.counted import shown_turns
from playground.look.words import counted
from playground.sessions import turn_words
from playground.sessions.turns import Conversation, Turn

UNTITLED = "Untitled session"


def left_out(conversation: Conversation) -> str:
    """How many turns are on other branches, in a sentence; empty where there are none."""
    count = len(conversation.kept) - len(shown_turns(conversation))
    if not count:
        return ""
    are = "is" if count == 1 else "are"
    return f"{counted(count, 'turn')} on other branches {are} in the JSON file only."


def threads(conversation: Conversation) -> Iterator[Sequence[Turn]]:
    """What was sent and answered one after the other: the branch that is shown, or each seat's."""
    seats = [turn for turn in shown_turns(conversation) if turn.seat is not None]
    if not seats:
        yield conversation.path()
        return
    last = {turn.seat: turn for turn in seats}
    for turn in last.values():
        yield conversation.path_to(turn.id)


def who(turn: Turn) -> str:
    """Who answered, after the seat that was asked."""
    seat = f"Seat {turn.seat.upper()}: " if turn.seat else ""
    return f"{seat}{turn_words.who(turn)}"


def title_of(conversation: Conversation) -> str:
    """Its title in one line."""
    first = conversation.kept[0].message[:80] if conversation.kept else ""
    return " ".join((conversation.title or first).split()) or UNTITLED
