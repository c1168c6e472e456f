"""The turn that is being answered, on the page.

It is drawn until it ends or the page is left: the work runs on the engine's loop, and here it is
only looked at, fifteen times a second, of the ways that were measured the cheapest.
"""

from __future__ import annotations

import time

import streamlit as st

from playground.browser.line import LINE
from playground.browser.slots import cancellation_point
from playground.chat.chat_view import Chat
from playground.chat.reasoning_view import ArrivingReasoning
from playground.chat.turn_html import fork_html, message_html
from playground.chat.turn_view import siblings_at
from playground.look import palette
from playground.look.answer_view import answer_view
from playground.look.safe_text import literal
from playground.sessions.turns import Run, Turn

_ASSISTANT = ":material/alt_route:"
FRAME_SECONDS = 1 / 15
_LOOK_SECONDS = 0.5
_CROWDED_SECONDS = 0.25
_MOST_LESS = 6
"""The page may have had so many more parts above this place when it was drawn before."""


class ArrivingAnswer:
    """An answer that still arrives, to be drawn again and again at one place."""

    def __init__(self) -> None:
        self._thoughts, self._text, self._state = ArrivingReasoning(), st.empty(), st.empty()
        self._said = ""

    def draw(self, turn: Turn) -> None:
        """Draw what is there by now; only what is new goes to the browser."""
        self._thoughts.draw(turn.answer)
        if turn.answer.text:
            with self._text:
                answer_view(turn.answer.text, partial=True)
        if (said := _state(turn)) != self._said:
            self._said = said
            self._state.caption(said)


class LiveTurn:
    """The turn that is answered here, at its place on the page."""

    def __init__(self, run: Run) -> None:
        self._run, self._version = run, -1
        with st.container(key=f"live-{run.turn.id}"):
            st.html(message_html(run.turn.message))
            self._place = st.chat_message("assistant", avatar=_ASSISTANT)
        with self._place:
            self._answer = ArrivingAnswer()

    def until_words(self) -> None:
        """Return when the rest of the page may be drawn: at once, unless many wait for an answer.

        Then this turn gets its first words before, and most of the others theirs.
        """
        LINE.asked()
        seen = self._run.version
        while LINE.is_crowded() and not _has_words(self._run):
            seen = self._run.wait_change(seen, _CROWDED_SECONDS)
            cancellation_point()
        self._look(seen)
        LINE.stand_back()

    def to_its_end(self) -> None:
        """Draw it until it is done, then draw the page again."""
        with LINE.following():
            while True:
                seen, done = self._run.wait_change(self._version, FRAME_SECONDS), self._run.done
                self._look(seen)
                if done:
                    break
                cancellation_point()
                self._run.wait(LINE.pause(FRAME_SECONDS))
        LINE.stand_back()
        st.rerun()

    def _look(self, version: int) -> None:
        if version != self._version:
            self._version = version
            with self._place:
                self._answer.draw(self._run.turn)
            if _has_words(self._run):
                LINE.has_words()


def just_sent(chat: Chat) -> LiveTurn | None:
    """Draw the turn that this run of the page has begun; None where it has begun none.

    Returns when the rest of the page may be drawn too.
    """
    run = chat.view.run
    if run is None or not chat.view.is_live:
        return None
    live = LiveTurn(run)
    live.until_words()
    return live


def clear_below() -> None:
    """Take away what stood here before: it would stay on the page until the stream's end."""
    for _ in range(_MOST_LESS):
        st.empty()


def arriving(chat: Chat, live: LiveTurn | None) -> None:
    """The answer that arrives, if one does, to its end; ``live`` where it is drawn already."""
    view = chat.view
    if live is None and view.run is not None and view.is_live:
        live = LiveTurn(view.run)
    if live is not None:
        live.to_its_end()
    elif view.elsewhere is not None:
        turn_elsewhere(chat, view.elsewhere)


def turn_elsewhere(chat: Chat, turn: Turn) -> None:
    """Draw a turn that another process runs, as the store has it, until it is over.

    If that process has died, the store notices within seconds and marks the turn as interrupted.
    """
    st.html(message_html(turn.message) + fork_html(turn, siblings_at(chat, turn)))
    with st.chat_message("assistant", avatar=_ASSISTANT):
        arriving = ArrivingAnswer()
        latest: Turn | None = turn
        while latest is not None and latest.status == "running":
            arriving.draw(latest)
            time.sleep(_LOOK_SECONDS)
            cancellation_point()
            latest = chat.look_elsewhere()
    st.rerun()


def _has_words(run: Run) -> bool:
    return run.done or bool(run.turn.answer.text)


def _state(turn: Turn) -> str:
    provider, model = turn.answer.provider, turn.answer.model
    if provider is None or model is None:
        return ":material/alt_route: Routing ..."
    does = "thinking" if turn.answer.reasoning and not turn.answer.text else "answering"
    return f":material/stream: {literal(palette.label(provider, model))} is {does} ..."
