"""A chart card as a value, and what all cards share: table headings and words. Pure.

A caption also says what not everybody would guess: that figures are simulated, estimated, or
missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
import plotly.graph_objects as go

from playground.analytics.paths import Route
from playground.look.figures import Theme
from playground.look.words import counted

WHO: Final = {"turn": "Turn", "provider": "Provider", "model": "Model", "status": "Status"}
LABELS: Final = {"source": "Source", "drill": "Drill"}


@dataclass(frozen=True)
class Card:
    """``key`` names the widgets and the file; ``draw`` makes the figure, only where it is shown.

    ``empty`` says why there is nothing to draw, None where there is. ``headings`` are the table's
    columns and their headings; the CSV has every column of ``rows``. ``routes`` list the turns
    where the figure's own marks cannot be selected.
    """

    key: str
    title: str
    caption: str
    empty: str | None
    rows: pd.DataFrame
    headings: Mapping[str, str]
    draw: Callable[[Theme], go.Figure]
    routes: Sequence[Route] = ()


def sentence(*parts: str) -> str:
    """The parts that say something, as one sentence."""
    return "; ".join(part for part in parts if part) + "."


def turns_missing(every: pd.DataFrame, known: pd.DataFrame, what: str) -> str:
    """``2 turns not timed``; nothing where all are known."""
    missing = len(every) - len(known)
    return f"{counted(missing, 'turn')} {what}" if missing else ""


def simulated(rows: pd.DataFrame) -> str:
    """``all simulated``, ``2 simulated``; nothing where none is."""
    count = int(rows["simulated"].sum())
    if not count:
        return ""
    return "all simulated" if count == len(rows) else f"{count} simulated"


def with_drills(caption: str, drilled: int, turns: int) -> str:
    """The caption, with how many of the session's turns were made under a drill."""
    if not drilled:
        return caption
    were = "was" if drilled == 1 else "were"
    return f"{caption} {drilled} of {counted(turns, 'turn')} {were} made under a drill."
