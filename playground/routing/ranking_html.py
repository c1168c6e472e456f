"""Rankings as HTML: one in full, two orders beside each other, who wins along a weight. Pure.

A row's bar is stacked from the three axes, each a weight times a normalised value; its length is
the score, 1 being the whole width. The axes have three shades of one hue that no vendor has, the
same everywhere, which differ for any colour vision; a part that no figure is behind is hatched.
What a slider changes is drawn again with every move, in microseconds. Everything from outside is
escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from playground.intent import figure_sources
from playground.look import palette, parts, words
from playground.routing.what_ifs import headline, summary
from playground.servers.pool import candidates, names
from speko_client.models import (
    Axis,
    AxisScores,
    RoutingPreview,
    ScoredCandidate,
    Stretch,
    WeightLine,
    WhatIf,
)

ROW_PX: Final = 44
"""A row's height, for what is drawn beside a ranking."""

AXES: Final[Mapping[Axis, str]] = {"accuracy": "Accuracy", "latency": "Latency", "cost": "Cost"}
SHADES: Final[Mapping[Axis, str]] = {
    "accuracy": parts.two_tone("#2B3C9E", "#C3CDFF"),
    "latency": parts.two_tone("#6B80E8", "#8295F2"),
    "cost": parts.two_tone("#B4C1F7", "#4A5BB8"),
}
"""An axis' colour, for CSS."""

_MARKED_FROM: Final = 0.05
"""A stretch with at least this share of the line has room for its vendor's glyph."""

_APART: Final = 0.075
"""Tipping points closer than this to the last one get no label: the table has them all."""

_HALF: Final = ROW_PX / 2
_LABEL: Final = parts.chip("what-if", "what-if")


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
    top = axes_legend(weights, gaps=_has_gaps(ranked)) if legend else ""
    return f'{top}<ol class="ranking">{rows}</ol>'


def axes_legend(weights: Mapping[str, float], *, gaps: bool = False) -> str:
    """What the three shades mean, with the weights where they are known.

    ``gaps``: and what the hatched parts mean.
    """
    known = [axis for axis in AXES if axis in weights]
    shares = dict(zip(known, words.percentages([weights[axis] for axis in known]), strict=True))
    entries = [
        f"{parts.swatch(SHADES[axis])}{name} {shares.get(axis, '')}".rstrip()
        for axis, name in AXES.items()
    ]
    hatched = f"{parts.swatch(_hatched(SHADES['latency']))}{figure_sources.ASSUMED}"
    return parts.legend([*entries, hatched] if gaps else entries)


def contributions(axes: AxisScores, weights: Mapping[str, float]) -> dict[Axis, float]:
    """What each axis adds to the score, 0..1."""
    return {
        "accuracy": axes.accuracy * weights.get("accuracy", 0.0),
        "latency": axes.latency * weights.get("latency", 0.0),
        "cost": axes.cost_score * weights.get("cost", 0.0),
    }


def headline_html(today: RoutingPreview, tried: RoutingPreview, what_if: WhatIf) -> str:
    """Whether the winner changes, large enough to read from the back row."""
    winner = next(iter(candidates(tried)), None)
    mark = parts.mark(winner.provider_id) if winner else ""
    changes = " what-if-changes" if names(today)[:1] != names(tried)[:1] else ""
    text = escape(headline(today, tried, what_if))
    return f'<p class="what-if-headline{changes}" role="status">{mark}<span>{text}</span></p>'


def saved_html(what_if: WhatIf) -> str:
    """A saved what-if in a list: its name, its label, what it changes."""
    return _saved(f"<b>{escape(what_if.name)}</b>{_LABEL}<div>{escape(summary(what_if))}</div>")


def chosen_html(what_if: WhatIf) -> str:
    """The mark of a what-if in use, beside the form."""
    return _saved(f'{_LABEL}<span class="sp-small sp-quiet">{escape(summary(what_if))}</span>')


def in_use_html(what_if: WhatIf) -> str:
    """That the chat routes by it."""
    return _saved(f"The chat routes by <b>{escape(what_if.name)}</b>{_LABEL}")


def two_orders_html(today: RoutingPreview, tried: RoutingPreview) -> str:
    """Today's order on the left, the tried one with its scores on the right, lines between them."""
    before, after = candidates(today), names(tried)
    left = "".join(_today_row(each, after) for each in before)
    out = [name for name in names(today) if name not in after]
    gone = (
        f'<div class="sp-small sp-quiet">Out of the pool: {escape(", ".join(out))}</div>'
        if out
        else ""
    )
    return (
        f"{axes_legend(tried.weights or {}, gaps=_has_gaps(candidates(tried)))}"
        '<div class="what-if-two">'
        '<div class="what-if-head" style="text-align:right">Today</div>'
        '<div class="what-if-head"></div><div class="what-if-head what-if-new">What-if</div>'
        f'<ol class="what-if-today" aria-label="Today\'s order">{left}</ol>{_links(before, after)}'
        f"<div>{ranking_html(tried, was=names(today), legend=False)}</div></div>{gone}"
    )


def weight_line_html(line: WeightLine) -> str:
    """Who wins from weight 0 to 1: coloured stretches, and the tipping points with their values."""
    stretches = "".join(map(_stretch, line.stretches))
    tips = "".join(
        f'<span class="wi-tip" style="left:{value:.3%}">{value:.0%}</span>'
        for value in _apart(tipping_points(line))
    )
    return f'<div class="wi-parts">{stretches}</div><div class="wi-tips">{tips}</div>'


def tipping_points(line: WeightLine) -> list[float]:
    """The weights where the winner changes, ascending."""
    return [each.from_weight for each in line.stretches[1:]]


def described_line(line: WeightLine) -> str:
    """The line in words, for screen readers."""
    stretches = [
        f"{words.percent(each.from_weight)} to {words.percent(each.to_weight)} "
        f"{words.candidate(each.provider_id, each.model_id)}"
        for each in line.stretches
    ]
    return f"Winner along the weight: {'; '.join(stretches) or 'nobody has figures'}."


def _ranked(
    each: ScoredCandidate, place: int, weights: Mapping[str, float], was: Sequence[str] | None
) -> str:
    name = words.candidate(each.provider_id, each.model_id)
    vendor = escape(palette.display_name(each.provider_id))
    gaps = figure_sources.assumed(each.axes) if each.axes and was is None else ""
    return (
        f'<li class="ranking-row" data-candidate="{escape(name)}">'
        f'<span class="sp-place">{place}</span>'
        f'<span class="ranking-who">{parts.mark(each.provider_id)}<span class="sp-name">'
        f'<b class="sp-name">{escape(each.model_id)}</b>'
        f'<small class="sp-name">{vendor}{f" · {gaps}" if gaps else ""}'
        f"{_moved(name, place, was)}</small></span></span>"
        f"{_score(each, weights)}</li>"
    )


def _score(each: ScoredCandidate, weights: Mapping[str, float]) -> str:
    """The score as a bar, out of its axes where they are known, and as a number."""
    if each.axes is not None and weights:
        by_axis = contributions(each.axes, weights)
        sources = figure_sources.by_axis(each.axes)
        adds = ", ".join(
            f"{AXES[axis].lower()} adds {by:.3f}{_from(sources.get(axis))}"
            for axis, by in by_axis.items()
        )
        gaps = each.axes.assumed
        shades = {axis: _hatched(SHADES[axis]) if axis in gaps else SHADES[axis] for axis in AXES}
        bar = parts.bar(((by, shades[axis]) for axis, by in by_axis.items()), adds)
    elif each.score > 0:
        bar = parts.bar([(each.score, SHADES["latency"])])
    else:
        why = "in reserve, not scored" if each.kind == "local" else "no figures"
        return (
            f'<span class="sp-name sp-small sp-quiet">{why}</span><span class="sp-score">–</span>'
        )
    return f'{bar}<span class="sp-score">{each.score:.3f}</span>'


def _from(source: str | None) -> str:
    return f" ({source})" if source else ""


def _hatched(shade: str) -> str:
    return f"repeating-linear-gradient(135deg,{shade} 0 3px,transparent 3px 6px)"


def _has_gaps(ranked: Sequence[ScoredCandidate]) -> bool:
    return any(each.axes and each.axes.assumed for each in ranked)


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


def _today_row(each: ScoredCandidate, after: Sequence[str]) -> str:
    name = words.candidate(each.provider_id, each.model_id)
    gone, note = ("", "") if name in after else (' class="what-if-gone"', ", out of the pool")
    model = parts.name(each.model_id)
    return f'<li{gone} title="{escape(name)}{note}">{model}{parts.mark(each.provider_id)}</li>'


def _links(before: Sequence[ScoredCandidate], after: Sequence[str]) -> str:
    height = max(len(before), len(after)) * ROW_PX
    paths = []
    for place, each in enumerate(before):
        name = words.candidate(each.provider_id, each.model_id)
        if name not in after:
            continue
        start, end = place * ROW_PX + _HALF, after.index(name) * ROW_PX + _HALF
        still = ' class="what-if-still"' if start == end else ""
        paths.append(
            f'<path{still} data-candidate="{escape(name)}" '
            f'style="stroke:{parts.seat(each.provider_id)}" '
            f'd="M4 {start:g}C26 {start:g} 26 {end:g} 48 {end:g}"/>'
        )
    return (
        f'<svg class="what-if-links" viewBox="0 0 52 {height}" height="{height}" '
        f'preserveAspectRatio="none" aria-hidden="true">{"".join(paths)}</svg>'
    )


def _stretch(each: Stretch) -> str:
    share = each.to_weight - each.from_weight
    name = words.candidate(each.provider_id, each.model_id)
    title = f"{name} wins from {words.percent(each.from_weight)} to {words.percent(each.to_weight)}"
    # The style leaves the name out where there is no room for all of it beside the glyph.
    inside = f"<i>{escape(palette.glyph(each.provider_id))}</i><b>{escape(each.model_id)}</b>"
    look = f"flex-grow:{share:.5f};{parts.on_seat(each.provider_id)}"
    return (
        f'<span class="wi-part" style="{look}" title="{escape(title)}">'
        f"{inside if share >= _MARKED_FROM else ''}</span>"
    )


def _saved(html: str) -> str:
    return f'<div class="what-if-saved">{html}</div>'


def _apart(points: Sequence[float]) -> list[float]:
    shown: list[float] = []
    for point in points:
        if not shown or point - shown[-1] >= _APART:
            shown.append(point)
    return shown
