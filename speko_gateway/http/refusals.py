"""How an error reaches the caller: as status and envelope, or as an event to those who need it."""

from __future__ import annotations

from starlette.types import Scope, Send

from speko_gateway.errors import GatewayError
from speko_gateway.http.answers import encode, error_frame
from speko_gateway.http.negotiation import wants_errors_as_events
from speko_gateway.http.sending import EVENTS, send_body, send_start, send_whole


async def refuse(scope: Scope, send: Send, error: GatewayError) -> None:
    """Answer with this error."""
    headers = headers_of(scope)
    if scope["path"] == "/v1/complete" and wants_errors_as_events(
        headers.get("accept"), headers.get("user-agent")
    ):
        await send_start(send, 200, EVENTS)
        await send_body(send, error_frame(error.message, error.code, error.attempts), more=False)
    else:
        await send_whole(send, error.status, encode(error.body()), error.headers)


def headers_of(scope: Scope) -> dict[str, str]:
    """The request's headers by lower-case name; of a repeated one the last."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
