"""How two snapshots differ: whose figures, and which intents get another winner. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, get_args

import pandas as pd

from playground.intent import languages
from playground.look import palette, words
from playground.scores.coverage import AXES, figure_words
from playground.sessions.turns import TurnSettings
from speko_client.models import (
    Axis,
    OptimizeFor,
    Placed,
    ScoresRows,
    Sweep,
    SweepCell,
    SweepRequest,
    Vertical,
)

_MOST_LANGUAGES: Final = 20
_SAME: Final = 1e-9

_FIGURES: Final = {
    "provider": "string",
    "model": "string",
    "language": "string",
    "vertical": "string",
    "region": "string",
    "axis": "string",
    "before": "Float64",
    "after": "Float64",
    "change": "Float64",
    "scores_before": "string",
    "scores_after": "string",
}
_WINNERS: Final = {
    "language": "string",
    "vertical": "string",
    "optimize_for": "string",
    "first_provider": "string",
    "first_model": "string",
    "next_provider": "string",
    "next_model": "string",
    "margin": "Float64",
    "scores_before": "string",
    "scores_after": "string",
}

FIGURES_TABLE: Final = {
    "who": "Who",
    "what": "Figure",
    "where": "Where",
    "before_words": "Before",
    "after_words": "After",
}
WINNERS_TABLE: Final = {
    "name": "Language",
    "vertical_name": "Vertical",
    "preset_name": "Optimised for",
    "was": "Was",
    "becomes": "Becomes",
    "margin": "Margin",
}
"""The tables' columns and their headings."""


class _Place(NamedTuple):
    provider: str
    model: str
    language: str
    vertical: str
    region: str
    axis: Axis


def figures_changed(before: ScoresRows, after: ScoresRows) -> pd.DataFrame:
    """One row per figure that differs, or that one of them lacks; ``change`` is NA there.

    In the units of ``Figure``.
    """
    old, new = _figures(before), _figures(after)
    rows = [
        {**place._asdict(), "before": was, "after": now, "change": _change(was, now)}
        for place in dict.fromkeys((*old, *new))
        if _differs(was := old.get(place), now := new.get(place))
    ]
    return _frame(rows, _FIGURES, before.snapshot.id, after.snapshot.id)


def intents(before: ScoresRows, after: ScoresRows, form: TurnSettings) -> SweepRequest:
    """Which intents to rank by both: in the form's language and those with figures in one of them.

    The region and the allow-list are the form's.
    """
    known = {row.language for found in (before, after) for row in found.rows}
    spoken = [tag for tag in languages.tags() if tag in known]
    ordered = dict.fromkeys((form.language, "en", *spoken, *sorted(known)))
    return SweepRequest(
        languages=list(ordered)[:_MOST_LANGUAGES],
        verticals=list(get_args(Vertical)),
        optimize_for=list(get_args(OptimizeFor)),
        region=form.region or "global",
        allowed_providers=list(form.allowed) or None,
    )


def winners_changed(before: Sweep, after: Sweep) -> pd.DataFrame:
    """One row per intent that gets another winner; NA where nobody is left."""
    old = {_intent(cell): cell for cell in before.cells}
    rows = [
        {
            **dict(zip(("language", "vertical", "optimize_for"), _intent(cell), strict=True)),
            **_winner("first", old[_intent(cell)].winner),
            **_winner("next", cell.winner),
            "margin": cell.margin,
        }
        for cell in after.cells
        if _intent(cell) in old and _name(old[_intent(cell)].winner) != _name(cell.winner)
    ]
    return _frame(rows, _WINNERS, before.scores_run_id, after.scores_run_id)


def winners_words(changed: pd.DataFrame, asked: int) -> str:
    """``Of 64 intents 9 get another winner.`` And who takes over most often."""
    if changed.empty:
        return f"All of {words.counted(asked, 'intent')} keep their winner."
    count = len(changed)
    said = f"Of {words.counted(asked, 'intent')} {count:,} {_get(count)} another winner."
    pairs = Counter((row.was, row.becomes) for row in _rows(winners_table(changed)))
    (was, becomes), most = pairs.most_common(1)[0]
    often = (
        f"Most often {becomes} takes over from {was}"
        if len(pairs) > 1
        else (f"{becomes} takes over from {was}")
    )
    return f"{said} {often} ({most:,})."


def figures_words(changed: pd.DataFrame, before: ScoresRows, after: ScoresRows) -> str:
    """Whose figures differ, on which axes, and whether the scales can be compared."""
    if changed.empty:
        return "They have the same figures for everybody who can be called here."
    who = changed[["provider", "model"]].drop_duplicates()
    by_axis = changed["axis"].value_counts()
    axes = [f"{AXES[axis].lower()} {int(by_axis[axis]):,}" for axis in AXES if axis in by_axis]
    gained = int(changed["before"].isna().sum())
    lost = int(changed["after"].isna().sum())
    said = [
        f"{words.counted(len(changed), 'figure')} of {words.counted(len(who), 'candidate')} "
        f"{'differs' if len(changed) == 1 else 'differ'}: {', '.join(axes)}",
        f"{gained:,} only in “{after.snapshot.label}”" if gained else "",
        f"{lost:,} only in “{before.snapshot.label}”" if lost else "",
    ]
    scales = {before.snapshot.scale, after.snapshot.scale} - {None}
    warning = (
        " They measure quality on different scales: compare who wins, not the figures."
        if len(scales) > 1
        else ""
    )
    return f"{'; '.join(filter(None, said))}.{warning}"


def figures_table(changed: pd.DataFrame) -> pd.DataFrame:
    """The figures for reading; ``FIGURES_TABLE`` names its columns."""
    return changed.assign(
        who=_labels(changed, "provider", "model"),
        what=changed["axis"].map(AXES.__getitem__),
        where=[_where(row) for row in _rows(changed)],
        before_words=[_figure(row.axis, row.before) for row in _rows(changed)],
        after_words=[_figure(row.axis, row.after) for row in _rows(changed)],
    )


def winners_table(changed: pd.DataFrame) -> pd.DataFrame:
    """The winners for reading; ``WINNERS_TABLE`` names its columns."""
    return changed.assign(
        name=changed["language"].map(languages.name),
        vertical_name=changed["vertical"].map(words.VERTICALS.__getitem__),
        preset_name=changed["optimize_for"].map(words.OPTIMIZE_FOR.__getitem__),
        was=_labels(changed, "first_provider", "first_model"),
        becomes=_labels(changed, "next_provider", "next_model"),
    )


def _figures(found: ScoresRows) -> dict[_Place, float]:
    return {
        _Place(row.provider, row.model, row.language, row.vertical, row.region, each.axis): (
            each.value
        )
        for row in found.rows
        for each in row.figures
    }


def _differs(was: float | None, now: float | None) -> bool:
    if was is None or now is None:
        return was is not now
    return not math.isclose(was, now, rel_tol=_SAME, abs_tol=_SAME)


def _change(was: float | None, now: float | None) -> float | None:
    return None if was is None or now is None else now - was


def _frame(
    rows: list[dict[str, Any]], types: dict[str, str], before: str, after: str
) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(types))
    return frame.assign(scores_before=before, scores_after=after).astype(types)


def _intent(cell: SweepCell) -> tuple[str, str, str]:
    return cell.language, cell.vertical, cell.optimize_for


def _name(placed: Placed | None) -> tuple[str, str] | None:
    return None if placed is None else (placed.provider_id, placed.model_id)


def _winner(which: str, placed: Placed | None) -> dict[str, str]:
    if placed is None:
        return {}
    return {f"{which}_provider": placed.provider_id, f"{which}_model": placed.model_id}


def _labels(frame: pd.DataFrame, provider: str, model: str) -> list[str]:
    return [
        "nobody" if pd.isna(vendor) else palette.label(vendor, name)
        for vendor, name in zip(frame[provider], frame[model], strict=True)
    ]


def _where(row: Any) -> str:
    parts = [languages.name(row.language), words.VERTICALS[row.vertical]]
    return ", ".join(parts if row.region == "global" else [*parts, words.REGIONS[row.region]])


def _figure(axis: str, value: Any) -> str:
    return "none" if pd.isna(value) else figure_words(axis, float(value))


def _get(count: int) -> str:
    return "gets" if count == 1 else "get"


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    return iter(frame.itertuples())
