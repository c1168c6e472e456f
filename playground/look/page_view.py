"""What every page draws with: its styles, rows spread from end to end, charts, tables, files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.look.frames import frame_css
from playground.look.safe_text import csv_bytes, unseen
from playground.look.tables import for_a_file, for_reading

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from playground.look.figures import Theme

_PLOTLY: Final = {"displayModeBar": False, "doubleClick": False}


def page_style(path: str) -> None:
    """Give the page at ``path`` its frame and its colours; all other styles are in its HTML."""
    st.html(f"<style>:root {{ color-scheme: {theme()}; }} {frame_css(path)}</style>")


def theme() -> Theme:
    """The person's theme, as far as the browser has said."""
    return "dark" if st.context.theme.type == "dark" else "light"


def spread(**options: Any) -> DeltaGenerator:
    """A row with its parts spread from end to end; options are those of ``st.container``."""
    return st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", **options
    )


def titled_views(title: str, views: Sequence[str], key: str, *, begun: bool = False) -> str:
    """A page's name, and the views to choose from, as ``?how=`` says; returns the chosen one.

    Where it says none it is the first, unless the page has ``begun`` one. The style makes a view's
    first letter a capital.
    """
    with spread(key=key):
        st.title(title, anchor=False, width="content")
        chosen = st.segmented_control(
            "View",
            views,
            default=None if begun else views[0],
            required=True,
            label_visibility="collapsed",
            key="how",
            bind="query-params",
        )
        return str(chosen or views[0])


def table(
    frame: pd.DataFrame,
    headings: Mapping[str, str],
    alt: str,
    *,
    formats: Mapping[str, str] | None = None,
    **options: Any,
) -> None:
    """The frame's columns that have a heading, for reading; providers by their names.

    ``alt`` describes the table for screen readers; ``formats`` has number formats by heading;
    other options are those of ``st.dataframe``.
    """
    numbers = {name: st.column_config.NumberColumn(format=f) for name, f in (formats or {}).items()}
    st.dataframe(
        for_reading(frame)[list(headings)].rename(columns=dict(headings)),
        hide_index=True,
        placeholder="–",
        column_config=numbers,
        alt=alt,
        **{"height": "auto", **options},
    )


def chart(figure: go.Figure, key: str, alt: str, **options: Any) -> Any:
    """The figure in its own colours; ``alt`` describes it, options are ``st.plotly_chart``'s.

    Its revision says whether it has changed: without one, the browser draws every figure twice.
    """
    figure.update_layout(datarevision=crc32(figure.to_json().encode()))
    return st.plotly_chart(
        figure, width="stretch", theme=None, key=key, config=_PLOTLY, alt=alt, **options
    )


def csv_button(place: DeltaGenerator, frame: pd.DataFrame, name: str) -> None:
    """Draw it; the file, ``speko-NAME.csv`` with every column, is made on the click.

    Providers are there by id, as data, and by name.
    """
    place.download_button(
        f"Download CSV{unseen(f'of {name}')}",
        lambda: csv_bytes(for_a_file(frame)),
        file_name=f"speko-{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"csv-{name}",
    )
