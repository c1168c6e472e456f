"""The drill that is on in this browser session, and the one that is being made."""

from __future__ import annotations

from playground.browser.slots import Slot
from playground.drills.drill import DrillState

_DRILL = Slot("drill", DrillState)


def drill_state() -> DrillState:
    """Both of them."""
    return _DRILL.get() or DrillState()


def keep_drill(state: DrillState) -> None:
    """Remember them, in this browser session alone."""
    _DRILL.set(state)
