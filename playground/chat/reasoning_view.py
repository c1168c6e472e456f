"""What a model thinks, above its answer: open while it arrives, one line as soon as it answers.

It is shown as it was written, and is no part of the answer.
"""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.look.parts import typed
from playground.sessions import turn_words
from playground.sessions.turns import Answer

_DRAWN = 8_000
"""Characters drawn of what still arrives, the latest: they go to the page 15 times a second."""


def reasoning_view(answer: Answer) -> None:
    """The folded line; nothing where the model did not think."""
    if label := turn_words.reasoned(answer):
        with st.expander(label):
            st.html(f'<div class="sp-thoughts">{typed(answer.reasoning)}</div>')


class ArrivingReasoning:
    """The reasoning of an answer that still arrives, to be drawn again and again."""

    def __init__(self) -> None:
        self._place = st.empty()
        self._box: DeltaGenerator | None = None
        self._folded: str | None = None

    def draw(self, answer: Answer) -> None:
        """Draw what is there by now; of another candidate, anew."""
        if answer.text:
            self._fold(answer)
        elif answer.reasoning:
            self._box = self._box or self._opened()
            self._box.html(typed(_latest(answer.reasoning)))
        elif self._box is not None:
            self._place.empty()
            self._box = None

    def _fold(self, answer: Answer) -> None:
        if self._folded != answer.reasoning:
            self._folded = answer.reasoning
            with self._place.container():
                reasoning_view(answer)

    def _opened(self) -> DeltaGenerator:
        with (
            self._place.container(),
            st.expander("Thinking ...", expanded=True),
            st.container(key="thinking"),
        ):
            return st.empty()


def _latest(reasoning: str) -> str:
    return reasoning if len(reasoning) <= _DRAWN else f"... {reasoning[-_DRAWN:]}"
