"""Snapshots as a server tells them, made by hand."""

from __future__ import annotations

from speko_client.models import (
    Axis,
    Figure,
    Placed,
    ScoresRow,
    ScoresRows,
    ScoresSnapshot,
    Sweep,
    SweepCell,
    Vertical,
)

ONE, OTHER = "openai:gpt-6", "xai:grok-4"


def described(snapshot_id: str = "one", label: str = "One", scale: str = "index") -> ScoresSnapshot:
    """A snapshot without its rows."""
    return ScoresSnapshot(id=snapshot_id, label=label, source="us", date="2026-11-26", scale=scale)


def row(
    entry: str, language: str = "en", vertical: Vertical = "general", **figures: float
) -> ScoresRow:
    """What is known of one candidate there; figures by axis."""
    provider, _, model = entry.partition(":")
    axes: tuple[Axis, ...] = ("accuracy", "latency", "cost")
    return ScoresRow(
        provider=provider,
        model=model,
        language=language,
        vertical=vertical,
        region="global",
        figures=[
            Figure(axis=axis, value=figures[axis], source="us") for axis in axes if axis in figures
        ],
    )


def known(
    *rows: ScoresRow,
    snapshot: ScoresSnapshot | None = None,
    candidates: tuple[str, ...] = (ONE, OTHER),
) -> ScoresRows:
    """A snapshot with these rows."""
    return ScoresRows(
        snapshot=snapshot or described(), candidates=list(candidates), rows=list(rows)
    )


def swept(*winners: str | None, snapshot_id: str = "one") -> Sweep:
    """Who wins, language by language: en, es, de."""
    cells = [
        SweepCell(
            language=language,
            vertical="general",
            optimize_for="balanced",
            winner=_placed(entry),
            margin=0.1 if entry else None,
        )
        for language, entry in zip(("en", "es", "de"), winners, strict=False)
    ]
    return Sweep(scores_run_id=snapshot_id, cells=cells)


def _placed(entry: str | None) -> Placed | None:
    if entry is None:
        return None
    provider, _, model = entry.partition(":")
    return Placed(provider_id=provider, model_id=model, score=0.8)
