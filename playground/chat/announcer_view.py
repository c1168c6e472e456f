"""Tells a screen reader that an answer arrives, and how it ended: once each, never its words."""

from __future__ import annotations

from playground.browser.guide import say
from playground.chat.state import watch, watched
from playground.look import palette, words
from playground.sessions.turn_words import status_note
from playground.sessions.turns import OpenSession, Turn


def announce(view: OpenSession) -> None:
    """Speak of the turn that is answered on this page; of a turn of earlier, nothing."""
    live = view.run.turn if view.run is not None and view.is_live else view.elsewhere
    if live is not None:
        watch(live.id)
        say("Answering", f"{live.id} begins")
        return
    over = next((turn for turn in view.turns if turn.id == watched()), None)
    if over is None:
        say("", "")
        return
    say(spoken(over), f"{over.id} ends", urgent=over.error is not None)


def spoken(turn: Turn) -> str:
    """How a turn ended, in a sentence: who answered after how many failovers, or why nobody did."""
    if turn.error is not None:
        lead = "The answer broke off. " if turn.answer.text else "No answer. "
        return f"{lead}{turn.error.message} {turn.error.advice}"
    if note := status_note(turn):
        return note
    by = palette.label(turn.answer.provider or "", turn.answer.model)
    count = turn.answer.failover_count
    after = f", {words.failover_label(count).lower()}" if count else ""
    return f"Answer by {by}{after}" if turn.answer.provider else f"Answered{after}"
