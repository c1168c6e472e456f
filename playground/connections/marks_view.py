"""The Connections page's small pieces of HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import NamedTuple

import streamlit as st

from playground.look import words
from playground.look.page_view import spread
from playground.servers.check import Checked


class Action(NamedTuple):
    """A button at a connection: ``what`` it does is in its key; ``act`` gets the connection."""

    label: str
    what: str
    act: Callable[[str], None]


def heading(connection: str, name: str, badge: str, below: str, actions: Iterable[Action]) -> None:
    """A connection's name, its badge (HTML), a line below, and its buttons beside them."""
    line = f'<div class="connection-below">{escape(below)}</div>' if below else ""
    with spread():
        with st.container(width="content"):
            st.html(f'<div class="connection"><b>{escape(name)}</b>{badge}</div>{line}')
        with st.container(horizontal=True, width="content", gap="small"):
            for label, what, act in actions:
                st.button(
                    label,
                    key=f"{what}-{connection}",
                    type="secondary" if what in ("test", "use", "add") else "tertiary",
                    on_click=act,
                    args=(connection,),
                )


def found(check: Checked | None) -> None:
    """What a check found, with its latency; nothing where there was none."""
    if check is None:
        return
    tone, sign = ("good", "✓") if check.ok else ("bad", "✕")
    took = "" if check.latency_ms is None else words.milliseconds(check.latency_ms)
    st.html(
        f'<div class="found" role="status"><b class="sp-{tone}" aria-hidden="true">{sign}</b> '
        f'<span>{escape(check.message)}</span><span class="sp-quiet">{took}</span></div>'
    )
