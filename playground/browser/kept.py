"""What a browser tab keeps over a reload: short texts, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import streamlit as st

from playground.browser import widgets

_KEY: Final = "kept-in-tab"
_SCRIPT: Final = Path(__file__).with_name("kept.js").read_text("utf-8")


class Kept(NamedTuple):
    """What the tab is to keep; ``text`` None where there is nothing.

    ``settled``: this browser session has decided, and an earlier text is forgotten. Until then
    ``found`` is called with it, in callbacks; it has to check it like any visitor's input.
    """

    text: str | None
    settled: bool
    found: Callable[[str], None]


def keep_in_tab(owner: str, kept: Mapping[str, Kept]) -> None:
    """Have the tab keep these, or tell of what it has kept. Once on every page."""
    component = st.components.v2.component("speko_kept", js=_SCRIPT)
    component(
        key=_KEY,
        data={
            # A name, so that whoever signs in next in this tab finds none of it.
            "owner": sha256(owner.encode()).hexdigest()[:16],
            "kept": {
                name: {"text": each.text, "settled": each.settled} for name, each in kept.items()
            },
        },
        on_kept_change=partial(_found, kept),
        height=0,
    )


def _found(kept: Mapping[str, Kept]) -> None:
    sent = widgets.sent(_KEY, "kept")
    for name, each in kept.items():
        if isinstance(text := sent.get(name), str):
            each.found(text)
