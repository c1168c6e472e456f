"""What a page draws after that which a person waits for, and not before."""

from __future__ import annotations

from functools import partial
from typing import Final

from playground.browser.slots import Slot

_POSTPONED: Final = Slot[partial[None]]("postponed", partial)


def postpone(draw: partial[None]) -> None:
    """Have this drawn when the page says so, at the latest at its end."""
    _POSTPONED.set(draw)


def draw_postponed() -> None:
    """Draw it now, if it is not drawn yet."""
    draw = _POSTPONED.get()
    _POSTPONED.set(None)
    if draw is not None:
        draw()
