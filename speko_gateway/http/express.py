"""The short way for completions: past the framework's layers, through the gateway's own.

Routing, dependencies and exit stacks cost as much processor time as asking a vendor does, and a
completion uses none of them: it reads its body and writes its answer on the bare messages. So the
same layers that stand around every other route (error envelope, observer, bearer check) stand
around it once more here, with nothing between them. The framework keeps the route as well, for the
other methods of its path and for the OpenAPI document.
"""

from __future__ import annotations

from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from speko_gateway.http.auth import BearerAuth
from speko_gateway.http.metrics import Metrics
from speko_gateway.http.observing import Observer, is_completion


class Express:
    """``app`` with a short way to its completions."""

    def __init__(self, app: ASGIApp, completions: ASGIApp) -> None:
        self._app = app
        self._completions = completions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's message loop."""
        answer = self._completions if is_completion(scope) else self._app
        await answer(scope, receive, send)


def layered(
    completions: ASGIApp, key: str, metrics: Metrics, on_error: ExceptionHandler
) -> ASGIApp:
    """``completions`` within the layers that every route has, in the same order."""
    guarded = BearerAuth(completions, key)
    return ServerErrorMiddleware(Observer(guarded, metrics), handler=on_error)
