"""The what-if's pictures as HTML: two orders beside each other, and who wins along a weight. Pure.

Both are drawn anew with every move of a slider, and cost microseconds there. Everything from
outside is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from playground.look import palette, words
from playground.look.marks import vendor_mark
from playground.routing.ranking_html import ROW_PX, STYLE, axes_legend, ranking_html
from playground.routing.what_ifs import headline, summary
from playground.sessions.ranking import candidates, names
from speko_client.models import RoutingPreview, ScoredCandidate, Stretch, WeightLine, WhatIf

_NAMED_FROM: Final = 0.17
_MARKED_FROM: Final = 0.05
"""From this share of the line on a stretch has room for its model's name, or for a glyph."""

_APART: Final = 0.075
"""Tipping points closer than this to the one before stand unlabelled: the table has them all."""

_HALF: Final = ROW_PX / 2

_STYLE: Final = f"""<style>
.wi-two {{ display:grid; grid-template-columns:minmax(7.5rem,.42fr) 3.2rem minmax(0,1fr); }}
.wi-head {{ font-size:.78rem; font-weight:600; opacity:.75; padding:0 .5rem .35rem; }}
.wi-today {{ list-style:none; margin:0; padding:0; font-size:.9rem; }}
.wi-today li {{ height:{ROW_PX}px; margin:0 !important; padding:0; display:flex;
  align-items:center; justify-content:flex-end; gap:.45rem; box-sizing:border-box; }}
.wi-today .rk-model {{ font-weight:500; min-width:0; }}
.wi-today .rk-dot {{ order:2; }}
.wi-gone .rk-model {{ text-decoration:line-through; opacity:.6; }}
.wi-links {{ display:block; width:100%; overflow:visible; }}
.wi-links path {{ fill:none; stroke-width:2.5; stroke-linecap:round; opacity:.75; }}
.wi-links .wi-still {{ stroke-width:1.5; opacity:.35; }}
.wi-out {{ font-size:.8rem; opacity:.75; padding:.4rem .5rem 0; }}
@media (max-width: 640px) {{
  .wi-two {{ grid-template-columns:minmax(0,1fr); }}
  .wi-today, .wi-links, .wi-today-head, .wi-gap {{ display:none; }}
}}
</style>"""

_HEADLINE: Final = """<style>
.wi-headline { display:flex; align-items:center; gap:.6rem; font-size:1.3rem; line-height:1.3;
  font-weight:600; margin:0; padding:.55rem .8rem; border-radius:.6rem;
  background:color-mix(in srgb, currentColor 6%, transparent); }
.wi-headline .rk-dot { flex:none; width:1.7rem; height:1.7rem; border-radius:.4rem; font-size:.8rem;
  font-weight:700; display:inline-flex; align-items:center; justify-content:center; }
.wi-headline span { min-width:0; overflow-wrap:anywhere; }
.wi-changes { background:#7C3AED1F; box-shadow:inset 4px 0 0 #7C3AED; }
.sp-dark .wi-changes { background:#A78BFA26; box-shadow:inset 4px 0 0 #A78BFA; }
.wi-saved { line-height:1.35; overflow-wrap:anywhere; }
.wi-saved div { font-size:.82rem; opacity:.75; }
.wi-told { font-size:.8rem; opacity:.8; margin-left:.45rem; }
.wi-alone { margin-left:0 !important; }
.wi-label { font-size:.72rem; padding:.05rem .45rem; margin-left:.5rem; border-radius:1rem;
  white-space:nowrap; background:#7C3AED22; border:1px solid #7C3AED88; }
@media (max-width: 640px) { .wi-headline { font-size:1.1rem; padding:.5rem .65rem; } }
</style>"""


def headline_html(
    today: RoutingPreview, tried: RoutingPreview, what_if: WhatIf, *, dark: bool
) -> str:
    """Whether the winner changes, large enough for the back row."""
    winner = next(iter(candidates(tried)), None)
    mark = vendor_mark(winner.provider_id, dark=dark) if winner else ""
    changes = " wi-changes" if names(today)[:1] != names(tried)[:1] else ""
    text = escape(headline(today, tried, what_if))
    tone = "sp-dark" if dark else "sp-light"
    return (
        f'{_HEADLINE}<div class="{tone}"><p class="wi-headline{changes}" role="status">'
        f"{mark}<span>{text}</span></p></div>"
    )


def saved_html(what_if: WhatIf) -> str:
    """A saved what-if in a list: its name, its label, what it changes."""
    return (
        f'{_HEADLINE}<div class="wi-saved"><b>{escape(what_if.name)}</b>'
        f'<span class="wi-label">what-if</span><div>{escape(summary(what_if))}</div></div>'
    )


def chosen_html(what_if: WhatIf) -> str:
    """The mark of a what-if in use, beside the form."""
    return (
        f'{_HEADLINE}<div class="wi-saved"><span class="wi-label wi-alone">what-if</span>'
        f'<span class="wi-told">{escape(summary(what_if))}</span></div>'
    )


def in_use_html(what_if: WhatIf) -> str:
    """That the chat routes by it."""
    return (
        f'{_HEADLINE}<div class="wi-saved">The chat routes by <b>{escape(what_if.name)}</b>'
        '<span class="wi-label">what-if</span></div>'
    )


def two_orders_html(today: RoutingPreview, tried: RoutingPreview, *, dark: bool) -> str:
    """Today's order on the left, the tried one with its scores on the right, lines between them."""
    before, after = candidates(today), names(tried)
    left = "".join(_today_row(each, after, dark=dark) for each in before)
    # Today's marks wear the same style, also where nobody is left to rank.
    right = ranking_html(tried, dark=dark, was=names(today), legend=False) or STYLE
    links = _links(before, after, dark=dark)
    out = [name for name in names(today) if name not in after]
    gone = f'<div class="wi-out">Out of the pool: {escape(", ".join(out))}</div>' if out else ""
    tone = "sp-dark" if dark else "sp-light"
    return (
        f'{_STYLE}<div class="{tone}">{axes_legend(tried.weights or {}, dark=dark)}'
        '<div class="wi-two">'
        '<div class="wi-head wi-today-head" style="text-align:right">Today</div>'
        '<div class="wi-gap"></div><div class="wi-head">What-if</div>'
        f'<ol class="wi-today" aria-label="Today\'s order">{left}</ol>{links}'
        f"<div>{right}</div></div>{gone}</div>"
    )


def weight_line_html(line: WeightLine, *, dark: bool) -> str:
    """Who wins from weight 0 to 1: coloured stretches, and the tipping points with their values."""
    parts = "".join(_stretch(each, dark=dark) for each in line.stretches)
    marks = "".join(_tip(value) for value in _apart(tipping_points(line)))
    return f'<div class="wi-parts">{parts}</div><div class="wi-tips">{marks}</div>'


def tipping_points(line: WeightLine) -> list[float]:
    """The weights where the winner changes, ascending."""
    return [each.from_weight for each in line.stretches[1:]]


def described_line(line: WeightLine) -> str:
    """The line in words, for those who do not see it."""
    told = [
        f"{each.from_weight:.0%} to {each.to_weight:.0%} "
        f"{words.candidate(each.provider_id, each.model_id)}"
        for each in line.stretches
    ]
    return f"Winner along the weight: {'; '.join(told) or 'nobody has figures'}."


def _today_row(each: ScoredCandidate, after: Sequence[str], *, dark: bool) -> str:
    name = words.candidate(each.provider_id, each.model_id)
    gone = "" if name in after else ' class="wi-gone"'
    mark = vendor_mark(each.provider_id, dark=dark)
    model = f'<span class="rk-model">{escape(each.model_id)}</span>'
    return f'<li{gone} title="{escape(name)}">{mark}{model}</li>'


def _links(before: Sequence[ScoredCandidate], after: Sequence[str], *, dark: bool) -> str:
    height = max(len(before), len(after)) * ROW_PX
    paths = []
    for place, each in enumerate(before):
        name = words.candidate(each.provider_id, each.model_id)
        if name not in after:
            continue
        start, end = place * ROW_PX + _HALF, after.index(name) * ROW_PX + _HALF
        still = ' class="wi-still"' if start == end else ""
        colour = palette.colour(each.provider_id, dark)
        paths.append(
            f'<path{still} data-candidate="{escape(name)}" stroke="{colour}" '
            f'd="M4 {start:g}C26 {start:g} 26 {end:g} 48 {end:g}"/>'
        )
    return (
        f'<svg class="wi-links" viewBox="0 0 52 {height}" height="{height}" '
        f'preserveAspectRatio="none" aria-hidden="true">{"".join(paths)}</svg>'
    )


def _stretch(each: Stretch, *, dark: bool) -> str:
    share = each.to_weight - each.from_weight
    name = words.candidate(each.provider_id, each.model_id)
    told = f"{name} wins from {each.from_weight:.1%} to {each.to_weight:.1%}"
    glyph = escape(palette.glyph(each.provider_id))
    text = escape(each.model_id) if share >= _NAMED_FROM else glyph if share >= _MARKED_FROM else ""
    look = (
        f"flex-grow:{share:.5f};background:{palette.colour(each.provider_id, dark)};"
        f"color:{palette.ink(each.provider_id, dark)}"
    )
    return f'<span class="wi-part" style="{look}" title="{escape(told)}">{text}</span>'


def _tip(value: float) -> str:
    return f'<span class="wi-tip" style="left:{value:.3%}">{value:.0%}</span>'


def _apart(points: Sequence[float]) -> list[float]:
    shown: list[float] = []
    for point in points:
        if not shown or point - shown[-1] >= _APART:
            shown.append(point)
    return shown
