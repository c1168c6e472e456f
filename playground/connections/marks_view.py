"""The Connections page's small pieces of HTML."""

from __future__ import annotations

from html import escape

import streamlit as st

from playground.look import words
from playground.servers.check import Checked


def heading(name: str, badge: str, below: str = "") -> None:
    """A connection's name, its badge and a line below; ``badge`` is HTML, the rest is text."""
    line = f'<div class="connection-below">{escape(below)}</div>' if below else ""
    st.html(f'<div class="connection"><b>{escape(name)}</b>{badge}</div>{line}')


def found(check: Checked) -> None:
    """What a check found, with its latency."""
    tone, sign = ("good", "✓") if check.ok else ("bad", "✕")
    took = "" if check.latency_ms is None else words.milliseconds(check.latency_ms)
    st.html(
        f'<div class="found" role="status"><b class="sp-{tone}" aria-hidden="true">{sign}</b> '
        f'<span>{escape(check.message)}</span><span class="sp-quiet">{took}</span></div>'
    )
