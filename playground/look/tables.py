"""Tables of turns and candidates, for reading and as files. Pure.

A frame has a provider's id, which is data. A person reads its name, the same as in the charts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from playground.look import palette

if TYPE_CHECKING:
    import pandas as pd

_PROVIDERS: Final = ("provider", "first_provider", "next_provider")


def for_reading(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the providers' names in place of their ids."""
    return frame.assign(**{column: _names(frame, column) for column in _in(frame)})


def for_a_file(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as it is, with ``provider_name`` after ``provider``, and so for each provider."""
    columns = list(frame)
    for column in _in(frame):
        columns.insert(columns.index(column) + 1, f"{column}_name")
    named = frame.assign(**{f"{column}_name": _names(frame, column) for column in _in(frame)})
    return named[columns]


def _in(frame: pd.DataFrame) -> list[str]:
    return [column for column in _PROVIDERS if column in frame]


def _names(frame: pd.DataFrame, column: str) -> pd.Series[str]:
    return frame[column].map(palette.display_name, na_action="ignore").astype("string")
