"""A chart as a picture, PNG or SVG: made in the browser from the chart on the page."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_SCRIPT: Final = Path(__file__).with_name("pictures.js").read_text("utf-8")
_FORMATS: Final = ("png", "svg")


def picture_buttons(place: DeltaGenerator, chart: str, title: str, caption: str) -> None:
    """Draw them; ``chart`` is the chart's key, ``caption`` what it says about its figures.

    Both texts go into the picture: what is simulated or estimated is said there, too.
    """
    place.html(buttons_html(chart, title, caption), width="content")


def picture_script() -> None:
    """Let the page's buttons work; once on a page that has any."""
    component = st.components.v2.component("speko_pictures", js=_SCRIPT)
    component(key="picture-buttons", height=0)


def buttons_html(chart: str, title: str, caption: str) -> str:
    """A button for each format."""
    file = f"speko-{chart.removeprefix('chart-').removesuffix('-chart')}"
    data = "".join(
        f' data-{name}="{escape(value)}"'
        for name, value in {
            "chart": chart,
            "title": title,
            "caption": caption,
            "file": file,
        }.items()
    )
    buttons = "".join(
        f'<button type="button" class="sp-picture" data-format="{form}"{data}'
        f' aria-label="{form.upper()} of {escape(title)}">{form.upper()}</button>'
        for form in _FORMATS
    )
    return f'<span class="sp-pictures">{buttons}</span>'
