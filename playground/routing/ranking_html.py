"""A ranking as HTML: who stands where, and what each axis adds to the score. Pure.

A row's bar is stacked from the three axes, each a weight times a normalised value; its length is
the score, 1 being the whole width. The axes wear three shades of one hue that no vendor has, the
same everywhere, so that they can be told apart with any colour vision. Everything from outside
is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from playground.look import palette, words
from playground.look.marks import vendor_mark
from playground.sessions.ranking import candidates
from speko_client.models import Axis, AxisScores, RoutingPreview, ScoredCandidate

ROW_PX: Final = 44
"""A row's height, so that what is drawn beside a ranking can keep to its rows."""

AXES: Final[Mapping[Axis, str]] = {"accuracy": "Accuracy", "latency": "Latency", "cost": "Cost"}

_SHADES: Final = {
    "accuracy": ("#2B3C9E", "#C3CDFF"),
    "latency": ("#6B80E8", "#8295F2"),
    "cost": ("#B4C1F7", "#4A5BB8"),
}

STYLE: Final = f"""<style>
.rk {{ list-style:none; margin:0 !important; padding:0 !important; font-size:.9rem;
  line-height:1.25; }}
.rk-row {{ display:grid; grid-template-columns:1.6rem minmax(10rem,1fr) minmax(5rem,1.5fr) 3.1rem;
  align-items:center; gap:.6rem; height:{ROW_PX}px; margin:0 !important; padding:0 .5rem;
  border-radius:.5rem; box-sizing:border-box; }}
.rk-first {{ background:color-mix(in srgb, currentColor 7%, transparent); }}
.rk-place {{ text-align:right; opacity:.6; font-variant-numeric:tabular-nums; }}
.rk-first .rk-place {{ opacity:1; font-weight:700; }}
.rk-who {{ min-width:0; display:flex; align-items:center; gap:.45rem; }}
.rk-names {{ min-width:0; }}
.rk-dot {{ flex:none; width:1.45rem; height:1.45rem; border-radius:.35rem; font-size:.7rem;
  font-weight:700; display:inline-flex; align-items:center; justify-content:center; }}
.rk-model {{ font-weight:600; display:block; white-space:nowrap; overflow:hidden;
  text-overflow:ellipsis; }}
.rk-vendor {{ font-size:.74rem; opacity:.7; display:block; white-space:nowrap; overflow:hidden;
  text-overflow:ellipsis; }}
.rk-bar {{ display:flex; height:1.05rem; border-radius:.25rem; overflow:hidden;
  background:color-mix(in srgb, currentColor 8%, transparent); }}
.rk-part {{ height:100%; transition:width .18s ease-out; }}
.rk-part + .rk-part {{ box-shadow:inset 1px 0 0 var(--sp-page, #fff); }}
.rk-none {{ font-size:.78rem; opacity:.7; white-space:nowrap; overflow:hidden;
  text-overflow:ellipsis; }}
.rk-score {{ text-align:right; font-weight:600; font-variant-numeric:tabular-nums; }}
.rk-moved {{ font-size:.72rem; font-weight:700; white-space:nowrap; margin-left:.4rem; }}
.rk-up {{ color:#0B6B3A; }} .rk-down {{ color:#A33A12; }}
.sp-dark .rk-up {{ color:#6EE7A8; }} .sp-dark .rk-down {{ color:#FDBA8C; }}
.rk-legend {{ display:flex; flex-wrap:wrap; gap:.2rem .9rem; font-size:.8rem; opacity:.9;
  padding:0 .5rem .3rem; }}
.rk-swatch {{ display:inline-block; width:.7rem; height:.7rem; border-radius:2px;
  margin-right:.3rem; }}
@media (max-width: 640px) {{
  .rk-row {{ grid-template-columns:1.2rem minmax(7rem,1.2fr) minmax(4rem,1fr) 2.5rem; gap:.4rem;
    padding:0 .2rem; }}
}}
</style>"""


def ranking_html(
    preview: RoutingPreview, *, dark: bool, was: Sequence[str] | None = None, legend: bool = True
) -> str:
    """The pool in its order as a list; nothing where nobody is left.

    ``was``: another order, as ``names`` gives it; rows then tell how they moved against it.
    """
    ranked = candidates(preview)
    if not ranked:
        return ""
    weights = preview.weights or {}
    rows = "".join(
        _row(each, place, weights, was, dark=dark) for place, each in enumerate(ranked, start=1)
    )
    top = axes_legend(weights, dark=dark) if legend else ""
    return f'{STYLE}{top}<ol class="rk">{rows}</ol>'


def axes_legend(weights: Mapping[str, float], *, dark: bool) -> str:
    """What the three shades mean, with the weights where they are known."""
    entries = "".join(
        f'<span><span class="rk-swatch" style="background:{axis_colour(axis, dark=dark)}"></span>'
        f"{AXES[axis]}{_percent(weights.get(axis))}</span>"
        for axis in AXES
    )
    return f'<div class="rk-legend">{entries}</div>'


def axis_colour(axis: Axis, *, dark: bool) -> str:
    """The axis' shade, as ``#RRGGBB``."""
    return _SHADES[axis][dark]


def contributions(axes: AxisScores, weights: Mapping[str, float]) -> dict[Axis, float]:
    """What each axis adds to the score, 0..1."""
    return {
        "accuracy": axes.accuracy * weights.get("accuracy", 0.0),
        "latency": axes.latency * weights.get("latency", 0.0),
        "cost": axes.cost_score * weights.get("cost", 0.0),
    }


def _row(
    each: ScoredCandidate,
    place: int,
    weights: Mapping[str, float],
    was: Sequence[str] | None,
    *,
    dark: bool,
) -> str:
    name = words.candidate(each.provider_id, each.model_id)
    first = " rk-first" if place == 1 else ""
    return (
        f'<li class="rk-row{first}" data-candidate="{escape(name)}">'
        f'<span class="rk-place">{place}</span>'
        f'<span class="rk-who">{vendor_mark(each.provider_id, dark=dark)}'
        f'<span class="rk-names"><span class="rk-model">{escape(each.model_id)}</span>'
        f'<span class="rk-vendor">{escape(palette.display_name(each.provider_id))}'
        f"{_moved(name, place, was)}</span></span></span>"
        f"{_bar(each, weights, dark=dark)}</li>"
    )


def _bar(each: ScoredCandidate, weights: Mapping[str, float], *, dark: bool) -> str:
    if each.axes is None or not weights:
        return _plain_bar(each, dark=dark)
    parts = contributions(each.axes, weights)
    told = ", ".join(f"{AXES[axis].lower()} adds {value:.3f}" for axis, value in parts.items())
    bars = "".join(
        f'<span class="rk-part" data-axis="{axis}" '
        f'style="width:{value:.2%};background:{axis_colour(axis, dark=dark)}"></span>'
        for axis, value in parts.items()
    )
    return (
        f'<span class="rk-bar" role="img" title="{told}" aria-label="{told}">{bars}</span>'
        f'<span class="rk-score">{each.score:.3f}</span>'
    )


def _plain_bar(each: ScoredCandidate, *, dark: bool) -> str:
    """Without the axes: the score alone; of a candidate without figures, that it has none."""
    if each.score > 0:
        look = f"width:{each.score:.2%};background:{axis_colour('latency', dark=dark)}"
        bar = f'<span class="rk-bar"><span class="rk-part" style="{look}"></span></span>'
        return f'{bar}<span class="rk-score">{each.score:.3f}</span>'
    told = "in reserve, not scored" if each.kind == "local" else "no figures"
    return f'<span class="rk-none">{told}</span><span class="rk-score">–</span>'


def _moved(name: str, place: int, was: Sequence[str] | None) -> str:
    if was is None:
        return ""
    if name not in was:
        return '<span class="rk-moved rk-up">new</span>'
    before = was.index(name) + 1
    if before == place:
        return ""
    tone, arrow = ("up", "▲") if place < before else ("down", "▼")
    steps = abs(before - place)
    return f'<span class="rk-moved rk-{tone}" aria-label="was {before}">{arrow} {steps}</span>'


def _percent(weight: float | None) -> str:
    return "" if weight is None else f" {weight:.0%}"
