"""Leads a keyboard and a screen reader: where the focus goes next, and what is said aloud.

Streamlit draws parts of a page anew and lets the focus fall, and it announces nothing. ``guide.js``
does both, for the whole page; ``docs/accessibility.md`` says what is checked.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import streamlit as st

from playground.browser.slots import Slot

_SCRIPT = Path(__file__).with_name("guide.js").read_text("utf-8")
_FOCUS = Slot[tuple[str, ...]]("focus_next", tuple)

SHORTCUTS_SWITCH = (
    '<label class="sp-shortcuts"><input type="checkbox"> <span>Keyboard shortcuts</span></label>'
    '<div class="sp-quiet sp-small">Esc stops an answer. In a demo, Space pauses, → steps and Esc '
    "stops. Of two answers, 1 or ← and 2 or → choose one, 3 is a tie, 4 says both are bad. / goes "
    "to the search box, and ? lists all keys, to be switched off one by one. Kept in this "
    "browser.</div>"
)
"""The switch for our own single keys, as HTML: ``guide.js`` keeps what it says."""


def focus_on(*keys: str) -> None:
    """Have the focus go to what is drawn under one of these keys, the first the best.

    In a conversation's turn that is the answer; elsewhere the first thing to use. For callbacks.
    """
    _FOCUS.set((secrets.token_hex(4), *keys))


def guide() -> None:
    """Draw nothing, and lead from here on. Once on each page, before all that it leads to."""
    _mount("guide", {})


def say(words: str, once: str, *, urgent: bool = False) -> None:
    """Have a screen reader say it, and not again under the same ``once``.

    A focus that was asked for since the page began to be drawn goes there as well.
    """
    _mount("announcer", {"words": words, "once": once, "urgent": urgent})


def _mount(key: str, data: dict[str, object]) -> None:
    component = st.components.v2.component("speko_guide", js=_SCRIPT)
    focus_id, *keys = _FOCUS.get() or ("",)
    with st.container(key=key):
        component(
            key=f"{key}-component", data={**data, "focusId": focus_id, "keys": keys}, height=0
        )
