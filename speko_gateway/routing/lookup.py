"""Finding a candidate's figures for an intent: axis by axis, the closest there is.

Where a scope has no figure on an axis, a broader scope stands in, one step at a time: region to
global, es-MX to es, vertical to general, language to en. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple, get_args

from speko_client.models import (
    Axis,
    Figure,
    ReasoningEffort,
    RoutingIntent,
    Scope,
    SnapshotFile,
    SnapshotRow,
    Step,
    scopes_from,
)
from speko_gateway.candidates import Candidate
from speko_gateway.routing.figures import Figures, row_figures

AXES: Final[tuple[Axis, ...]] = ("accuracy", "latency", "cost")
"""In the order of the weights."""

NOUNS: Final[Mapping[Axis, str]] = {
    "accuracy": "quality",
    "latency": "time to first token",
    "cost": "price",
}
"""A figure's name in a sentence."""

THINKING: Final = "thinking"
"""The effort of a row that was measured with reasoning on, at no effort in particular."""

_EFFORTS: Final = (None, *get_args(ReasoningEffort), THINKING)


class Known:
    """A row, with its figures made when they are first asked for."""

    def __init__(self, row: SnapshotRow, file: SnapshotFile) -> None:
        self.row = row
        self._file = file

    @cached_property
    def figures(self) -> Figures:
        """Its figures, each with its source."""
        return row_figures(self.row, self._file)


Rows = Mapping[Scope, Sequence[Known]]
"""One candidate's rows by scope; several of one scope differ by effort, the lowest first."""
NO_ROWS: Final[Rows] = {}


class Lookup(NamedTuple):
    """What was found for a candidate, and what was relaxed to find it, as plain clauses.

    ``row`` is the closest row, whose status and pace count; None where there is none.
    """

    row: SnapshotRow | None
    figures: Figures
    relaxed: tuple[str, ...]


class Wanted(NamedTuple):
    """What is looked for: the intent's own scope and each broader one, and the effort sent."""

    scopes: tuple[tuple[Scope, tuple[Step, ...]], ...]
    region: str
    effort: ReasoningEffort | None


def wanted(intent: RoutingIntent, effort: ReasoningEffort | None) -> Wanted:
    """What an intent looks for, where this reasoning effort is sent with it."""
    region = intent.region or "global"
    scope = Scope(intent.language, intent.vertical or "general", region)
    return Wanted(tuple(scopes_from(scope)), region, effort)


def candidate_of(row: SnapshotRow) -> Candidate:
    """Whose figures these are."""
    return Candidate(row.provider, row.model)


def scope_of(row: SnapshotRow) -> Scope:
    """Where it holds."""
    return Scope(row.language, row.vertical, row.region)


def by_effort(rows: Iterable[Known]) -> list[Known]:
    """These rows of one scope, that of the lowest effort first; efforts that we know come first."""
    return sorted(rows, key=lambda each: _effort_place(each.row.effort))


def closest(
    wanted: Wanted, edits: Rows, rows: Rows, cost: Figure | None, latency: Figure | None
) -> Lookup:
    """The figures of a candidate with these rows, edited rows, price and measured time.

    An edit stands before all else, a measured time before a row's, and a row's own price before
    another.
    """
    figures: list[Figure | None] = [None, None, None]
    steps: list[tuple[Step, ...] | None] = [None, None, None]
    edited = [False, False, False]
    own: SnapshotRow | None = None
    for scope, relaxed in wanted.scopes if rows or edits else ():
        for known, is_edit in _here(scope, edits, rows, wanted.effort):
            if own is None and not is_edit:
                own = known.row
            for place, figure in enumerate(known.figures):
                if figures[place] is None and figure is not None:
                    figures[place], steps[place], edited[place] = figure, relaxed, is_edit
        if all(figures) and (own is not None or not rows):
            break
    if latency is not None and not edited[1]:
        figures[1], steps[1] = latency, None
    if cost is not None and figures[2] is None:
        figures[2] = cost
    return Lookup(own, Figures(*figures), _clauses(figures, steps) if any(steps) else ())


def _here(
    scope: Scope, edits: Rows, rows: Rows, effort: ReasoningEffort | None
) -> Iterator[tuple[Known, bool]]:
    for each in edits.get(scope, ()):
        yield each, True
    if measured := rows.get(scope):
        yield _of_effort(measured, effort), False


def _of_effort(rows: Sequence[Known], effort: ReasoningEffort | None) -> Known:
    """The row of the effort that is sent, else that of the lowest."""
    if len(rows) == 1 or effort is None:
        return rows[0]
    fits = (effort,) if effort == "none" else (effort, THINKING)
    return next((each for each in rows if each.row.effort in fits), rows[0])


def _effort_place(effort: str | None) -> int:
    return _EFFORTS.index(effort) if effort in _EFFORTS else len(_EFFORTS)


def _clauses(
    figures: Sequence[Figure | None], steps: Sequence[tuple[Step, ...] | None]
) -> tuple[str, ...]:
    """What stood in; the axes are named where it does not hold for every figure there is."""
    there = [place for place, figure in enumerate(figures) if figure is not None]
    if len({steps[place] for place in there}) == 1:
        return tuple(
            f"no figures for {lacking}, those for {broader} stand in"
            for lacking, broader in steps[there[0]] or ()
        )
    return tuple(
        f"no {NOUNS[AXES[place]]} for {lacking}, that for {broader} stands in"
        for place in there
        for lacking, broader in steps[place] or ()
    )
