"""When a call is made again: only where the caller asked for retries and no answer has begun.

A timeout is not retried: the server may still be working, and may bill that work. Once the answer
has begun, nothing is retried either: the caller may already have used the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from speko_client.errors import SpekoApiError, SpekoConnectionError

FIRST_PAUSE_S = 0.5
MAX_BACKOFF_S = 8.0
MAX_RETRY_AFTER_S = 60.0
_RETRIED_STATUSES = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """``max_retries`` further tries of the same call; 0 means none."""

    max_retries: int = 0

    def __post_init__(self) -> None:
        if self.max_retries < 0:
            raise ValueError(f"max_retries must be 0 or more, not {self.max_retries}.")

    def pause(self, error: SpekoApiError, retries_made: int) -> float | None:
        """Seconds to wait before the next try; None where ``error`` should be raised.

        The server's ``Retry-After`` is kept to the second; where it is longer than a minute, the
        error is raised. Without one the pause doubles from half a second up to eight.
        """
        if retries_made >= self.max_retries or not _nothing_answered(error):
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= MAX_RETRY_AFTER_S else None
        return float(min(FIRST_PAUSE_S * 2**retries_made, MAX_BACKOFF_S))


def _nothing_answered(error: SpekoApiError) -> bool:
    return isinstance(error, SpekoConnectionError) or error.status in _RETRIED_STATUSES
