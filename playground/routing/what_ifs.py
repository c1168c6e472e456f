"""What was tried on the what-if view: its rows, what was typed into them, and how it differs. Pure.

The view edits one ``WhatIf``. The sliders set the weights of the form's preset; the rows set
figures for the form's intent, and who is in the pool.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, NamedTuple

from playground.intent.numbers import number
from playground.look import words
from playground.servers.pool import candidates, names
from playground.sessions.turns import TurnSettings
from speko_client.models import (
    LONGEST_WHAT_IF_NAME,
    AxisWeights,
    FigureEdit,
    OptimizeFor,
    Region,
    RoutingPreview,
    ScoredCandidate,
    Vertical,
    WhatIf,
)

Figure = Literal["quality", "ttft_ms", "cost"]

_CLOSE: Final = 0.0005


class _Kind(NamedTuple):
    heading: str
    noun: str
    most: float


FIGURES: Final[Mapping[Figure, _Kind]] = {
    "quality": _Kind("Quality, 0 to 100", "quality", 100),
    "ttft_ms": _Kind("TTFT, ms", "time to first token", 600_000),
    "cost": _Kind("Price, US$ per million tokens", "price", 100_000),
}
"""The columns: heading, its name in messages, and the largest value."""


class WhatIfError(Exception):
    """What was typed cannot be used; the message says what to type instead."""


class Scope(NamedTuple):
    """Where an edited figure applies."""

    language: str
    vertical: Vertical
    region: Region


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A candidate of today's pool: today's figures as text (empty: none known), and what is tried.

    ``entry`` is its allow-list entry. ``fixed``: its figures change nothing, it is in reserve.
    """

    entry: str
    provider: str
    model: str
    today: Mapping[Figure, str]
    tried: Mapping[Figure, str]
    on: bool
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class OnView:
    """What the view shows.

    ``revision`` counts how often code, not the person, set the fields. ``problems``: which typed
    values cannot be used. ``notice``: what went wrong with a saved what-if.
    """

    tried: WhatIf
    revision: int = 0
    problems: tuple[str, ...] = ()
    notice: str = ""

    def typed(self, tried: WhatIf, problems: Sequence[str] = ()) -> OnView:
        """With what the person typed."""
        return replace(self, tried=tried, problems=tuple(problems))

    def put(self, tried: WhatIf) -> OnView:
        """Another what-if, loaded into the fields."""
        return OnView(tried, self.revision + 1)


def scope_of(form: TurnSettings) -> Scope:
    """Where a figure applies that is typed while this intent is on view."""
    return Scope(form.language, form.vertical or "general", form.region or "global")


def candidate_rows(today: RoutingPreview, what_if: WhatIf, scope: Scope) -> list[CandidateRow]:
    """A row per candidate of today's pool, in today's order."""
    return [_candidate_row(each, what_if, scope) for each in candidates(today)]


def with_weights(
    what_if: WhatIf, preset: OptimizeFor, sent: object, today: Mapping[str, float]
) -> WhatIf:
    """With these weights for a preset; with none where they are the preset's own.

    ``sent`` is a list of three numbers, in any scale. Raises WhatIfError where it is not.
    """
    weights = _normalised(sent)
    own = AxisWeights.model_validate(dict(today)) if today else None
    others = {name: each for name, each in what_if.weights.items() if name != preset}
    if own is None or not _same(weights, own):
        others[preset] = weights
    return what_if.model_copy(update={"weights": others})


def with_rows(
    what_if: WhatIf, rows: Sequence[CandidateRow], sent: Mapping[str, Any], scope: Scope
) -> tuple[WhatIf, list[str]]:
    """With what the rows say now, and a sentence for each cell that cannot be used.

    ``sent`` has ``on`` and the text of each figure for an entry; an empty text, or today's, is no
    edit. Rows that are not sent, and edits of other intents, stay as they are.
    """
    shown = {row.entry: row for row in rows if isinstance(sent.get(row.entry), Mapping)}
    without = [entry for entry in what_if.without if entry not in shown]
    edits = [edit for edit in what_if.edits if not (_holds(edit, scope) and _entry(edit) in shown)]
    problems: list[str] = []
    for entry, row in shown.items():
        if sent[entry].get("on") is False:
            without.append(entry)
        edit, found = _edit(row, sent[entry], scope)
        edits += [edit] if edit else []
        problems += found
    return what_if.model_copy(update={"without": without, "edits": edits}), problems


def named(what_if: WhatIf, name: str) -> WhatIf:
    """Under this name. Raises WhatIfError for one that is empty or too long."""
    wanted = " ".join(name.split())
    if not wanted:
        raise WhatIfError("Give it a name first, for example “Cheaper gpt-4o”.")
    if len(wanted) > LONGEST_WHAT_IF_NAME:
        raise WhatIfError(
            f"This name has {len(wanted)} characters; at most {LONGEST_WHAT_IF_NAME} are allowed. "
            "Shorten it."
        )
    return what_if.model_copy(update={"name": wanted})


def changes_nothing(what_if: WhatIf) -> bool:
    """Whether it ranks as the server does."""
    return not (what_if.weights or what_if.edits or what_if.without)


def still_saved(used: WhatIf, saved: Sequence[WhatIf]) -> WhatIf | None:
    """The one in use as it is saved, under its name or another; None where it was deleted."""
    same = [each for each in saved if each.model_copy(update={"name": used.name}) == used]
    return used if used in same else next(iter(same), None)


def gone(what_if: WhatIf) -> str:
    """The message when the one in use was deleted."""
    return f"“{what_if.name}” was deleted: the chat routes by the server's own scores again."


def summary(what_if: WhatIf) -> str:
    """What it changes, at a glance: ``Balanced 60/25/15 · 1 figure changed · without xai``."""
    parts = [
        f"{words.OPTIMIZE_FOR[preset]} {'/'.join(f'{100 * each:.0f}' for each in _values(weights))}"
        for preset, weights in what_if.weights.items()
    ]
    figures = sum(getattr(edit, name) is not None for edit in what_if.edits for name in FIGURES)
    parts += [f"{words.counted(figures, 'figure')} changed"] if figures else []
    parts += [f"without {', '.join(what_if.without)}"] if what_if.without else []
    return " · ".join(parts) or "as the server ranks"


def headline(today: RoutingPreview, tried: RoutingPreview, what_if: WhatIf) -> str:
    """Whether the winner changes, in a sentence."""
    before, after = names(today)[:1], names(tried)[:1]
    if not after:
        return "Nobody would be left to answer."
    if not before:
        return f"{after[0]} would answer, where today nobody can."
    if before != after:
        return f"{after[0]} would take over from {before[0]}."
    if changes_nothing(what_if):
        return f"{before[0]} wins, as today. Move a weight, or change a candidate."
    return f"{before[0]} would still win."


def shown_figure(value: float) -> str:
    """A figure as a cell shows it: four significant digits, whole numbers whole."""
    rounded = float(f"{value:.4g}") if abs(value) < 1000 else round(value)
    return f"{rounded:g}" if abs(rounded) < 1000 else str(int(rounded))


def _candidate_row(each: ScoredCandidate, what_if: WhatIf, scope: Scope) -> CandidateRow:
    entry = f"{each.provider_id}:{each.model_id}"
    today = {name: _shown(getattr(each.axes, name)) if each.axes else "" for name in FIGURES}
    edit = next((one for one in what_if.edits if _holds(one, scope) and _entry(one) == entry), None)
    given = {name: getattr(edit, name) if edit else None for name in FIGURES}
    tried = {
        name: today[name] if value is None else shown_figure(value) for name, value in given.items()
    }
    gone = {entry, each.provider_id} & set(what_if.without)
    fixed = each.axes is None and each.kind == "local"
    return CandidateRow(
        entry, each.provider_id, each.model_id, today, tried, on=not gone, fixed=fixed
    )


def _shown(value: float | None) -> str:
    return "" if value is None else shown_figure(value)


def _edit(
    row: CandidateRow, cells: Mapping[str, Any], scope: Scope
) -> tuple[FigureEdit | None, list[str]]:
    given: dict[str, float] = {}
    problems: list[str] = []
    for name in FIGURES:
        text = str(cells.get(name) or "").strip()
        if row.fixed or text in ("", row.today[name]):
            continue
        try:
            given[name] = _figure(name, text, row)
        except WhatIfError as error:
            problems.append(str(error))
    if not given:
        return None, problems
    return FigureEdit.model_validate(
        {"provider": row.provider, "model": row.model, **scope._asdict(), **given}
    ), problems


def _figure(name: Figure, text: str, row: CandidateRow) -> float:
    kind = FIGURES[name]
    value = number(text, whole=name == "ttft_ms")
    if value is None or not 0 <= value <= kind.most:
        who = words.candidate(row.provider, row.model)
        raise WhatIfError(
            f"The {kind.noun} of {who} must be a number from 0 to {kind.most:,.0f}, "
            f"not “{text[:20]}”. Until then, today's is used."
        )
    return value


def _normalised(sent: object) -> AxisWeights:
    listed: Sequence[object] = sent if isinstance(sent, list | tuple) else ()
    numbers = [each for each in listed if isinstance(each, int | float)]
    usable = [float(each) for each in numbers if math.isfinite(each) and each >= 0]
    total = math.fsum(usable)
    if len(usable) != len(AxisWeights.model_fields) or not 0 < total < math.inf:
        raise WhatIfError("The three weights must be numbers of 0 or more, and not all 0.")
    accuracy, latency, cost = (each / total for each in usable)
    return AxisWeights(accuracy=accuracy, latency=latency, cost=cost)


def _same(one: AxisWeights, other: AxisWeights) -> bool:
    return all(
        math.isclose(a, b, abs_tol=_CLOSE)
        for a, b in zip(_values(one), _values(other), strict=True)
    )


def _values(weights: AxisWeights) -> tuple[float, float, float]:
    return weights.accuracy, weights.latency, weights.cost


def _entry(edit: FigureEdit) -> str:
    return f"{edit.provider}:{edit.model}"


def _holds(edit: FigureEdit, scope: Scope) -> bool:
    return (edit.language, edit.vertical, edit.region) == scope
