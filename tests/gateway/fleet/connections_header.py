"""The headers by which a request brings its own connections along."""

from __future__ import annotations

import base64
import json
from typing import Any


def connections(vendors: dict[str, Any], *, padded: bool = True, **more: Any) -> dict[str, str]:
    """``X-Speko-Connections`` with these vendors."""
    text = base64.urlsafe_b64encode(json.dumps({"vendors": vendors, **more}).encode()).decode()
    return {"X-Speko-Connections": text if padded else text.rstrip("=")}


def raw(content: bytes) -> dict[str, str]:
    """``X-Speko-Connections`` with whatever this is."""
    return {"X-Speko-Connections": base64.urlsafe_b64encode(content).decode()}


def fleet(choice: str) -> dict[str, str]:
    """``X-Speko-Fleet``."""
    return {"X-Speko-Fleet": choice}
