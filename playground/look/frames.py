"""The frame of each page: how wide it is, and whether a sidebar stands beside it.

A page's HTML is empty until Streamlit's scripts have drawn it. With its styles and its frame in the
HTML itself, everything stands in its place from the first paint on, and nothing jumps.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

SIDEBAR_PIXELS: Final = 340
"""The sidebar's width at first; below 769 pixels it lies over the page."""

_STYLES: Final = (
    "style.css",
    "answer.css",
    "turns.css",
    "compare.css",
    "library.css",
    "evaluate.css",
    "access.css",
    "navigation.css",
)
_STYLE: Final = "".join(Path(__file__).with_name(name).read_text("utf-8") for name in _STYLES)


class Frame(NamedTuple):
    """A page's frame; ``width`` in rem, None for all there is."""

    width: int | None = 60
    sidebar: bool = True


_FRAMES: Final = {
    "compare": Frame(width=None),
    "routing": Frame(width=84, sidebar=False),
    "evaluate": Frame(width=90, sidebar=False),
    "demo": Frame(width=80, sidebar=False),
    "analytics": Frame(width=None),
    "sessions": Frame(width=70, sidebar=False),
    "real": Frame(sidebar=False),
}
"""Pages with a frame of their own, by their path; the others are as wide as a text."""


def frame_css(path: str) -> str:
    """The rules of the page at ``path``, the last part of its address."""
    width, sidebar = _FRAMES.get(path, Frame())
    wide = "100%" if width is None else f"{width}rem"
    place = f"{SIDEBAR_PIXELS}px" if sidebar else "0"
    return (
        f'html [data-testid="stMainBlockContainer"] {{ max-width: {wide}; }}'
        "@media (min-width: 769px) {"
        " .stAppViewContainer:not(:has(> .stSidebar))"
        f" {{ padding-left: {place}; }} }}"
    )


def styles_html(path: str) -> str:
    """All that a page looks like, for its HTML, before anything is drawn."""
    return f"<style>{_STYLE}</style><style>{frame_css(path.rstrip('/').rpartition('/')[2])}</style>"
