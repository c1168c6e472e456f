"""A session's turns as tables: what the frames of all cards share. Pure.

Each frame carries the turn's id and number, so that a row leads back to its turn, and the labels
that say what kind of answer it was (simulated, local, stopped, estimated, made under a drill). What
a server did not tell is NA in every frame and stays NA in every sum over nothing; it never becomes
0. The turns of a long session are drawn gathered into spans of equal length, provider by provider;
up to ``LIMIT`` turns keep one span each, so short and long sessions are drawn alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from playground.look.palette import NOBODY
from playground.sessions import turn_words
from playground.sessions.turns import Turn

TURN: Final = {
    "turn_id": "string",
    "turn": "Int64",
    "provider": "string",
    "model": "string",
    "status": "string",
    "source": "string",
    "simulated": "boolean",
    "local": "boolean",
    "drill": "boolean",
    "seat": "string",
    "message_id": "string",
}
"""The columns that every frame begins with, and their types; the last two of a comparison only."""

LIMIT: Final = 40
"""At most this many spans: on a phone, more bars than this look the same."""

CUT_SHORT: Final = ("stopped", "interrupted")
"""What becomes of a turn whose answer was let go: what came of it is no whole answer."""

_LINES: Final = 6


def answered(rows: pd.DataFrame) -> pd.DataFrame:
    """The turns that were answered: those with a whole answer, as the session's totals count."""
    return rows[rows["status"].eq("done")]


def ended(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """The turns that are over; one that still runs has no figures yet."""
    return tuple(turn for turn in turns if turn.status != "running")


def for_its_file(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows for a file: without a comparison's columns where there is none."""
    if "seat" not in rows or rows["seat"].notna().any():
        return rows
    return rows.drop(columns=["seat", "message_id"])


def frame_of(rows: Iterable[Mapping[str, Any]], types: Mapping[str, str]) -> pd.DataFrame:
    """The rows as a frame of these columns; what a row has besides is left out."""
    return pd.DataFrame(list(rows), columns=list(types)).astype(dict(types))


def turn_row(turn: Turn) -> dict[str, Any]:
    """A turn as the columns of ``TURN``.

    ``source``: whose words these are, and which what-if ranked them, where that is not as usual.
    """
    answer = turn.answer
    what_if = turn_words.ranked_by(answer.scores_run_id, turn.settings.what_if)
    return {
        "turn_id": turn.id,
        "turn": turn.number,
        "provider": answer.provider or None,
        "model": answer.model or None,
        "status": turn.status,
        "source": "; ".join(filter(None, (turn_words.source(answer), what_if))) or None,
        "simulated": answer.simulated,
        "local": answer.kind == "local",
        "drill": turn.drilled,
        "seat": turn.seat and turn.seat.upper(),
        "message_id": turn.message_id,
    }


def span_width(turns: int) -> int:
    """How many turns a span holds in a session of so many turns."""
    return max(-(-turns // LIMIT), 1)


def span_name(first: int, last: int) -> str:
    """``Turn 3``, or ``Turns 11 to 20``."""
    return f"Turn {first}" if first == last else f"Turns {first} to {last}"


def by_span(
    frame: pd.DataFrame, turns: int, values: Mapping[str, str], extra: tuple[str, ...] = ()
) -> pd.DataFrame:
    """One row per span and provider (and ``extra``): ``values`` names a column's way to be summed.

    Columns: ``at`` (the span's middle), ``span`` (its name), ``provider`` (NOBODY where NA),
    ``turn_id`` (the first turn in it), ``model`` and ``source`` (what occurs, joined), ``rows``
    (how many), ``drilled`` (how many of them under a drill), the extra columns, and the values
    ("sum" or "median": NA where all are NA; "lines": the first few texts, one below the other).
    """
    width = span_width(turns)
    keyed = frame.assign(
        provider=frame["provider"].fillna(NOBODY), start=(frame["turn"] - 1) // width * width + 1
    )
    grouped = keyed.groupby(["start", "provider", *extra], sort=True)
    columns: dict[str, Any] = {
        "turn_id": grouped["turn_id"].first(),
        "model": grouped["model"].agg(_joined),
        "source": grouped["source"].agg(_joined),
        "rows": grouped.size(),
        "drilled": grouped["drill"].sum(),
    }
    columns |= {name: _summed(grouped[name], how) for name, how in values.items()}
    table = pd.DataFrame(columns).reset_index()
    ends = (table["start"] + width - 1).clip(upper=turns)
    table["at"] = ((table["start"] + ends) / 2).astype("Float64")
    table["span"] = [
        span_name(int(first), int(last)) for first, last in zip(table["start"], ends, strict=True)
    ]
    return table


def by_provider(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each provider's rows, by name."""
    return ((str(provider), own) for provider, own in rows.groupby("provider", sort=True))


def _summed(column: Any, how: str) -> pd.Series[Any]:
    ways: dict[str, Callable[[], pd.Series[Any]]] = {
        "sum": lambda: column.sum(min_count=1),
        "median": column.median,
        "lines": lambda: column.agg(_lines),
    }
    return ways[how]()


def _joined(texts: pd.Series[str]) -> str:
    return ", ".join(dict.fromkeys(texts.dropna()))


def _lines(texts: pd.Series[str]) -> str:
    more = f"<br>and {len(texts) - _LINES} more" if len(texts) > _LINES else ""
    return "<br>".join(texts.head(_LINES)) + more
