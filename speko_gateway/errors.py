"""What the gateway answers instead of an answer: a status, a code and a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from speko_client.models import Attempt


class GatewayError(Exception):
    """A request that ends in the flat error envelope, ``{"error", "code"}``.

    ``attempts`` (an extension of the envelope) is what was tried before it came to this.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        attempts: Sequence[Attempt] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.attempts = tuple(attempts)
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The envelope as JSON-ready values."""
        envelope: dict[str, Any] = {"error": self.message, "code": self.code}
        if self.attempts:
            envelope["attempts"] = [
                attempt.model_dump(by_alias=True, exclude_none=True) for attempt in self.attempts
            ]
        return envelope


def invalid(message: str) -> GatewayError:
    """The request itself is at fault; the message names the field."""
    return GatewayError(400, "VALIDATION_ERROR", message)
