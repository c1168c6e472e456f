"""A vendor's mark: its glyph on its colour, the same wherever a vendor is named."""

from __future__ import annotations

from html import escape

from playground.look import palette


def vendor_mark(provider: str, *, dark: bool) -> str:
    """The vendor's glyph on its colour."""
    look = f"background:{palette.colour(provider, dark)};color:{palette.ink(provider, dark)}"
    return (
        f'<span class="rk-dot" style="{look}" aria-hidden="true">'
        f"{escape(palette.glyph(provider))}</span>"
    )
