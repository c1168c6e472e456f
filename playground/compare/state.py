"""The Compare page's browser state: which column has the whole width."""

from __future__ import annotations

from playground.browser.slots import Slot

_WIDE = Slot("compare_wide", str)


def wide_seat() -> str | None:
    """The seat whose column has the whole width."""
    return _WIDE.get()


def widen(seat_id: str | None) -> None:
    """Give a seat's column the whole width; None: all columns again."""
    _WIDE.set(seat_id)
