"""The bearer check before everything under ``/v1``, whether a route or not.

``/metrics`` needs a key only from other machines: Prometheus' agents usually ask from this one.
Behind a proxy on the same machine every caller is on loopback: there the proxy must block it.
"""

from __future__ import annotations

import hmac

from starlette.types import ASGIApp, Receive, Scope, Send

from speko_client.addresses import is_loopback
from speko_gateway.errors import GatewayError
from speko_gateway.http.answers import refuse

METRICS_PATH = "/metrics"


class BearerAuth:
    """Lets only callers with the key pass."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app = app
        self._key = key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, or hand on."""
        if scope["type"] != "http" or not _is_guarded(scope) or self._knows(scope):
            await self.app(scope, receive, send)
            return
        await refuse(scope, send, _unauthorized())

    def _knows(self, scope: Scope) -> bool:
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, token = given.partition(b" ")
        # Constant time: the time of a refusal must not show how much of the key was right.
        return scheme.lower() == b"bearer" and hmac.compare_digest(token.strip(), self._key)


def _is_guarded(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith("/v1/") or (path == METRICS_PATH and not _is_near(scope))


def _is_near(scope: Scope) -> bool:
    """Whether the caller is on this machine."""
    host, _ = scope.get("client") or ("", 0)
    return is_loopback(host)


def _unauthorized() -> GatewayError:
    return GatewayError(
        401,
        "UNAUTHORIZED",
        "The bearer key is missing or wrong. Send the gateway's key as 'Authorization: Bearer KEY'",
        headers={"www-authenticate": "Bearer"},
    )
