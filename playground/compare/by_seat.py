"""A comparison's seats as a table: what each was asked, and its figures over all messages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from playground.compare.figures import Spread, seat_figures
from playground.compare.seat_words import letter, name
from playground.compare.seats import Comparison, as_token, messages
from playground.look.words import counted
from playground.sessions.turns import Turn

HEADINGS: Final = {
    "seat": "Seat",
    "who": "Who",
    "asked": "Asked",
    "answered": "Answered",
    "ttft_ms": "First token, ms",
    "ttft_ms_low": "fastest",
    "ttft_ms_high": "slowest",
    "total_ms": "Total, ms",
    "tokens": "Tokens out",
    "cost_usd": "Estimated US$",
    "failovers": "Failovers",
}
FORMATS: Final = dict.fromkeys(
    ("First token, ms", "fastest", "slowest", "Total, ms", "Tokens out"), "%.0f"
) | {"Estimated US$": "%.6f"}
_SPREADS: Final = ("ttft_ms", "total_ms", "tokens", "cost_usd")
_COLUMNS: Final = {
    **dict.fromkeys(("seat", "who", "name"), "string"),
    **dict.fromkeys(("asked", "answered", "failovers"), "Int64"),
    **{
        f"{figure}{end}": kind
        for figure in _SPREADS
        for end, kind in (
            ("", "Float64"),
            ("_low", "Float64"),
            ("_high", "Float64"),
            ("_n", "Int64"),
        )
    },
}


def seats_asked(comparison: Comparison, turns: Sequence[Turn]) -> list[str]:
    """The ids of those who were asked: the seats of the page first, then those removed since."""
    asked = dict.fromkeys(turn.seat for turn in turns if turn.seat)
    here = [seat.id for seat in comparison.seats if seat.id in asked]
    return [*here, *(seat for seat in asked if seat not in here)]


def who(comparison: Comparison, seat_id: str) -> str:
    """``A Router``; a seat that is gone is known by its letter alone."""
    seat = comparison.seat(seat_id)
    return f"{letter(seat_id)} {name(seat) if seat else '(removed)'}"


def frame(comparison: Comparison, turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per seat: medians over its answers, with the least, the most and how many.

    Of retries the last counts, as in the strip under the answers. ``name`` is the seat as a URL
    has it.
    """
    rows = [_row(comparison, seat, turns) for seat in seats_asked(comparison, turns)]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def caption(comparison: Comparison, turns: Sequence[Turn]) -> str:
    """What is counted here and in the charts."""
    asked = [turn for turn in turns if turn.seat]
    seats = counted(len(seats_asked(comparison, turns)), "seat")
    before = len(turns) - len(asked)
    simulated = sum(turn.answer.simulated for turn in asked)
    parts = [
        f"{counted(len(asked), 'turn')} of {seats} over {counted(len(messages(asked)), 'message')}",
        f"{counted(before, 'turn')} of the chat before it" if before else "",
        f"{'all' if simulated == len(asked) else simulated} simulated" if simulated else "",
    ]
    return (
        f"A comparison: {', '.join(filter(None, parts))}. The charts count every turn, with "
        "retries; whom the router chose shows in its seat alone. This table counts the last try at "
        "each message, with medians over the answers."
    )


def _row(comparison: Comparison, seat_id: str, turns: Sequence[Turn]) -> dict[str, Any]:
    figures, seat = seat_figures(seat_id, turns), comparison.seat(seat_id)
    row = {
        "seat": letter(seat_id),
        "who": name(seat) if seat else "removed",
        "name": as_token(seat) if seat else None,
        "asked": figures.asked,
        "answered": figures.answered,
        "failovers": figures.failovers,
    }
    for figure in _SPREADS:
        row |= _spread(figure, getattr(figures, figure))
    return row


def _spread(figure: str, spread: Spread | None) -> dict[str, Any]:
    if spread is None:
        return {}
    ends = {"": spread.middle, "_low": spread.low, "_high": spread.high, "_n": spread.n}
    return {f"{figure}{end}": value for end, value in ends.items()}
