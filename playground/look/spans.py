"""Long sessions in few bars: turns gathered into spans of equal length, provider by provider.

A session of up to ``LIMIT`` turns keeps one span per turn, so short and long sessions are drawn
alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from playground.look.palette import NOBODY

LIMIT: Final = 40
"""At most this many spans: on a phone, more bars than this look the same."""


_LINES: Final = 6


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
