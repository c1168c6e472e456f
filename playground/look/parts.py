"""The parts of the pages' own HTML: marks, chips, legends, bars, lists that fold. Pure.

``style.css`` says how they look. Texts are escaped here. A colour that
differs in the dark is a ``light-dark()`` of both, so that nothing here needs to know the theme.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Literal

from playground.look import palette

Tone = Literal["", "good", "info", "bad", "amber", "what-if"]

_TO_REAL = 'href="real"'
"""The page "What is real here": every page lies beside it."""


def two_tone(light: str, dark: str) -> str:
    """One colour on a light page and another on a dark one, for CSS."""
    return f"light-dark({light}, {dark})"


def seat(provider: str) -> str:
    """The vendor's colour, for CSS."""
    return two_tone(palette.colour(provider), palette.colour(provider, dark=True))


def on_seat(provider: str) -> str:
    """The style of letters on the vendor's colour."""
    ink = two_tone(palette.ink(provider), palette.ink(provider, dark=True))
    return f"background:{seat(provider)};color:{ink}"


def mark(provider: str) -> str:
    """The vendor's glyph on its colour: the same wherever a vendor is named."""
    glyph = escape(palette.glyph(provider))
    return f'<span class="sp-mark" style="{on_seat(provider)}" aria-hidden="true">{glyph}</span>'


def swatch(colour: str) -> str:
    """A little square, for legends."""
    return f'<span class="sp-swatch" style="background:{colour}"></span>'


def legend(entries: Iterable[str], name: str = "") -> str:
    """A row of entries, each HTML; ``name`` is one more class."""
    spans = "".join(f"<span>{entry}</span>" for entry in entries)
    return f'<div class="{_classes("sp-legend", name)}">{spans}</div>'


def chip(text: str, tone: Tone = "") -> str:
    """A word or two in a frame."""
    toned = f"sp-{tone}" if tone else ""
    return f'<span class="{_classes("sp-chip", toned)}">{escape(text)}</span>'


def source_chip(text: str) -> str:
    """A chip that says what kind of answer it is, and leads to the page that explains it."""
    return f'<a class="sp-chip sp-dashed" {_TO_REAL}>{escape(text)}</a>'


def real_link(text: str) -> str:
    """The same, without the frame."""
    return f'<a class="sp-plain" {_TO_REAL}>{escape(text)}</a>'


def model_chip(provider: str, model: str) -> str:
    """A vendor and its model, with the vendor's mark, in a frame."""
    name = escape(palette.label(provider, model))
    return f'<span class="sp-chip sp-strong">{mark(provider)}<b>{name}</b></span>'


def chips(chips: Iterable[str], label: str = "") -> str:
    """Chips in a row, which wraps; ``label`` names the row for screen readers."""
    named = f' role="group" aria-label="{escape(label)}"' if label else ""
    return f'<div class="sp-chips"{named}>{"".join(chips)}</div>'


def bar(parts: Iterable[tuple[float, str]], label: str = "") -> str:
    """A bar of parts: each its share (0..1) of the whole width, and its colour.

    Without a label, screen readers skip it.
    """
    spans = "".join(
        f'<span style="width:{min(max(share, 0), 1):.2%};background:{colour}"></span>'
        for share, colour in parts
    )
    said = escape(label)
    named = f'role="img" title="{said}" aria-label="{said}"' if label else 'aria-hidden="true"'
    return f'<span class="sp-bar" {named}>{spans}</span>'


def typed(text: str) -> str:
    """What a person typed, as they typed it: each line of it, in its own direction."""
    return f'<div class="sp-typed">{escape(text)}</div>'


def name(text: str) -> str:
    """A name, whole: it goes on in another line where there is no more room."""
    return f'<span class="sp-name">{escape(text)}</span>'


def folded(summary: str, html: str, *, opened: bool = False) -> str:
    """A line that unfolds to more."""
    is_open = " open" if opened else ""
    return (
        f'<details class="sp-folded"{is_open}><summary>{escape(summary)}</summary>{html}</details>'
    )


def filtered_out(reasons: Iterable[tuple[str, str]], *, opened: bool = False) -> str:
    """Who was left out, folded, by reason (pairs of reason and name); nothing if nobody was."""
    by_reason: dict[str, list[str]] = {}
    for reason, name in reasons:
        by_reason.setdefault(reason, []).append(name)
    lines = "".join(
        f'<div class="sp-reason"><b>{escape(reason)}</b>: {escape(", ".join(names))}</div>'
        for reason, names in by_reason.items()
    )
    count = sum(map(len, by_reason.values()))
    return folded(f"{count} filtered out", lines, opened=opened) if count else ""


def _classes(*names: str) -> str:
    return " ".join(filter(None, names))
