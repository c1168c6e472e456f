"""Which values are secret, and how a text is shown without them. Pages and gateway share it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD")
_SHORTEST_SECRET = 4


def secrets_in(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values of an environment that must not be shown, by the names they have there."""
    named = {value.strip() for name, value in environment.items() if _SECRET_NAME.search(name)}
    found = (value for value in named if len(value) >= _SHORTEST_SECRET)
    return tuple(sorted(found, key=len, reverse=True))


def redacted(text: str, secrets: Iterable[str]) -> str:
    """``text`` with ``[key]`` for each secret; the longest first, so that no piece is left."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "[key]")
    return text
