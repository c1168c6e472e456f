"""Small charts as SVG: bars, marks and lines in each provider's colour and pattern. Pure.

A provider's colours stand once in the page's styles (``provider_styles``), its pattern once in its
definitions; a mark only names its class. Each mark carries what a hover says (``data-t``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final
from zlib import crc32

from playground.look import palette, parts

WIDTH: Final = 560
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 10, 34, 36
_HEIGHT: Final = 220
_ROW: Final = 30
_NAMES: Final = 130
_TICKS: Final = 4

_LINES: Final = {
    "/": "M0 6L6 0",
    "\\": "M0 0L6 6",
    "x": "M0 6L6 0M0 0L6 6",
    "-": "M0 3H6",
    "|": "M3 0V6",
    "+": "M0 3H6M3 0V6",
    ".": "M2 3H4",
}
_SHAPES: Final = {
    "square": "M-4-4H4V4H-4Z",
    "diamond": "M0-5L5 0L0 5L-5 0Z",
    "triangle-up": "M0-5L5 4H-5Z",
    "triangle-down": "M0 5L5-4H-5Z",
    "cross": "M-2-5H2V-2H5V2H2V5H-2V2H-5V-2H-2Z",
    "x": "M-4-4L4 4M-4 4L4-4",
}
_DOTTED: Final = ' stroke-dasharray="2 4"'
_CIRCLE: Final = "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0Z"


Points = Iterable[tuple[float, float]]
"""Turns and values."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a bar, or a mark: from ``low`` to ``high`` at turn ``at``; ``said`` on a hover."""

    at: float
    provider: str
    low: float
    high: float
    said: str
    pale: bool = False


@dataclass(frozen=True)
class Axes:
    """Turns 1 to ``turns`` to the right, 0 to ``most`` up; ``number`` writes a value at a tick.

    A mark is ``width`` turns wide. ``drills`` are runs of turns (first and last) to shade.
    """

    turns: int
    most: float
    unit: str
    number: Callable[[float], str]
    width: int = 1
    drills: Sequence[tuple[int, int]] = ()

    @property
    def top(self) -> float:
        """The highest tick: what is drawn ends there."""
        return self.step * max(math.ceil(self.most / self.step), 1)

    @property
    def step(self) -> float:
        """A round distance between ticks."""
        rough = (self.most or 1) / _TICKS
        power = 10 ** math.floor(math.log10(rough))
        return float(next(size * power for size in (1, 2, 5, 10) if size * power >= rough))

    def x(self, turn: float) -> float:
        """Where a turn stands."""
        shown = max(self.turns, 6)
        return _LEFT + (turn - 0.4) / (shown + 0.2) * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """How high a value stands."""
        return _HEIGHT - _BOTTOM - value / self.top * (_HEIGHT - _TOP - _BOTTOM)


def class_of(provider: str) -> str:
    """A class for the provider's colour: letters and digits only."""
    return f"v{crc32(palette.look_of(provider).name.encode()):x}"


def provider_styles(providers: Iterable[str]) -> str:
    """The colours of these providers, as CSS."""
    return "".join(
        f".{name}{{fill:{parts.seat(provider)};stroke:{parts.seat(provider)};"
        f"color:{parts.seat(provider)}}}"
        f".{name}k{{stroke:{ink};stroke-opacity:.45;fill:none}}"
        for provider in providers
        for name in [class_of(provider)]
        for ink in [parts.two_tone(palette.ink(provider), palette.ink(provider, dark=True))]
    )


def definitions(providers: Iterable[str]) -> str:
    """The patterns of these providers, once in a page."""
    patterns = "".join(
        f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" class="{name}" stroke="none"/>'
        f'<path d="{_LINES.get(palette.look_of(provider).pattern, "")}" class="{name}k"/></pattern>'
        for provider in providers
        for name in [class_of(provider)]
    )
    return (
        f'<svg width="0" height="0" class="defs" aria-hidden="true"><defs>{patterns}</defs></svg>'
    )


def swatch(provider: str) -> str:
    """The provider's colour and pattern, for a legend."""
    return (
        '<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">'
        f'<rect width="12" height="12" rx="2" fill="url(#{class_of(provider)})"/></svg>'
    )


def bars(axes: Axes, pieces: Iterable[Piece], name: str) -> str:
    """Bars over the turns; pieces of one turn stand where their ``low`` and ``high`` say."""
    wide = (axes.x(1) - axes.x(0)) * axes.width * 0.7
    drawn = "".join(
        f'<rect x="{axes.x(each.at) - wide / 2:.1f}" y="{axes.y(each.high):.1f}" '
        f'width="{wide:.1f}" height="{max(axes.y(each.low) - axes.y(each.high), 0.5):.1f}" '
        f'fill="url(#{class_of(each.provider)})"{_pale(each)}{_said(each)}/>'
        for each in pieces
    )
    return _svg(axes, drawn, name)


def marks(axes: Axes, pieces: Iterable[Piece], name: str) -> str:
    """A mark at ``low`` in the provider's shape, with a line up to a cap at ``high``."""
    return _svg(axes, "".join(_mark(axes, each) for each in pieces), name)


def lines(axes: Axes, pieces: Sequence[Piece], name: str) -> str:
    """A solid line through each provider's ``low``, a dotted one through its ``high``."""
    drawn = []
    for provider in dict.fromkeys(each.provider for each in pieces):
        own = [each for each in pieces if each.provider == provider]
        drawn.append(_line(axes, provider, [(each.at, each.low) for each in own]))
        drawn.append(_line(axes, provider, [(each.at, each.high) for each in own], _DOTTED))
        drawn += [_shape(axes, each, each.low) for each in own]
    return _svg(axes, "".join(drawn), name)


def _line(
    axes: Axes, provider: str, points: Iterable[tuple[float, float]], dashes: str = ""
) -> str:
    placed = " ".join(f"{axes.x(at):.1f},{axes.y(value):.1f}" for at, value in points)
    return f'<polyline class="{class_of(provider)} line" points="{placed}"{dashes}/>'


def rows(shares: Sequence[tuple[str, int, str]], name: str) -> str:
    """A bar to the right for each provider, its turns, and the words at the bar's end."""
    most = max((turns for _, turns, _ in shares), default=1)
    scale = (WIDTH - _NAMES - 70) / most
    drawn = "".join(
        f'<text x="{_NAMES - 8}" y="{place * _ROW + 20}" class="end">'
        f"{escape(palette.display_name(provider))}</text>"
        f'<rect x="{_NAMES}" y="{place * _ROW + 5}" width="{turns * scale:.1f}" height="20" '
        f'fill="url(#{class_of(provider)})"/>'
        f'<text x="{_NAMES + turns * scale + 6:.1f}" y="{place * _ROW + 20}">{escape(words)}</text>'
        for place, (provider, turns, words) in enumerate(shares)
    )
    return _framed(drawn, _ROW * len(shares) + 6, name)


def _mark(axes: Axes, each: Piece) -> str:
    x, top = axes.x(each.at), axes.y(each.high)
    cap = f"M{x:.1f} {axes.y(each.low):.1f}V{top:.1f}M{x - 4:.1f} {top:.1f}h8"
    line = (
        f'<path class="{class_of(each.provider)} line" d="{cap}"/>' if each.high > each.low else ""
    )
    return line + _shape(axes, each, each.low)


def _shape(axes: Axes, each: Piece, value: float) -> str:
    shape = _SHAPES.get(palette.look_of(each.provider).symbol, _CIRCLE)
    at = f"translate({axes.x(each.at):.1f} {axes.y(value):.1f})"
    return f'<path class="{class_of(each.provider)}" d="{shape}" transform="{at}"{_said(each)}/>'


def _pale(each: Piece) -> str:
    return f' fill-opacity=".4" class="{class_of(each.provider)} edge"' if each.pale else ""


def _said(each: Piece) -> str:
    return f' data-t="{escape(each.said)}"'


def _svg(axes: Axes, drawn: str, name: str) -> str:
    return _framed(f"{_shades(axes)}{_grid(axes)}{drawn}{_turns(axes)}", _HEIGHT, name)


def _framed(drawn: str, height: int, name: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(name)}">{drawn}</svg>'
    )


def _shades(axes: Axes) -> str:
    bottom = _HEIGHT - _BOTTOM
    return "".join(
        f'<rect class="drill" x="{axes.x(first - 0.5):.1f}" y="{_TOP}" '
        f'width="{axes.x(last + 0.5) - axes.x(first - 0.5):.1f}" height="{bottom - _TOP}"/>'
        f'<text class="drill mid" x="{axes.x((first + last) / 2):.1f}" y="{_TOP - 6}">drill</text>'
        for first, last in axes.drills
    )


def _grid(axes: Axes) -> str:
    ticks = [axes.step * count for count in range(round(axes.top / axes.step) + 1)]
    drawn = "".join(
        f'<path class="grid" d="M{_LEFT} {axes.y(tick):.1f}H{WIDTH - _RIGHT}"/>'
        f'<text class="end" x="{_LEFT - 6}" y="{axes.y(tick) + 4:.1f}">'
        f"{escape(axes.number(tick))}</text>"
        for tick in ticks
    )
    return f'{drawn}<text x="0" y="12">{escape(axes.unit)}</text>'


def _turns(axes: Axes) -> str:
    every = next(
        size * 10**power
        for power in range(12)
        for size in (1, 2, 5)
        if axes.turns / (size * 10**power) <= 10
    )
    drawn = "".join(
        f'<text class="mid" x="{axes.x(turn):.1f}" y="{_HEIGHT - _BOTTOM + 15}">{turn}</text>'
        for turn in range(every, axes.turns + 1, every)
    )
    title = "turn" if axes.width == 1 else f"turn, {axes.width} to a mark"
    middle = (WIDTH + _LEFT) / 2
    return f'{drawn}<text class="mid" x="{middle:.0f}" y="{_HEIGHT - 4}">{title}</text>'
