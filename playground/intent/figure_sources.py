"""Where a ranking's figures come from, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from playground.look import words
from speko_client.models import Axis, AxisScores, Figure, SnapshotInfo

ASSUMED: Final = "no figure, the middle assumed"
NOUNS: Final[Mapping[Axis, str]] = {
    "accuracy": "quality",
    "latency": "time to first token",
    "cost": "price",
}
"""A figure's name in a sentence."""
_SHORT: Final[Mapping[Axis, str]] = {**NOUNS, "latency": "time"}


def by_axis(axes: AxisScores) -> dict[Axis, str]:
    """For each axis, where its figure comes from; an axis that the server says nothing of is not.

    ``EuroEval, April 2026 · low effort · n = 1,200 · 64.5 to 69.5``, or that the middle is assumed.
    """
    found = {figure.axis: _source(figure) for figure in axes.sources}
    return {
        axis: ASSUMED if axis in axes.assumed else found[axis]
        for axis in get_args(Axis)
        if axis in axes.assumed or axis in found
    }


def assumed(axes: AxisScores) -> str:
    """Which figures are assumed, as a clause: ``quality and price assumed``; "" for none."""
    nouns = [_SHORT[axis] for axis in get_args(Axis) if axis in axes.assumed]
    *first, last = nouns or [""]
    listed = f"{', '.join(first)} and {last}" if first else last
    return f"{listed} assumed" if nouns else ""


def in_full(axes: AxisScores) -> str:
    """Every figure with its source, in one line: ``quality 86.8, price $2.05 (EuroEval)``."""
    by_source: dict[str, list[str]] = {}
    for axis, source in by_axis(axes).items():
        by_source.setdefault(source, []).append(_figure(axis, axes.figure(axis)))
    return "; ".join(f"{', '.join(told)} ({source})" for source, told in by_source.items())


def snapshot_words(snapshot: SnapshotInfo) -> str:
    """Where a snapshot's figures come from: its source, date and licence, what quality means."""
    scale = f"quality is {snapshot.scale}" if snapshot.scale else None
    told = (snapshot.source, snapshot.date, snapshot.licence, scale)
    return " · ".join(each for each in told if each)


def _figure(axis: Axis, value: float | None) -> str:
    if value is None:
        return NOUNS[axis]
    if axis == "latency":
        return f"{NOUNS[axis]} {words.milliseconds(value)}"
    shown = f"{value:.1f}" if axis == "accuracy" else f"${value:.2f} per million tokens"
    return f"{NOUNS[axis]} {shown}"


def _source(figure: Figure) -> str:
    effort = f"{figure.effort} effort" if figure.effort else None
    count = None if figure.n is None else f"n = {figure.n:,}"
    interval = (
        None
        if figure.low is None or figure.high is None
        else f"95 %: {figure.low:.1f} to {figure.high:.1f}"
    )
    told = (figure.source, figure.date, effort, count, interval)
    return " · ".join(each for each in told if each)
