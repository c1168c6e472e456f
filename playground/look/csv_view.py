"""The button that downloads a table as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamlit.delta_generator import DeltaGenerator

from playground.look.csv_file import csv_bytes

if TYPE_CHECKING:
    import pandas as pd


def csv_button(place: DeltaGenerator, frame: pd.DataFrame, name: str) -> None:
    """Draw it; the file, ``speko-NAME.csv`` with every column, is made on the click."""
    place.download_button(
        "Download CSV",
        lambda: csv_bytes(frame),
        file_name=f"speko-{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"csv-{name}",
    )
