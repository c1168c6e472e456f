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
    rows = list(rows)
    for edit in tried.get("edits", ()):
        # What an edit does not name, the status, is that of the row it changes or begins from.
        begun = closest(rows, (edit["provider"], edit["model"]), edit) or {}
        rows.insert(0, {**begun, **edit})
    names = sorted({(row["provider"], row["model"]) for row in rows})
    out: dict[Name, str] = {}
    left: dict[Name, Figures] = {}
    for name in names:
        row = closest(rows, name, intent)
        if listed(name, tried.get("without", ())):
            out[name] = "what_if"
        elif row is not None and row.get("status", "production") != "production":
            out[name] = "status"
        elif name in unavailable:
            out[name] = "unavailable"
        elif allowed is not None and not listed(name, allowed):
            out[name] = "not_allowed"
        elif row is not None:
            left[name] = row
    weights = tried.get("weights", {}).get(intent["optimizeFor"]) or PRESETS[intent["optimizeFor"]]
    scores = weighed(left, [Fraction(str(weight)) for weight in weights])
    return Reckoned(sorted(scores, key=lambda name: (-scores[name], name)), scores, out)


def listed(name: Name, entries: Sequence[str]) -> bool:
    """Whether an allow-list's entries name this vendor, or this model of it."""
    return name[0] in entries or f"{name[0]}:{name[1]}" in entries


def closest(rows: Sequence[Figures], name: Name, intent: Mapping[str, str]) -> Figures | None:
    """The row for the intent, or what stands in: region, language, vertical, at last English."""
    language, vertical, region = intent["language"], intent["vertical"], intent["region"]
    for scope in (
        (language, vertical, region),
        (language, vertical, "global"),
        (language.split("-")[0], vertical, "global"),
        (language.split("-")[0], "general", "global"),
        ("en", "general", "global"),
    ):
        for row in rows:
            if (row["provider"], row["model"]) == name and scope_of(row) == scope:
                return row
    return None


def scope_of(row: Figures) -> tuple[str, str, str]:
    """Where a row holds."""
    return row["language"], row["vertical"], row["region"]


def weighed(left: Mapping[Name, Figures], weights: Sequence[Fraction]) -> dict[Name, Fraction]:
    """The weighted sums of the min-max normalised figures."""
    scores = dict.fromkeys(left, Fraction(0))
    for axis, weight, best in zip(
        ("quality", "ttftMs", "usdPerMinute"), weights, (max, min, min), strict=True
    ):
        values = {name: Fraction(str(row[axis])) for name, row in left.items()}
        spread = max(values.values(), default=Fraction(0)) - min(values.values(), default=0)
        for name, value in values.items():
            distance = abs(value - best(values.values()))
            scores[name] += weight * (1 if spread == 0 else 1 - distance / spread)
    return scores
