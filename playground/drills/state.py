"""The drill that is on in this browser session, and the one that is being made."""

from __future__ import annotations

from playground.browser.slots import Slot
from playground.drills.drill import DrillState

_DRILL = Slot("drill", DrillState)


def drill_state() -> DrillState:
    """The drill that is on, and the one in the making."""
    return _DRILL.get() or DrillState()


def keep_drill(state: DrillState) -> None:
    """Remember both in this browser session."""
    _DRILL.set(state)
