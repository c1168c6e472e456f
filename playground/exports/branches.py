"""Which turns a file for reading has, and how many it leaves out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from playground.analytics.counted import counted_turns
from playground.look.words import counted
from playground.sessions.turns import Conversation, Turn

UNTITLED = "Untitled session"


def shown_turns(conversation: Conversation) -> tuple[Turn, ...]:
    """The branch that is shown, or the turns of all seats of a comparison; numbered from 1."""
    return counted_turns(conversation)


def left_out(conversation: Conversation) -> str:
    """How many turns are on other branches, in a sentence; empty where there are none."""
    count = len(conversation.turns) - len(shown_turns(conversation))
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


def title_of(conversation: Conversation) -> str:
    """Its title in one line."""
    first = conversation.turns[0].message[:80] if conversation.turns else ""
    return " ".join((conversation.title or first).split()) or UNTITLED
