"""The Routing page's browser state: the sweep's chosen cell, and the what-if on view."""

from __future__ import annotations

from playground.browser.slots import Slot
from playground.intent.state import form_settings
from playground.routing.what_ifs import OnView
from speko_client.models import WhatIf

_CELL = Slot[tuple[str, ...]]("sweep_cell", tuple)
_WHAT_IF = Slot("what_if", OnView)


def choose_cell(cell: tuple[str, ...] | None) -> None:
    """Remember the sweep's cell that was chosen; None or an empty one forgets it."""
    _CELL.set(cell or None)


def chosen_cell() -> tuple[str, ...] | None:
    """The sweep's cell that was chosen: language, vertical, preset."""
    return _CELL.get()


def what_if_on_view() -> OnView:
    """What the what-if view shows; at first what the chat uses, or no change."""
    return _WHAT_IF.get() or OnView(form_settings().what_if or WhatIf())


def keep_what_if(on_view: OnView) -> None:
    """Remember what the what-if view shows."""
    _WHAT_IF.set(on_view)
