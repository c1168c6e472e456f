"""Many rankings as one table: which languages to ask about, who wins each cell, where that flips.

Pure. A cell is one intent: a language, a vertical, a preset. Its winner *flips* where it
differs from the balanced preset's winner (the preset changes it), or from English's winner (the
language changes it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple, get_args

import pandas as pd

from playground.intent import languages
from playground.look import palette, words
from speko_client.models import OptimizeFor, Sweep, SweepCell, SweepRequest, Vertical

Against = Literal["preset", "language"]

ROWS: Final = 20
"""How many languages are shown."""

_PROBED: Final = 69, 30
"""How many languages and regional variants are asked about first; with the form's own, at most 100
(``SweepRequest``)."""

_TYPES: Final = {
    "language": "string",
    "name": "string",
    "vertical": "string",
    "optimize_for": "string",
    "provider": "string",
    "model": "string",
    "score": "Float64",
    "margin": "Float64",
    "runner_up_provider": "string",
    "runner_up_model": "string",
    "runner_up_score": "Float64",
    "stood_in": "boolean",
    "flips_preset": "boolean",
    "flips_language": "boolean",
    "scores_run_id": "string",
}

TABLE: Final = {
    "name": "Language",
    "vertical_name": "Vertical",
    "preset_name": "Optimised for",
    "winner": "Winner",
    "margin": "Margin",
    "runner_up": "Runner-up",
    "flips": "Flips",
    "figures": "Figures",
}
"""The table's columns and their headings."""


class Cell(NamedTuple):
    """The intent of one cell."""

    language: str
    vertical: Vertical
    optimize_for: OptimizeFor


def probe(current: str) -> SweepRequest:
    """Asks which languages the server has figures for: of the most spoken ones, and the form's."""
    broad = [tag for tag in languages.tags() if "-" not in tag][: _PROBED[0]]
    regional = [tag for tag in languages.tags() if "-" in tag][: _PROBED[1]]
    asked = list(dict.fromkeys((current, *broad, *regional)))
    return SweepRequest(languages=asked, verticals=["general"], optimize_for=["balanced"])


def worth_showing(probed: Sweep, current: str) -> list[str]:
    """The rows: languages with figures of their own, then the most spoken, the form's among them.

    A regional variant is shown only if it has its own figures: else it would repeat its language.
    """
    own = {cell.language for cell in probed.cells if cell.winner and not cell.stood_in}
    first = [tag for tag in languages.tags() if tag in own]
    first += sorted(own.difference(first))
    broad = [tag for tag in languages.tags() if "-" not in tag]
    rows = list(dict.fromkeys((*first, *broad)))[:ROWS]
    return rows if current in rows else [*rows[: ROWS - 1], current]


def request_for(
    tags: Sequence[str], region: str | None, allowed: Sequence[str] = ()
) -> SweepRequest:
    """Every vertical and preset for these languages."""
    return SweepRequest.model_validate(
        {
            "languages": list(tags),
            "verticals": get_args(Vertical),
            "optimize_for": get_args(OptimizeFor),
            "region": region or "global",
            "allowed_providers": list(allowed) or None,
        }
    )


def sweep_frame(sweep: Sweep) -> pd.DataFrame:
    """One row per cell, in the order asked; NA for the winner where there is none."""
    winners = {_key(cell): _winner(cell) for cell in sweep.cells}
    rows = [_cell_row(cell, winners) for cell in sweep.cells]
    frame = pd.DataFrame(rows, columns=list(_TYPES)).assign(scores_run_id=sweep.scores_run_id)
    return frame.astype(_TYPES)


def of_vertical(frame: pd.DataFrame, vertical: str | None) -> pd.DataFrame:
    """The rows of one vertical, numbered from 0; all of them for None."""
    return (
        frame if vertical is None else frame[frame["vertical"] == vertical].reset_index(drop=True)
    )


def table(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame for reading, row by row the same cells; ``TABLE`` names its columns."""
    return frame.assign(
        vertical_name=frame["vertical"].map(words.VERTICALS.__getitem__),
        preset_name=frame["optimize_for"].map(words.OPTIMIZE_FOR.__getitem__),
        winner=_labels(frame["provider"], frame["model"], "nobody"),
        runner_up=_labels(frame["runner_up_provider"], frame["runner_up_model"], ""),
        flips=[_flips(row) for row in rows_of(frame)],
        figures=frame["stood_in"].map(lambda stood_in: "broader" if stood_in else "its own"),
    )


def cell_at(frame: pd.DataFrame, row: int) -> Cell | None:
    """The intent of a row of the frame; None where there is no such row."""
    if not 0 <= row < len(frame):
        return None
    found = frame.iloc[row]
    return Cell(found["language"], found["vertical"], found["optimize_for"])


def row_of(frame: pd.DataFrame, cell: Cell) -> Any:
    """The row of a cell; None where the frame has none."""
    same = (
        (frame["language"] == cell.language)
        & (frame["vertical"] == cell.vertical)
        & (frame["optimize_for"] == cell.optimize_for)
    )
    return next(rows_of(frame[same]), None)


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """The frame's rows, a column an attribute."""
    return iter(frame.itertuples())


def winner_clause(row: Any) -> str:
    """A cell's winner as a clause: ``OpenAI gpt-4o, 0.12 ahead of Google gemini-2.0-flash``."""
    if pd.isna(row.provider):
        return "nobody is left to answer"
    winner = palette.label(row.provider, row.model)
    if pd.isna(row.runner_up_provider):
        return f"{winner}, the only candidate"
    runner_up = palette.label(row.runner_up_provider, row.runner_up_model)
    return f"{winner}, {row.margin:.2f} ahead of {runner_up}"


def summary(frame: pd.DataFrame, against: Against) -> str:
    """The map in a sentence."""
    winners = frame.dropna(subset=["provider"])[["provider", "model"]].drop_duplicates()
    if winners.empty:
        return f"{len(frame):,} intents, and nobody is left to answer any of them."
    flipped = int(frame[f"flips_{against}"].sum())
    why = "the preset changes" if against == "preset" else "the language changes"
    stood_in = int(frame["stood_in"].sum())
    parts = [
        f"{len(frame):,} intents, {len(winners)} winners",
        f"{why} the winner in {flipped:,}",
        f"broader figures were used in {stood_in:,}" if stood_in else "",
    ]
    return "; ".join(part for part in parts if part) + "."


def _cell_row(cell: SweepCell, winners: dict[Cell, str | None]) -> dict[str, Any]:
    own = _key(cell)
    return {
        "language": cell.language,
        "name": languages.name(cell.language),
        "vertical": cell.vertical,
        "optimize_for": cell.optimize_for,
        **_placed("", cell.winner),
        "margin": cell.margin,
        **_placed("runner_up_", cell.runner_up),
        "stood_in": cell.stood_in,
        "flips_preset": _differs(own, own._replace(optimize_for="balanced"), winners),
        "flips_language": _differs(own, own._replace(language="en"), winners),
    }


def _differs(own: Cell, other: Cell, winners: dict[Cell, str | None]) -> bool:
    return other in winners and winners[own] != winners[other]


def _placed(prefix: str, placed: Any) -> dict[str, Any]:
    if placed is None:
        return {}
    return {
        f"{prefix}provider": placed.provider_id,
        f"{prefix}model": placed.model_id,
        f"{prefix}score": placed.score,
    }


def _key(cell: SweepCell) -> Cell:
    return Cell(cell.language, cell.vertical, cell.optimize_for)


def _winner(cell: SweepCell) -> str | None:
    if cell.winner is None:
        return None
    return words.candidate(cell.winner.provider_id, cell.winner.model_id)


def _labels(providers: Iterable[Any], models: Iterable[Any], nobody: str) -> list[str]:
    return [
        nobody if pd.isna(provider) else palette.label(provider, model)
        for provider, model in zip(providers, models, strict=True)
    ]


def _flips(row: Any) -> str:
    by = (("preset", row.flips_preset), ("language", row.flips_language))
    return " and ".join(f"with the {what}" for what, flips in by if flips)
