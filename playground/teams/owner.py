"""Whom a stored thing belongs to."""

from __future__ import annotations

from typing import Final, NewType

Owner = NewType("Owner", str)
"""One owner of stored things; the store returns to each what is theirs, and nothing else."""

MACHINE_OWNER: Final = Owner("machine")
"""The user of this machine, where the playground is reachable from this machine only."""
