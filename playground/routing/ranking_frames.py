"""One ranking as tables and words: every figure that it was made from, and its result. Pure.

A score is three parts, each a weight times a value normalised over the pool (docs/contract.md,
section 3). What a server does not say is NA, never 0.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import pandas as pd

from playground.intent import figure_sources
from playground.look import palette
from playground.routing.ranking_html import AXES, contributions
from playground.servers.pool import candidates
from speko_client.models import Axis, RoutingPreview, ScoredCandidate

_FIGURES: Final = ("quality", "ttft_ms", "cost", "accuracy", "latency", "cost_score")
_PARTS: Final = ("accuracy_part", "latency_part", "cost_part", "score")
_SOURCES: Final[Mapping[Axis, str]] = {
    "accuracy": "quality_source",
    "latency": "ttft_source",
    "cost": "cost_source",
}
_COLUMNS: Final = {
    "rank": "Int64",
    **dict.fromkeys(("provider", "model", "kind"), "string"),
    **dict.fromkeys((*_FIGURES, *_PARTS), "Float64"),
    **dict.fromkeys(_SOURCES.values(), "string"),
    "scores_run_id": "string",
}
_FILTERED: Final = {"provider": "string", "model": "string", "reason": "string", "code": "string"}
_NOTICEABLE: Final = 0.005
"""A difference in scores that shows at two decimals."""


def ranking_frame(ranking: RoutingPreview) -> pd.DataFrame:
    """One row per candidate, best first: figures, normalised values, parts and their sum.

    ``quality`` is an index, ``ttft_ms`` p50 milliseconds, ``cost`` blended US$ per million tokens.
    """
    rows = [
        {"rank": place, "scores_run_id": ranking.scores_run_id, **_figures(each, ranking)}
        for place, each in enumerate(candidates(ranking), start=1)
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def filtered_frame(ranking: RoutingPreview) -> pd.DataFrame:
    """One row per candidate that was left out, and why."""
    rows = [
        {"provider": out.provider_id, "model": out.model_id, "reason": out.reason, "code": out.code}
        for out in ranking.filtered_out or ()
    ]
    return pd.DataFrame(rows, columns=list(_FILTERED)).astype(_FILTERED)


def headings(weights: Mapping[str, float]) -> dict[str, str]:
    """The table's columns with their headings; the weights are in those of the parts."""
    parts = {
        f"{axis}_part": f"{name} × {weights[axis]:g}" if axis in weights else name
        for axis, name in AXES.items()
    }
    return {
        "rank": "#",
        "provider": "Provider",
        "model": "Model",
        "kind": "Kind",
        "quality": "Quality index",
        "ttft_ms": "TTFT ms",
        "cost": "US$ / M tokens",
        "accuracy": "Accuracy 0–1",
        "latency": "Latency 0–1",
        "cost_score": "Cost 0–1",
        **parts,
        "score": "Sum",
        "quality_source": "Quality from",
        "ttft_source": "TTFT from",
        "cost_source": "Price from",
    }


def winner_name(ranking: RoutingPreview) -> str | None:
    """Who would answer; None where nobody is left."""
    ranked = candidates(ranking)
    return _name(ranked[0]) if ranked else None


def lead(ranking: RoutingPreview) -> str:
    """How far ahead the winner is, and of whom, as the end of a sentence."""
    ranked = candidates(ranking)
    if len(ranked) < 2:
        return "the only candidate"
    first, second = ranked[:2]
    margin, behind = first.score - second.score, _name(second)
    if second.axes is None and ranking.weights is not None:
        return f"the only one with figures; {behind} is next"
    if margin <= 0:
        return f"tied with {behind}, {_tie_break(first, second)}"
    if margin < _NOTICEABLE:
        return f"just ahead of {behind} ({margin:.4f})"
    return f"{margin:.2f} ahead of {behind}"


def trade(ranking: RoutingPreview) -> str | None:
    """On which axes the winner gains on the runner-up, and on which it gives up."""
    ranked = candidates(ranking)[:2]
    if len(ranked) < 2 or not ranking.weights:
        return None
    axes = [each.axes for each in ranked]
    if axes[0] is None or axes[1] is None:
        return None
    first, second = (contributions(each, ranking.weights) for each in axes if each is not None)
    by_axis = {axis: first[axis] - second[axis] for axis in AXES}
    gaps = {*axes[0].assumed, *axes[1].assumed}
    gains = _listed({axis: by for axis, by in by_axis.items() if by >= _NOTICEABLE}, gaps)
    losses = _listed({axis: -by for axis, by in by_axis.items() if by <= -_NOTICEABLE}, gaps)
    if gains and losses:
        return f"It gains {gains}, and gives up {losses}."
    return f"It gains {gains}." if gains else None


def _tie_break(first: ScoredCandidate, second: ScoredCandidate) -> str:
    """What puts the first of two with the same score in front (docs/contract.md, section 3)."""
    known, other = (each.axes.assumed if each.axes else [] for each in (first, second))
    return "of which less is known" if set(known) != set(other) else "first by name"


def _listed(by_axis: Mapping[Axis, float], gaps: Collection[Axis]) -> str:
    """The parts, the largest first; ``gaps`` are axes without a figure of one of the two."""
    ordered = sorted(by_axis.items(), key=lambda item: -item[1])
    return " and ".join(
        f"{by:.2f} on {AXES[axis].lower()}{' (the middle assumed)' if axis in gaps else ''}"
        for axis, by in ordered
    )


def _name(each: ScoredCandidate) -> str:
    return palette.label(each.provider_id, each.model_id)


def _figures(each: ScoredCandidate, ranking: RoutingPreview) -> dict[str, Any]:
    figures = {"provider": each.provider_id, "model": each.model_id, "kind": each.kind}
    if each.axes is None:
        # With weights known, one without figures has no score; another server sends scores only.
        return figures | ({} if ranking.weights else {"score": each.score})
    parts = contributions(each.axes, ranking.weights or {})
    added = {f"{axis}_part": part for axis, part in parts.items()} if ranking.weights else {}
    sources = figure_sources.by_axis(each.axes)
    told = {column: sources.get(axis) for axis, column in _SOURCES.items()}
    return figures | each.axes.model_dump() | added | told | {"score": each.score}
