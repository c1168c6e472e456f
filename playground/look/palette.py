"""How a provider looks, everywhere: one colour, and signs for people who do not see the colour.

The hues are Okabe and Ito's (distinguishable with any colour vision, https://jfly.uni-koeln.de/color/),
each darkened for light backgrounds and lightened for dark ones until it stands out at 3:1 or more
(WCAG 2.2, 1.4.11). There are more vendors than hues, so each vendor also has a marker symbol, a
bar pattern and a glyph of its own. A vendor that is not listed gets its look from a checksum of its
name: always the same, on every machine.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from speko_client.model_ids import model_name


class _Hue(NamedTuple):
    light: str
    dark: str


class Look(NamedTuple):
    """A vendor's look: a Plotly marker symbol (a bare ``x``: nobody answered), a bar pattern."""

    name: str
    hue: str
    symbol: str
    pattern: str
    glyph: str


NOBODY: Final = ""
"""The provider name of a turn that nobody answered, or of a failure that no server named."""

AMBER: Final = _Hue("#B26F00", "#FFB84D")
"""Marks a failover; no provider has it."""

_DATA: Final = json.loads(Path(__file__).with_name("palette.json").read_text("utf-8"))
"""Hues by name: light, dark; and each known provider's look, in the order of ``Look``'s fields."""

_HUES: Final = {name: _Hue(*pair) for name, pair in _DATA["hues"].items()}
_LOOKS: Final = {provider: Look(*look) for provider, look in _DATA["looks"].items()} | {
    NOBODY: Look("not named", "grey", "x", "", "?")
}
_SPARE_HUES: Final = tuple(hue for hue in _HUES if hue not in ("grey", "slate"))
_SPARE_SYMBOLS: Final = tuple(look.symbol for look in _LOOKS.values() if look.symbol != "x")
_SPARE_PATTERNS: Final = ("/", "\\", "x", "-", "|", "+", ".")


def look_of(provider: str) -> Look:
    """How the provider looks, whether it is listed or not."""
    known = _LOOKS.get(provider.strip().casefold())
    return known or _look_from_name(provider.strip())


def colour(provider: str, dark: bool = False) -> str:
    """The provider's colour as ``#RRGGBB``, at least 3:1 against the page's background."""
    hue = _HUES[look_of(provider).hue]
    return hue.dark if dark else hue.light


def ink(provider: str, dark: bool = False) -> str:
    """Black or white: whichever reads better on the provider's colour (always 4.5:1 or more)."""
    background = luminance(colour(provider, dark))
    return "#FFFFFF" if 1.05 / (background + 0.05) > (background + 0.05) / 0.05 else "#000000"


def glyph(provider: str) -> str:
    """One or two characters that stand for the provider where there is no room for its name."""
    return look_of(provider).glyph


def display_name(provider: str) -> str:
    """The vendor's spelling of its name ("openai" -> "OpenAI"); an unknown name stays as it is."""
    return look_of(provider).name


def label(provider: str, model: str | None) -> str:
    """Provider and model for reading: "OpenAI gpt-4o"."""
    return f"{display_name(provider)} {model_name(model)}" if model else display_name(provider)


def luminance(hex_colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white), of ``#RRGGBB`` (WCAG 2.2)."""
    channels = (int(hex_colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _look_from_name(name: str) -> Look:
    checksum = crc32(name.casefold().encode())
    checksum, hue = divmod(checksum, len(_SPARE_HUES))
    checksum, shape = divmod(checksum, len(_SPARE_SYMBOLS))
    fill = checksum % len(_SPARE_PATTERNS)
    shown = _named(name)
    letters = "".join(character for character in shown if character.isalnum())[:2].capitalize()
    return Look(
        shown, _SPARE_HUES[hue], _SPARE_SYMBOLS[shape], _SPARE_PATTERNS[fill], letters or "?"
    )


def _named(provider: str) -> str:
    """Your own server by the name you gave it: "custom-my-lab" -> "My lab"."""
    given = provider.removeprefix("custom-")
    return provider if given == provider else given.replace("-", " ").capitalize()
