"""A session's turns as tables: what the frames of all cards share.

Each frame carries the turn's id and number, so that a row leads back to its turn, and the labels
that say what kind of answer it was (simulated, local, stopped, estimated, made under a drill). What
a server did not tell is NA in every frame and stays NA in every sum over nothing; it never becomes
0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

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
}
"""The columns that every frame begins with, and their types."""


def ended(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """The turns that are over; one that still runs has no figures yet."""
    return tuple(turn for turn in turns if turn.status != "running")


def frame_of(rows: Iterable[Mapping[str, Any]], types: Mapping[str, str]) -> pd.DataFrame:
    """The rows as a frame of these columns; what a row has besides is left out."""
    return pd.DataFrame(list(rows), columns=list(types)).astype(dict(types))


def turn_row(turn: Turn) -> dict[str, Any]:
    """A turn as the columns of ``TURN``."""
    answer = turn.answer
    return {
        "turn_id": turn.id,
        "turn": turn.number,
        "provider": answer.provider or None,
        "model": answer.model or None,
        "status": turn.status,
        "source": source(turn),
        "simulated": answer.simulated,
        "local": answer.kind == "local",
        "drill": turn.drilled,
    }


def source(turn: Turn) -> str | None:
    """Whose words these are, and which what-if ranked them, where that is not as usual."""
    what_if = turn_words.ranked_by(turn.answer.scores_run_id, turn.settings.what_if)
    return "; ".join(filter(None, (turn_words.source(turn.answer), what_if))) or None
