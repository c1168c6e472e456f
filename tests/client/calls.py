"""The call that most tests make."""

from __future__ import annotations

from typing import Any

HELLO: dict[str, Any] = {
    "messages": [{"role": "user", "content": "Good morning."}],
    "intent": {"language": "en"},
}
