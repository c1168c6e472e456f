"""The styles of the Connections page, and its small pieces of HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import Literal, NamedTuple

import streamlit as st

from playground.look import words
from playground.look.style_view import themed
from playground.servers.check import Checked

Tone = Literal["good", "info", "quiet", "bad"]

_CSS = """
<style>
.sp-conn { display: flex; flex-wrap: wrap; align-items: baseline; gap: .15rem .55rem; }
.sp-conn b { font-size: 1rem; overflow-wrap: anywhere; }
.sp-conn-sub { font-size: .8rem; opacity: .72; overflow-wrap: anywhere; }
.sp-badge { font-size: .74rem; line-height: 1.2; padding: .16rem .5rem; border-radius: 1rem;
  white-space: nowrap; border: 1px solid transparent; }
.sp-good, .sp-available { color: #0B6B3A; background: #0B6B3A14; border-color: #0B6B3A40; }
.sp-info, .sp-probing { color: #2F4AB0; background: #3B5BDB14; border-color: #3B5BDB40; }
.sp-bad, .sp-left-out { color: #9A3412; background: #C2410C14; border-color: #C2410C40; }
.sp-quiet-badge, .sp-unavailable { color: inherit; opacity: .8;
  border-color: color-mix(in srgb, currentColor 22%, transparent); }
.sp-dark .sp-good, .sp-dark .sp-available { color: #6EE7A8; background: #6EE7A81A;
  border-color: #6EE7A84D; }
.sp-dark .sp-info, .sp-dark .sp-probing { color: #AEBDFB; background: #7C93F51F;
  border-color: #7C93F559; }
.sp-dark .sp-bad, .sp-dark .sp-left-out { color: #FDBA8C; background: #F9731621;
  border-color: #F9731659; }
.sp-found { font-size: .86rem; overflow-wrap: anywhere; }
.sp-found-mark { font-weight: 700; }
.sp-found span + span { margin-left: .4rem; }
.sp-found-good .sp-found-mark { color: #0B6B3A; }
.sp-found-bad .sp-found-mark { color: #B42318; }
.sp-dark .sp-found-good .sp-found-mark { color: #6EE7A8; }
.sp-dark .sp-found-bad .sp-found-mark { color: #FCA5A5; }
.sp-quiet { opacity: .65; }
.sp-status { width: 100%; border-collapse: collapse; font-size: .86rem; }
.sp-status th { text-align: left; font-weight: 500; opacity: .65; padding: .3rem .75rem .3rem 0; }
.sp-status td { padding: .45rem .75rem .45rem 0; vertical-align: top; overflow-wrap: anywhere;
  border-top: 1px solid color-mix(in srgb, currentColor 12%, transparent); }
.sp-status td:nth-child(1) { width: 29%; } .sp-status td:nth-child(2) { width: 34%; }
.sp-status td:nth-child(3) { width: 13%; white-space: nowrap; }
.sp-state { font-size: .74rem; padding: .12rem .5rem; border-radius: 1rem; white-space: nowrap;
  border-width: 1px; border-style: solid; margin-right: .45rem; }
.sp-why { font-size: .8rem; opacity: .8; }
[class*="st-key-group-"] { gap: 0; padding: .2rem 1rem; }
[class*="st-key-connection-"] { gap: .5rem; padding: .6rem 0; }
[data-testid="stLayoutWrapper"] + [data-testid="stLayoutWrapper"] > [class*="st-key-connection-"] {
  border-top: 1px solid color-mix(in srgb, currentColor 12%, transparent); }
[class*="st-key-connection-"] [data-testid="stForm"] { max-width: 32rem; }
@media (max-width: 640px) {
  .sp-status thead { display: none; }
  .sp-status, .sp-status tbody, .sp-status tr, .sp-status td { display: block;
    width: auto !important; }
  .sp-status tr { padding: .55rem 0;
    border-top: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
  .sp-status td { border: 0; padding: .1rem 0; }
  .sp-status td.sp-empty { display: none; }
  .st-key-server-kind button { padding-left: .6rem; padding-right: .6rem; }
  .sp-status td:nth-child(n+3)::before { content: attr(data-label) ": "; opacity: .65; }
}
</style>
"""


def connection_style() -> None:
    """Put the styles on the page; once per run."""
    st.html(_CSS)


def badge(text: str, tone: Tone) -> str:
    """A short word on how a connection stands."""
    name = "quiet-badge" if tone == "quiet" else tone
    return f'<span class="sp-badge sp-{name}">{escape(text)}</span>'


class Action(NamedTuple):
    """A button at a connection: ``what`` it does is in its key; ``act`` gets the connection."""

    label: str
    what: str
    act: Callable[[str], None]


def heading(connection: str, name: str, badges: str, sub: str, actions: Iterable[Action]) -> None:
    """A connection's name, badges (HTML), the line below and its buttons beside them."""
    below = f'<div class="sp-conn-sub">{escape(sub)}</div>' if sub else ""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(width="content"):
            st.html(themed(f'<div class="sp-conn"><b>{escape(name)}</b>{badges}</div>{below}'))
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
    tone, mark = ("good", "✓") if check.ok else ("bad", "✕")
    took = "" if check.latency_ms is None else words.milliseconds(check.latency_ms)
    st.html(
        themed(
            f'<div class="sp-found sp-found-{tone}" role="status">'
            f'<span class="sp-found-mark" aria-hidden="true">{mark}</span>'
            f'<span>{escape(check.message)}</span><span class="sp-quiet">{took}</span></div>'
        )
    )
