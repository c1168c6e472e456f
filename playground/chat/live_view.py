"""A turn that is being answered: drawn as it comes, until it ends or the page is left.

The work runs on the engine's loop; here it is only looked at, fifteen times a second: of the ways
that were measured the cheapest to draw one answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.browser.slots import cancellation_point
from playground.chat.turn_view import ASSISTANT, message_view
from playground.look import palette
from playground.look.safe_text import safe_partial
from playground.sessions.runs import Run
from playground.sessions.turns import Turn

_FRAME_SECONDS = 1 / 15
_LOOK_SECONDS = 0.5


def live_turn(run: Run) -> None:
    """Draw ``run`` until it is done, then draw the page again."""
    message_view(run.turn)
    with st.chat_message("assistant", avatar=ASSISTANT):
        text, state = st.empty(), st.empty()
        version = -1
        while True:
            seen = run.wait_change(version, _FRAME_SECONDS)
            done = run.done
            if seen != version:
                version = seen
                _draw(run.turn, text, state)
            if done:
                break
            cancellation_point()
    st.rerun()


def turn_elsewhere(turn: Turn, look: Callable[[], Turn | None]) -> None:
    """Draw a turn that another process runs, as the store has it, until it is over.

    If that process has died, the store notices within seconds and marks the turn as interrupted.
    """
    message_view(turn)
    with st.chat_message("assistant", avatar=ASSISTANT):
        text, state = st.empty(), st.empty()
        latest: Turn | None = turn
        while latest is not None and latest.status == "running":
            _draw(latest, text, state)
            time.sleep(_LOOK_SECONDS)
            cancellation_point()
            latest = look()
    st.rerun()


def _draw(turn: Turn, text: DeltaGenerator, state: DeltaGenerator) -> None:
    if turn.answer.text:
        text.markdown(safe_partial(turn.answer.text))
    state.caption(_state(turn))


def _state(turn: Turn) -> str:
    provider, model = turn.answer.provider, turn.answer.model
    if provider is None or model is None:
        return ":material/alt_route: Routing ..."
    return f":material/stream: {palette.label(provider, model)} is answering ..."
