"""What a request is answered when nobody is left to ask: an error that tells of each attempt."""

from __future__ import annotations

from collections.abc import Sequence

from speko_client.models import Attempt
from speko_gateway.errors import GatewayError, invalid
from speko_gateway.provider import FailureCode
from speko_gateway.routing.gating import pause_asked_for


def exhausted(
    attempts: Sequence[Attempt], pauses: Sequence[float], deadline: float | None
) -> GatewayError:
    """The error after these attempts.

    ``pauses`` are the seconds left of what vendors asked for among those not tried; ``deadline``
    is given where it has passed, in seconds.
    """
    if not attempts and deadline is None:
        return pause_asked_for(min(pauses, default=0.0))
    reasons = "; ".join(f"{each.provider}/{each.model} {each.message}" for each in attempts)
    if attempts and all(each.code == FailureCode.INVALID_REQUEST for each in attempts):
        error = invalid(f"Every provider rejected the request: {reasons}")
        error.attempts = tuple(attempts)
        return error
    what = "Every provider failed" if deadline is None else _out_of_time(deadline)
    return GatewayError(500, "ALL_PROVIDERS_FAILED", f"{what}: {reasons}", attempts=attempts)


def _out_of_time(deadline: float) -> str:
    return f"Nobody had answered when the {deadline:g} s for one request were up"
