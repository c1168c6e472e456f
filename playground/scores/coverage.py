"""What a snapshot knows of whom: candidates by languages or verticals, axis by axis. Pure.

A cell has a figure of its own scope, or one of a broader scope that stands in as the router has it
(docs/contract.md, section 3), or none: a gap, to be measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, get_args

import pandas as pd

from playground.intent import languages
from playground.look import palette, words
from speko_client.models import Axis, Figure, Scope, ScoresRows, Vertical, scopes_from

By = Literal["language", "vertical"]
State = Literal["own", "broader", "none"]

MOST: Final = 20
"""So many languages are shown at most."""

MOST_TO_MEASURE: Final = 20
"""So many candidates are measured at once: a link has room for them."""

AXES: Final[Mapping[Axis, str]] = {
    "accuracy": "Quality",
    "latency": "Time to first token",
    "cost": "Price",
}
UNITS: Final[Mapping[Axis, str]] = {
    "accuracy": "0 to 100",
    "latency": "ms, p50",
    "cost": "US$ per million tokens",
}
_TYPES: Final = {
    "provider": "string",
    "model": "string",
    "language": "string",
    "vertical": "string",
    "axis": "string",
    "state": "string",
    "value": "Float64",
    "low": "Float64",
    "high": "Float64",
    "n": "Int64",
    "source": "string",
    "date": "string",
    "measured_for": "string",
    "scores_id": "string",
}


@dataclass(frozen=True, slots=True)
class Grid:
    """Which cells are shown: ``columns`` are languages or verticals; the rest of each is ``scope``.

    ``left_out``: languages with figures that there was no room for.
    """

    by: By
    columns: tuple[str, ...]
    scope: Scope
    left_out: int = 0

    def scopes(self) -> Iterator[tuple[str, Scope]]:
        """Each column with its scope."""
        return ((column, self.scope._replace(**{self.by: column})) for column in self.columns)


def grid(found: ScoresRows, by: By, scope: Scope) -> Grid:
    """Every vertical, or the languages that there are figures for and the scope's own."""
    if by == "vertical":
        return Grid(by, get_args(Vertical), scope)
    known = {row.language for row in found.rows} | {scope.language}
    ordered = [tag for tag in languages.tags() if tag in known]
    ordered += sorted(known.difference(ordered))
    kept = ordered[:MOST]
    if scope.language not in kept:
        kept[-1] = scope.language
    return Grid(by, tuple(kept), scope, len(ordered) - len(kept))


def coverage_frame(found: ScoresRows, axis: Axis, shown: Grid) -> pd.DataFrame:
    """One row per callable candidate and column, in the server's order."""
    figures = _by_candidate(found, axis)
    rows = [
        _cell(each, column, scope, axis, _closest(figures.get(each, {}), scope))
        for each in found.candidates
        for column, scope in shown.scopes()
    ]
    frame = pd.DataFrame(rows, columns=list(_TYPES)).assign(scores_id=found.snapshot.id)
    return frame.astype(_TYPES)


def table(frame: pd.DataFrame, by: By) -> pd.DataFrame:
    """The frame for reading: a row a candidate, a column a language or vertical."""
    cells = frame.assign(
        who=[palette.label(row.provider, row.model) for row in _rows(frame)],
        cell=[cell_words(row) for row in _rows(frame)],
    )
    wide = cells.pivot(index="who", columns=by, values="cell")
    order = list(dict.fromkeys(cells["who"])), list(dict.fromkeys(cells[by]))
    named = wide.loc[order[0], order[1]].rename(columns=lambda each: column_name(by, each))
    return named.rename_axis(columns=None, index="Who").reset_index()


def column_name(by: By, column: str) -> str:
    """What a column is called."""
    return languages.name(column) if by == "language" else words.VERTICALS[column]


def cell_words(row: Any) -> str:
    """A cell in a word or two: ``72``, ``72 (broader)``, ``gap``."""
    if row.state == "none":
        return "gap"
    value = figure_words(row.axis, row.value)
    return value if row.state == "own" else f"{value} (broader)"


def figure_words(axis: str, value: float) -> str:
    """A figure as a cell has room for it: quality 72, 380 ms as 380, a price as 5.13."""
    if axis == "accuracy":
        return f"{value:.0f}"
    if axis == "latency":
        return f"{value:.0f}" if value < 10_000 else f"{value / 1000:.0f}k"
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def hover_words(row: Any) -> list[str]:
    """A cell in full, line by line: figure, interval, n, source, date, and what stood in."""
    if row.state == "none":
        return [
            "no figure",
            "the middle of the pool is assumed; without any figure, the last place",
        ]
    unit = UNITS[row.axis]
    lines = [f"{figure_words(row.axis, row.value)} ({unit})"]
    if pd.notna(row.low) and pd.notna(row.high):
        lines.append(f"95 %: {row.low:.0f} to {row.high:.0f}")
    if pd.notna(row.n):
        lines.append(f"n = {row.n:,}")
    if row.state == "broader":
        lines.append(f"the figure for {row.measured_for} stands in")
    return [*lines, ", ".join(str(each) for each in (row.source, row.date) if pd.notna(each))]


def summary(frame: pd.DataFrame, axis: Axis) -> str:
    """The map in a sentence or two."""
    if frame.empty:
        return "Nobody can be called here, so there is nothing to cover."
    counts = frame["state"].value_counts()
    own, broader, none = (int(counts.get(state, 0)) for state in get_args(State))
    said = [f"{AXES[axis]}: {own:,} of {len(frame):,} cells have a figure of their own"]
    if broader:
        said.append(f"in {broader:,} a broader one stands in")
    said.append(f"{words.counted(none, 'gap')}" if none else "no gaps")
    blind = blind_candidates(frame)
    who = f" {words.counted(len(blind), 'candidate')} without any figure here." if blind else ""
    return f"{', '.join(said)}.{who}"


def blind_candidates(frame: pd.DataFrame) -> list[str]:
    """Who has no figure in any cell, as allow-list entries."""
    every = dict.fromkeys(f"{row.provider}:{row.model}" for row in _rows(frame))
    known = {f"{row.provider}:{row.model}" for row in _rows(frame[frame["state"].ne("none")])}
    return [each for each in every if each not in known]


class ToMeasure(NamedTuple):
    """Who has no figure of their own for one intent: allow-list entries."""

    candidates: tuple[str, ...]
    language: str
    vertical: str

    @property
    def words(self) -> str:
        """What a link to measure them says."""
        where = languages.name(self.language)
        kind = "" if self.vertical == "general" else f", {self.vertical}"
        count = len(self.candidates)
        whom = f"{count:,} models without a figure of their own"
        if count == 1:
            whom = "one model without a figure of its own"
        return f"Measure the {whom} in {where}{kind}"


def to_measure(frame: pd.DataFrame, scope: Scope) -> ToMeasure | None:
    """What is to be measured first: for the scope's intent, else for the first that lacks most.

    None where every cell has a figure of its own. At most ``MOST_TO_MEASURE`` candidates.
    """
    gaps: dict[tuple[str, str], list[str]] = {}
    for row in _rows(frame[frame["state"].ne("own")]):
        entry = f"{row.provider}:{row.model}"
        gaps.setdefault((row.language, row.vertical), []).append(entry)
    if not gaps:
        return None
    asked = (scope.language, scope.vertical)
    place = asked if asked in gaps else max(gaps, key=lambda each: len(gaps[each]))
    return ToMeasure(tuple(gaps[place][:MOST_TO_MEASURE]), *place)


def _by_candidate(found: ScoresRows, axis: Axis) -> dict[str, dict[Scope, Figure]]:
    figures: dict[str, dict[Scope, Figure]] = {}
    for row in found.rows:
        of_axis = next((each for each in row.figures if each.axis == axis), None)
        if of_axis is not None:
            scope = Scope(row.language, row.vertical, row.region)
            figures.setdefault(f"{row.provider}:{row.model}", {})[scope] = of_axis
    return figures


def _closest(figures: Mapping[Scope, Figure], scope: Scope) -> tuple[State, Scope, Figure | None]:
    for place, _ in scopes_from(scope):
        if (figure := figures.get(place)) is not None:
            # A price is the same in every language, and for whatever it is asked.
            own = place == scope or figure.axis == "cost"
            return ("own" if own else "broader"), place, figure
    return "none", scope, None


def _cell(
    entry: str,
    column: str,
    scope: Scope,
    axis: Axis,
    found: tuple[State, Scope, Figure | None],
) -> dict[str, Any]:
    provider, _, model = entry.partition(":")
    state, place, figure = found
    cell = {"provider": provider, "model": model, "axis": axis, "state": state}
    cell |= {"language": scope.language, "vertical": scope.vertical}
    if figure is None:
        return cell
    known = figure.model_dump(include={"value", "low", "high", "n", "source", "date"})
    return cell | known | {"measured_for": _place(place)}


def _place(scope: Scope) -> str:
    parts = [languages.name(scope.language)]
    if scope.vertical != "general":
        parts.append(scope.vertical)
    if scope.region != "global":
        parts.append(scope.region)
    return ", ".join(parts)


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    return iter(frame.itertuples())
