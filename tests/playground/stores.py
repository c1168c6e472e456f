"""The store as one owner has it, for tests in which it matters little who that is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from playground.sessions.store import OwnerStore, Store
from playground.sessions.turns import utc_now
from playground.teams.owner import MACHINE_OWNER, Owner


def opened(
    url: str, *, now: Callable[[], datetime] = utc_now, owner: Owner = MACHINE_OWNER
) -> OwnerStore:
    """What the owner has in the store at ``url``, as a process of its own has it open."""
    return Store(url, now=now).of(owner)
