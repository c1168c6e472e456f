"""The gateway's two errors: one ends a request, the other a command.

What a vendor does wrong is a ``ProviderError`` (see ``provider``); failover deals with it.
"""

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


class SetupError(Exception):
    """The process cannot do what it was asked to; the message says why, and what to do."""


def invalid(message: str) -> GatewayError:
    """The request itself is at fault; the message names the field."""
    return GatewayError(400, "VALIDATION_ERROR", message)
