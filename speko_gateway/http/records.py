"""What is noted of one request, for its log line and for the metrics: names, codes and times.

Contents and keys never get here: there is no field for them.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.types import Scope

from speko_client.models import Attempt
from speko_gateway.errors import GatewayError
from speko_gateway.failover.relay import Option

RequestOutcome = Literal["answered", "failed", "rejected", "cancelled"]

_KEY = "speko.record"
_OWN_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


@dataclass(slots=True)
class RequestRecord:
    """One request. Where no model was asked, only the id and the status are set.

    ``rejected`` is an invalid request (4xx), ``failed`` any other that ended in an error, also in
    the middle of a stream.
    """

    request_id: str
    status: int | None = None
    outcome: RequestOutcome | None = None
    code: str | None = None
    provider: str | None = None
    model: str | None = None
    form: Literal["json", "stream"] | None = None
    simulated: bool | None = None
    ttft_ms: float | None = None
    attempts: Sequence[Attempt] = ()

    @property
    def failover_count(self) -> int:
        """How many candidates failed."""
        return sum(attempt.outcome == "failed" for attempt in self.attempts)

    @property
    def drilled(self) -> bool:
        """Whether a drill's fault was on one of those asked."""
        return any(attempt.drill for attempt in self.attempts)

    def spoken(self, option: Option, ttft_ms: float) -> None:
        """A candidate began to answer."""
        self.provider, self.model = option.candidate
        self.simulated = option.provider.kind == "simulated"
        self.ttft_ms = ttft_ms

    def failed(self, code: str) -> None:
        """It ended in an error with this code."""
        self.outcome, self.code = "failed", code

    def refused(self, error: GatewayError) -> None:
        """It ended in this error's envelope."""
        self.failed(error.code)
        if error.status < 500:
            self.outcome = "rejected"


def start_record(scope: Scope) -> RequestRecord:
    """A new record of this request, under the caller's own id where that is a sane one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    own = given.decode() if _OWN_ID.fullmatch(given) else ""
    record = RequestRecord(own or uuid.uuid4().hex)
    scope[_KEY] = record
    return record


def record_of(scope: Scope) -> RequestRecord:
    """The record that was started for this request; a new one where none was started."""
    found: Any = scope.get(_KEY)
    return found if isinstance(found, RequestRecord) else start_record(scope)
