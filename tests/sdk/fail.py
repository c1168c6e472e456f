"""How calls fail for a user of an official SDK; prints it. ``python fail.py BASE_URL KEY``."""

from __future__ import annotations

import json
import sys
from typing import Any

from spekoai import Speko, SpekoApiError  # type: ignore[import-not-found]


def failure(client: Any, *allowed: str) -> list[Any]:
    """The class, status, pause and message of a call that only these may answer."""
    try:
        client.complete(
            messages=[{"role": "user", "content": "Hello"}],
            intent={"language": "en", "vertical": "general"},
            constraints={"allowed_providers": {"llm": list(allowed)}},
        )
    except SpekoApiError as error:
        return [type(error).__name__, error.status, getattr(error, "retry_after", 0), str(error)]
    return ["no error", 0, 0, ""]


if __name__ == "__main__":
    with Speko(api_key=sys.argv[2], base_url=sys.argv[1]) as client:
        failures = [failure(client, "custom"), failure(client, "custom"), failure(client, "openai")]
    sys.stdout.write(json.dumps(failures))
