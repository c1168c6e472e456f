"""Votes for tests, with everything not asked for filled in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from playground.compare.votes import CastVote, hash_of
from tests.turns import NOON


def cast(number: int, left: str = "a:one", right: str = "b:two", **given: Any) -> CastVote:
    """Vote ``number``, a minute after the one before it, on a message of its own."""
    values: dict[str, Any] = {
        "id": f"m{number}",
        "at": NOON + timedelta(minutes=number),
        "left": left,
        "right": right,
        "outcome": "left",
        "prompt_hash": hash_of(f"Message {number}"),
    }
    return CastVote(**(values | given))
