"""A ranking as HTML: every place, and what each axis adds to the score. Pure.

A row's bar is stacked from the three axes, each a weight times a normalised value; its length is
the score, 1 being the whole width. The axes have three shades of one hue that no vendor has, the
same everywhere, which differ for any colour vision. Everything from outside
is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from playground.look import palette, parts, words
from playground.servers.pool import candidates
from speko_client.models import Axis, AxisScores, RoutingPreview, ScoredCandidate

ROW_PX: Final = 44
"""A row's height, for what is drawn beside a ranking."""

AXES: Final[Mapping[Axis, str]] = {"accuracy": "Accuracy", "latency": "Latency", "cost": "Cost"}

SHADES: Final[Mapping[Axis, str]] = {
    "accuracy": parts.two_tone("#2B3C9E", "#C3CDFF"),
    "latency": parts.two_tone("#6B80E8", "#8295F2"),
    "cost": parts.two_tone("#B4C1F7", "#4A5BB8"),
}
"""An axis' colour, for CSS."""


def ranking_html(
    ranking: RoutingPreview, *, was: Sequence[str] | None = None, legend: bool = True
) -> str:
    """The pool in its order as a list; nothing where nobody is left.

    ``was``: another order, as ``names`` gives it; rows then say how they moved against it.
    """
    ranked = candidates(ranking)
    if not ranked:
        return ""
    weights = ranking.weights or {}
    rows = "".join(_ranked(each, place, weights, was) for place, each in enumerate(ranked, start=1))
    top = axes_legend(weights) if legend else ""
    return f'{top}<ol class="ranking">{rows}</ol>'


def axes_legend(weights: Mapping[str, float]) -> str:
    """What the three shades mean, with the weights where they are known."""
    return parts.legend(
        f"{parts.swatch(SHADES[axis])}{name}{_percent(weights.get(axis))}"
        for axis, name in AXES.items()
    )


def contributions(axes: AxisScores, weights: Mapping[str, float]) -> dict[Axis, float]:
    """What each axis adds to the score, 0..1."""
    return {
        "accuracy": axes.accuracy * weights.get("accuracy", 0.0),
        "latency": axes.latency * weights.get("latency", 0.0),
        "cost": axes.cost_score * weights.get("cost", 0.0),
    }


def _ranked(
    each: ScoredCandidate, place: int, weights: Mapping[str, float], was: Sequence[str] | None
) -> str:
    name = words.candidate(each.provider_id, each.model_id)
    vendor = escape(palette.display_name(each.provider_id))
    return (
        f'<li class="ranking-row" data-candidate="{escape(name)}">'
        f'<span class="sp-place">{place}</span>'
        f'<span class="ranking-who">{parts.mark(each.provider_id)}<span class="sp-ellipsis">'
        f'<b class="sp-ellipsis">{escape(each.model_id)}</b>'
        f'<small class="sp-ellipsis">{vendor}{_moved(name, place, was)}</small></span></span>'
        f"{_score(each, weights)}</li>"
    )


def _score(each: ScoredCandidate, weights: Mapping[str, float]) -> str:
    """The score as a bar, out of its axes where they are known, and as a number."""
    if each.axes is not None and weights:
        by_axis = contributions(each.axes, weights)
        adds = ", ".join(f"{AXES[axis].lower()} adds {by:.3f}" for axis, by in by_axis.items())
        bar = parts.bar(((by, SHADES[axis]) for axis, by in by_axis.items()), adds)
    elif each.score > 0:
        bar = parts.bar([(each.score, SHADES["latency"])])
    else:
        why = "in reserve, not scored" if each.kind == "local" else "no figures"
        return (
            f'<span class="sp-ellipsis sp-small sp-quiet">{why}</span>'
            '<span class="sp-score">–</span>'
        )
    return f'{bar}<span class="sp-score">{each.score:.3f}</span>'


def _moved(name: str, place: int, was: Sequence[str] | None) -> str:
    if was is None:
        return ""
    if name not in was:
        return '<span class="ranking-moved sp-good">new</span>'
    before = was.index(name) + 1
    if before == place:
        return ""
    tone, arrow = ("good", "▲") if place < before else ("bad", "▼")
    steps = abs(before - place)
    return f'<span class="ranking-moved sp-{tone}" aria-label="was {before}">{arrow} {steps}</span>'


def _percent(weight: float | None) -> str:
    return "" if weight is None else f" {weight:.0%}"
