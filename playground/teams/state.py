"""Who the visitor of this browser session is."""

from __future__ import annotations

from playground.teams.owner import MACHINE_OWNER, Owner


def this_owner() -> Owner:
    """The owner of what this browser session stores."""
    return MACHINE_OWNER
