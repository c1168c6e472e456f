"""The chat's browser state: texts to send or to put back, choices, how much is shown."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from playground.browser import widgets
from playground.browser.guide import focus_on
from playground.browser.slots import Slot
from playground.sessions.turns import TurnSettings

_UNDO_OFFERED: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Asked:
    """A message that a click wants sent, and the turn that it follows.

    ``settings`` are sent in place of the form's. ``box`` names the box it was written in, "" where
    it was in none: a message of the page's own box goes back there if it cannot be sent.
    """

    conversation: str
    message: str
    parent_id: str | None
    settings: TurnSettings | None = None
    box: str = ""
    of_turn: bool = False


class Act(NamedTuple):
    """What was clicked at a turn, or in the session's header.

    ``to`` is what it is about, where that is another thing than the turn itself; ``text`` was
    written in a box with the name ``box``.
    """

    name: str
    turn: str = ""
    to: str = ""
    text: str = ""
    box: str = ""


class Deleted(NamedTuple):
    """A turn that was deleted and can be brought back, and of which session."""

    conversation: str
    turn: str


_ASKED = Slot("message_asked", Asked)
_ACT = Slot("turn_act", Act)
_DELETED = Slot("turn_deleted", Deleted)
_SENT_BOX = Slot("turn_box_sent", str)
_RESTORE = Slot[tuple[str, str]]("restore_draft", tuple)
_TAKEN = Slot[tuple[str, str]]("choice_taken", tuple)
_SHOWN = Slot[dict[str, int]]("turns_shown", dict)
_LISTED = Slot("sessions_listed", int)
_DELETING = Slot("session_to_delete", str)
_BINNED = Slot[tuple[datetime, tuple[str, ...]]]("sessions_binned", tuple)
_WATCHED = Slot("turn_watched", str)
_HAD_FORM = Slot("had_form", bool)


def ask_to_send(asked: Asked) -> None:
    """Have a message sent once the form is drawn: only then is known what the form says now."""
    _ASKED.set(asked)


def take_asked(conversation: str) -> Asked | None:
    """The message to send in this conversation; only once."""
    asked = _ASKED.get()
    _ASKED.set(None)
    return asked if asked and asked.conversation == conversation else None


def ask_act(act: Act) -> None:
    """Have the page do what was clicked, as soon as it has its session."""
    _ACT.set(act)


def take_act() -> Act | None:
    """What was clicked; only once."""
    act = _ACT.get()
    _ACT.set(None)
    return act


def keep_deleted(deleted: Deleted | None) -> None:
    """Remember what was deleted last, so that it can be brought back; None: forget it."""
    _DELETED.set(deleted)


def last_deleted(conversation: str) -> str | None:
    """The turn of this session that was deleted last."""
    kept = _DELETED.get()
    return kept.turn if kept and kept.conversation == conversation else None


def keep_box_sent(box: str) -> None:
    """Remember the box whose message has been sent: it can be closed."""
    _SENT_BOX.set(box)


def box_sent() -> str:
    """The box whose message was sent last; empty if none."""
    return _SENT_BOX.get() or ""


def restore_draft(text: str) -> None:
    """Put a text that could not be sent back into the message box."""
    _RESTORE.set((secrets.token_hex(4), text))


def draft_to_restore() -> tuple[str, str]:
    """The last text to put back and an id that tells it from an earlier one; empty if none."""
    return _RESTORE.get() or ("", "")


def take_choice(key: str, once: str) -> str | None:
    """What was chosen in a widget that only triggers something; the widget is cleared.

    The same choice is returned once for the same ``once``: a run that is cut off before it could
    clear the widget in the browser has the browser choose again.
    """
    chosen = widgets.take_chosen(key)
    if chosen is None or _TAKEN.get() == (once, chosen):
        return None
    _TAKEN.set((once, chosen))
    return chosen


def turns_shown(conversation: str, default: int) -> int:
    """How many of a conversation's turns are drawn."""
    return (_SHOWN.get() or {}).get(conversation, default)


def show_turns(conversation: str, count: int) -> None:
    """Draw more of a conversation's turns."""
    _SHOWN.set({**(_SHOWN.get() or {}), conversation: count})


def sessions_listed(default: int) -> int:
    """How many sessions the sidebar lists."""
    return _LISTED.get() or default


def list_sessions(count: int) -> None:
    """List more sessions."""
    _LISTED.set(count)


def deletion_asked() -> str | None:
    """What a person wants to delete and has not confirmed yet."""
    return _DELETING.get()


def ask_deletion(what: str | None) -> None:
    """Ask whether to delete this; None: no longer. The focus goes along."""
    if asked := deletion_asked():
        focus_on(f"delete-{asked}", "recent-sessions")
    if what:
        focus_on("delete-not")
    _DELETING.set(what)


def offer_undo(ids: Sequence[str]) -> None:
    """Offer to take these sessions, just put there, out of the bin; none: no longer."""
    _BINNED.set((datetime.now(UTC), tuple(ids)) if ids else None)


def just_binned() -> tuple[str, ...]:
    """The sessions that were put into the bin a moment ago."""
    at, ids = _BINNED.get() or (datetime.min.replace(tzinfo=UTC), ())
    return ids if datetime.now(UTC) - at < _UNDO_OFFERED else ()


def watch(turn_id: str | None) -> None:
    """Remember the turn whose answer is seen to arrive here; None: its end has been seen too."""
    _WATCHED.set(turn_id)


def watched() -> str | None:
    """The turn whose answer was seen to arrive here, until its end is seen too."""
    return _WATCHED.get()


def had_form(*, drawn: bool = False) -> bool:
    """Whether the form was drawn before in this browser session; ``drawn``: it is now."""
    before = bool(_HAD_FORM.get())
    _HAD_FORM.set(before or drawn)
    return before
