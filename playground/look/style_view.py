"""The styles that Streamlit's theme has no option for, light and dark, sent once per page run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

_STYLE: Final = f"<style>{Path(__file__).with_name('style.css').read_text('utf-8')}</style>"
_MAIN: Final = '[data-testid="stMainBlockContainer"]'
_READING: Final = f"{_MAIN} {{ max-width: 60rem; }}"
_FRAMES: Final = {
    "routing": f"{_MAIN} {{ max-width: 84rem; padding-top: 4.2rem; }}",
    "demo": f"{_MAIN} {{ max-width: 80rem; }} {_MAIN} h3 {{ font-size: 1.35rem; }}",
    "analytics": "",
}
"""Pages that are not as wide as a text, by their path."""


def page_style(path: str) -> None:
    """Put the styles on the page at ``path``, before anything that uses them.

    The stylesheet is the same for all: the browser keeps it, and gets only a reference from
    the second run on.
    """
    st.html(_STYLE)
    scheme = "dark" if is_dark() else "light"
    st.html(f"<style>:root {{ color-scheme: {scheme}; }} {_FRAMES.get(path, _READING)}</style>")


def is_dark() -> bool:
    """Whether the person's theme is dark, as far as the browser has said."""
    return st.context.theme.type == "dark"
