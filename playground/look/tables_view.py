"""Rows with something at each end, and tables, the same on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

if TYPE_CHECKING:
    import pandas as pd


def spread(**options: Any) -> DeltaGenerator:
    """A row with its parts spread from end to end; options are those of ``st.container``."""
    return st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", **options
    )


def table(
    frame: pd.DataFrame,
    headings: Mapping[str, str],
    alt: str,
    *,
    formats: Mapping[str, str] | None = None,
    **options: Any,
) -> None:
    """The frame's columns that have a heading, for reading.

    ``alt`` describes the table for screen readers; ``formats`` has number formats by heading;
    other options are those of ``st.dataframe``.
    """
    numbers = {name: st.column_config.NumberColumn(format=f) for name, f in (formats or {}).items()}
    st.dataframe(
        frame[list(headings)].rename(columns=dict(headings)),
        hide_index=True,
        placeholder="–",
        column_config=numbers,
        alt=alt,
        **{"height": "auto", **options},
    )
