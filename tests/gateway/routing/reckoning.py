"""docs/contract.md, section 3, reckoned anew: plain Python over exact fractions, no code shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

PRESETS = {
    "balanced": ("0.5", "0.3", "0.2"),
    "accuracy": ("0.8", "0.15", "0.05"),
    "latency": ("0.2", "0.7", "0.1"),
    "cost": ("0.15", "0.15", "0.7"),
}

AXES = ("quality", "ttftMs", "usdPerMinute")

Name = tuple[str, str]
Figures = Mapping[str, Any]


@dataclass
class Reckoned:
    """Who is left, best first, with the exact scores; and who is out, with the filter's code."""

    order: list[Name]
    scores: dict[Name, Fraction]
    out: dict[Name, str] = field(default_factory=dict)


def reckon(
    rows: Sequence[Figures],
    intent: Mapping[str, str],
    *,
    allowed: Sequence[str] | None = None,
    unavailable: Sequence[Name] = (),
    what_if: Mapping[str, Any] | None = None,
) -> Reckoned:
    """The decision for an intent with all four fields set, over rows in snapshot form."""
    tried = what_if or {}
    edits = tried.get("edits", ())
    names = sorted({(row["provider"], row["model"]) for row in (*rows, *edits)})
    out: dict[Name, str] = {}
    left: dict[Name, dict[str, Fraction]] = {}
    for name in names:
        begun = status_of(rows, name, intent)
        figures = known(rows, edits, name, intent)
        if listed(name, tried.get("without", ())):
            out[name] = "what_if"
        elif begun is not None and begun != "production":
            out[name] = "status"
        elif name in unavailable:
            out[name] = "unavailable"
        elif allowed is not None and not listed(name, allowed):
            out[name] = "not_allowed"
        elif figures:
            left[name] = figures
    weights = tried.get("weights", {}).get(intent["optimizeFor"]) or PRESETS[intent["optimizeFor"]]
    exact = [Fraction(str(weight)) for weight in weights]
    scores = weighed(left, exact)
    heaviest = sorted(AXES, key=lambda axis: -exact[AXES.index(axis)])

    def place(name: Name) -> tuple[Fraction, list[bool], Name]:
        return -scores[name], [axis not in left[name] for axis in heaviest], name

    return Reckoned(sorted(scores, key=place), scores, out)


def listed(name: Name, entries: Sequence[str]) -> bool:
    """Whether an allow-list's entries name this vendor, or this model of it."""
    return name[0] in entries or f"{name[0]}:{name[1]}" in entries


def scopes(intent: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The intent's own, and what stands in: region, language, vertical, at last English."""
    language, vertical, region = intent["language"], intent["vertical"], intent["region"]
    return [
        (language, vertical, region),
        (language, vertical, "global"),
        (language.split("-")[0], vertical, "global"),
        (language.split("-")[0], "general", "global"),
        ("en", "general", "global"),
    ]


def status_of(rows: Sequence[Figures], name: Name, intent: Mapping[str, str]) -> str | None:
    """The closest row's status; None where there is no row."""
    for scope in scopes(intent):
        for row in rows:
            if (row["provider"], row["model"]) == name and scope_of(row) == scope:
                return str(row.get("status", "production"))
    return None


def known(
    rows: Sequence[Figures], edits: Sequence[Figures], name: Name, intent: Mapping[str, str]
) -> dict[str, Fraction]:
    """The closest figure on each axis; in one scope an edit goes first, and a later edit before."""
    found: dict[str, Fraction] = {}
    for axis in AXES:
        figures = (
            row[axis]
            for scope in scopes(intent)
            for row in (*reversed(edits), *rows)
            if (row["provider"], row["model"]) == name and scope_of(row) == scope
            if row.get(axis) is not None
        )
        if (value := next(figures, None)) is not None:
            found[axis] = Fraction(str(value))
    return found


def scope_of(row: Figures) -> tuple[str, str, str]:
    """Where a row holds."""
    return row["language"], row["vertical"], row["region"]


def weighed(
    left: Mapping[Name, Mapping[str, Fraction]], weights: Sequence[Fraction]
) -> dict[Name, Fraction]:
    """The weighted sums of the min-max normalised figures; who has none is in the middle."""
    scores = dict.fromkeys(left, Fraction(0))
    for axis, weight, best in zip(AXES, weights, (max, min, min), strict=True):
        values = [figures[axis] for figures in left.values() if axis in figures]
        spread = max(values, default=Fraction(0)) - min(values, default=Fraction(0))
        for name, figures in left.items():
            if spread == 0:
                scores[name] += weight
            elif axis not in figures:
                scores[name] += weight / 2
            else:
                scores[name] += weight * (1 - abs(figures[axis] - best(values)) / spread)
    return scores
