"""The session at a glance, for the top of the chat page: one small block per turn.

Plain HTML instead of a chart: it is drawn on every rerun of the chat, and costs microseconds there.
A block wears its provider's colour and glyph, an amber corner where it failed over, an amber dashed
foot where it was made under a drill, and is hollow where no whole answer came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from playground.look import palette, words
from playground.sessions.totals import SessionTotals, failovers, session_totals
from playground.sessions.turns import Turn, TurnStatus

SHOWN: Final = 40
"""At most so many turns are drawn, the last ones; the totals are over all."""

_STYLE: Final = """<style>
.strip {display:flex; flex-direction:column; gap:.35rem; font-size:.8rem; line-height:1.35}
.strip-row {display:flex; flex-wrap:wrap; align-items:center; gap:6px; padding:3px}
.strip-facts {display:flex; flex-wrap:wrap; gap:.1rem .9rem; opacity:.85}
.strip-fact {white-space:nowrap}
.strip-block {position:relative; box-sizing:border-box;
  width:1.5rem; height:1.5rem; border-radius:5px; overflow:hidden;
  display:inline-flex; align-items:center; justify-content:center;
  font-weight:600; font-size:.72rem; border:2px solid var(--seat)}
.strip-over {outline:2px solid var(--amber); outline-offset:1px}
.strip-over::after {content:""; position:absolute; top:-2px; right:-2px;
  border-style:solid; border-width:0 9px 9px 0; border-color:transparent var(--amber)}
.strip-drill::before {content:""; position:absolute; left:-2px; right:-2px; bottom:-2px; height:5px;
  background:repeating-linear-gradient(90deg, var(--amber) 0 4px, transparent 4px 7px)}
.strip-swatch {display:inline-block; width:.65rem; height:.65rem; border-radius:3px;
  margin-right:.3rem}
</style>"""

_STATES: Final[dict[TurnStatus, str]] = {
    "running": "running",
    "done": "answered",
    "stopped": "stopped",
    "failed": "failed",
    "interrupted": "interrupted",
}


def session_strip(turns: Sequence[Turn]) -> None:
    """Draws the strip for the turns of one branch; nothing while there are none."""
    if turns:
        st.html(strip_html(turns, dark=st.context.theme.type == "dark"))


def strip_html(turns: Sequence[Turn], *, dark: bool) -> str:
    """The strip as HTML, everything that came from outside escaped."""
    totals = session_totals(turns)
    hidden = len(turns) - SHOWN
    earlier = f"<span>{hidden} earlier …</span>" if hidden > 0 else ""
    blocks = "".join(_block(turn, dark) for turn in turns[-SHOWN:])
    facts = "".join(
        f'<span class="strip-fact">{fact}</span>' for fact in _facts(turns, totals, dark)
    )
    return (
        f'{_STYLE}<div class="strip" role="img" aria-label="{escape(described(turns, totals))}">'
        f'<div class="strip-row">{earlier}{blocks}</div>'
        f'<div class="strip-facts">{facts}</div></div>'
    )


def described(turns: Sequence[Turn], totals: SessionTotals) -> str:
    """The strip in a sentence, for those who do not see it."""
    served = ", ".join(
        f"{palette.display_name(name)} {count}" for name, count in _served(turns).most_common()
    )
    parts = [
        words.counted(totals.turns, "turn"),
        f"served by: {served or 'nobody yet'}",
        *_sums(totals),
    ]
    return f"This session: {'; '.join(parts)}."


def _facts(turns: Sequence[Turn], totals: SessionTotals, dark: bool) -> list[str]:
    legend = [
        f'<span class="strip-swatch" style="background:{palette.colour(name, dark)}"></span>'
        f"{escape(palette.display_name(name))} {count}"
        for name, count in _served(turns).most_common()
    ]
    return legend + [escape(text) for text in _sums(totals)]


def _sums(totals: SessionTotals) -> list[str]:
    texts = []
    if totals.tokens_in is not None and totals.tokens_out is not None:
        about = "about " if totals.tokens_estimated else ""
        texts.append(f"{about}{totals.tokens_in:,} tokens in, {totals.tokens_out:,} out")
    texts.append(words.counted(totals.failovers, "failover"))
    if totals.cost_usd is not None:
        texts.append(f"{words.dollars(totals.cost_usd)} estimated")
    if totals.simulated:
        texts.append(f"{totals.simulated:,} simulated")
    if totals.drilled:
        texts.append(f"{totals.drilled:,} under a drill")
    return texts


def _block(turn: Turn, dark: bool) -> str:
    provider = turn.answer.provider or palette.NOBODY
    seat = palette.colour(provider, dark)
    whole = turn.status == "done"
    fill = (
        f"background:{seat};color:{palette.ink(provider, dark)}" if whole else "border-style:dashed"
    )
    classes = "strip-block strip-over" if failovers(turn) else "strip-block"
    classes += " strip-drill" if turn.drilled else ""
    amber = palette.AMBER.dark if dark else palette.AMBER.light
    return (
        f'<span class="{classes}" title="{escape(_title(turn))}" '
        f'style="--seat:{seat};--amber:{amber};{fill}">{escape(_mark(turn))}</span>'
    )


def _mark(turn: Turn) -> str:
    if turn.answer.provider:
        return palette.glyph(turn.answer.provider)
    return "…" if turn.status == "running" else "×"


def _title(turn: Turn) -> str:
    who = palette.label(turn.answer.provider, turn.answer.model) if turn.answer.provider else ""
    parts = [f"Turn {turn.number}", who, _STATES[turn.status]]
    parts += ["simulated" if turn.answer.simulated else ""]
    parts += ["under a drill" if turn.drilled else ""]
    parts += [f"after {words.counted(failovers(turn), 'failover')}" if failovers(turn) else ""]
    return ", ".join(part for part in parts if part)


def _served(turns: Sequence[Turn]) -> Counter[str]:
    return Counter(turn.answer.provider for turn in turns if turn.answer.provider)
