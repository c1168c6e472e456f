"""The gateway's routes, with the bearer check and the error envelope around them.

The key is checked before everything under ``/v1``, whether a route or not. ``/metrics`` needs it
only from other machines and through proxies: Prometheus' agents usually ask from this one.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from speko_client.addresses import is_loopback
from speko_client.models import (
    SCORES_HEADER,
    WHAT_IF_HEADER,
    Fleet,
    KnownProviders,
    ProvidersHealth,
    RoutingPreview,
    ScoresList,
    ScoresRows,
    Sweep,
    SweepRequest,
    VendorConnections,
    VendorTest,
)
from speko_gateway.errors import GatewayError, invalid
from speko_gateway.gateway import Gateway
from speko_gateway.http.answers import COMPLETE_PATH, encode, headers_of, refuse, wire
from speko_gateway.http.complete import (
    CompleteAnswer,
    ModelT,
    parsed,
    read_body,
    validation_error,
)
from speko_gateway.http.leaving import CallerGone
from speko_gateway.http.observing import CONTENT_TYPE, METRICS_PATH, Metrics, Observer
from speko_gateway.http.openapi import (
    ERRORS,
    UNKNOWN_SNAPSHOT,
    UNKNOWN_VENDOR,
    VendorQuestion,
    body_of,
    describe,
)
from speko_gateway.http.preview import PreviewQuery, previewed
from speko_gateway.http.scores import scores_rows
from speko_gateway.http.vendor_checks import check_vendor, vendor_connections

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d+)?")
_CODES = {400: "VALIDATION_ERROR", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


def create_app(gateway: Gateway, key: str) -> ASGIApp:
    """The ASGI application; ``key`` is what callers must send as their bearer token.

    Completions have a route of their own before FastAPI: they read and write the bare messages, and
    its dependencies and exit stacks would cost as much processor time as asking a vendor does.
    """

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncGenerator[None]:
        async with gateway.running():
            yield

    metrics = Metrics(gateway.candidates(), gateway.health.report)
    others = _other_routes(gateway, metrics)
    routes = Router(
        [Route(COMPLETE_PATH, CompleteAnswer(gateway))],
        redirect_slashes=False,
        default=others,
        lifespan=lifespan,
    )
    paths = [COMPLETE_PATH, *(getattr(each, "path", "") for each in others.routes)]
    return ServerErrorMiddleware(
        Observer(BearerAuth(routes, key), metrics, paths), handler=_internal_error
    )


def _other_routes(gateway: Gateway, metrics: Metrics) -> FastAPI:
    app = FastAPI(
        title="Speko Playground gateway",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        # A redirect would name its target by the caller's Host, and by http:// behind a TLS proxy.
        redirect_slashes=False,
        exception_handlers=_ENVELOPES,
    )
    _add_routing(app, gateway)
    _add_scores(app, gateway)
    _add_connections(app, gateway)
    _add_operation(app, metrics)
    describe(app)
    return app


def _for_request(gateway: Gateway) -> Any:
    """The gateway for one request, with the request's own connections and fleet."""

    async def here(request: Request) -> Gateway:
        own = gateway.for_request(headers_of(request.scope))
        await own.ready()
        return own

    return Depends(here)


def _json_body(model: type[ModelT]) -> Any:
    """A request's body as ``model``, read and checked as a completion's is."""

    async def body(request: Request) -> ModelT:
        return parsed(model, await read_body(request.receive))

    return Depends(body)


def _add_routing(app: FastAPI, gateway: Gateway) -> None:
    own = _for_request(gateway)
    asked = _json_body(SweepRequest)

    @app.get("/v1/routing/preview", response_model=RoutingPreview, responses=ERRORS)
    async def preview(query: Annotated[PreviewQuery, Query()], here: Gateway = own) -> Response:
        """Who would answer this intent, and why; nothing is run."""
        return JSONResponse(previewed(query, here))

    @app.post(
        "/v1/routing/sweep",
        response_model=Sweep,
        responses=ERRORS,
        openapi_extra=body_of(SweepRequest),
    )
    async def sweep(request: SweepRequest = asked, here: Gateway = own) -> Response:
        """Who would answer each combination of these; nothing is run."""
        return Response(encode(wire(await here.sweep(request))), media_type="application/json")

    @app.get("/v1/providers/known", response_model=KnownProviders, responses=ERRORS)
    async def known(here: Gateway = own) -> Response:
        """Who can be put on an allow-list: a row per vendor, and one per model of it."""
        rows = here.fleet.known(here.snapshot, here.health.unhealthy())
        return JSONResponse(
            {"stt": [], "tts": [], "llm": [{"model": None, **wire(row)} for row in rows]}
        )

    @app.get("/v1/fleet", response_model=Fleet, responses=ERRORS)
    async def fleet(here: Gateway = own) -> Response:
        """What answers here: the demo fleet or live providers, and which scores rank them."""
        return JSONResponse(wire(here.info()))


def _add_scores(app: FastAPI, gateway: Gateway) -> None:
    own = _for_request(gateway)

    @app.get("/v1/scores", response_model=ScoresList, responses=ERRORS)
    async def scores(here: Gateway = own) -> Response:
        """Every snapshot that a request may be ranked by, and files that cannot be used."""
        return JSONResponse(wire(here.scores()))

    @app.get(
        "/v1/scores/{id}",
        response_model=ScoresRows,
        responses={**ERRORS, **UNKNOWN_SNAPSHOT},
    )
    async def rows(request: Request, id: str) -> Response:
        """One snapshot, with what is known of each candidate that this request can have."""
        gateway.on_shelf.asked_for(id)
        headers = headers_of(request.scope) | {SCORES_HEADER.lower(): id}
        headers.pop(WHAT_IF_HEADER.lower(), None)
        found = await scores_rows(gateway.for_request(headers))
        return Response(encode(wire(found)), media_type="application/json")


def _add_connections(app: FastAPI, gateway: Gateway) -> None:
    own = _for_request(gateway)
    asked = _json_body(VendorQuestion)

    @app.get("/v1/connections", response_model=VendorConnections, responses=ERRORS)
    async def connections(here: Gateway = own) -> Response:
        """Every vendor: whether it is connected, by whom, and which local servers run."""
        return JSONResponse((await vendor_connections(here)).model_dump(by_alias=True))

    @app.post(
        "/v1/connections/test",
        response_model=VendorTest,
        responses={**ERRORS, **UNKNOWN_VENDOR},
        openapi_extra=body_of(VendorQuestion),
    )
    async def test(question: VendorQuestion = asked, here: Gateway = own) -> Response:
        """Ask one vendor for its models, now: whether its key and address work, and how fast."""
        return JSONResponse((await check_vendor(here, question.vendor)).model_dump(by_alias=True))

    @app.get("/v1/providers/health", response_model=ProvidersHealth, responses=ERRORS)
    async def health(here: Gateway = own) -> Response:
        """How the recent calls went, per model; those over a caller's own key for them alone."""
        return JSONResponse(here.health.report().model_dump(by_alias=True))


def _add_operation(app: FastAPI, metrics: Metrics) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Whether the gateway is up; needs no key."""
        return {"status": "ok"}

    @app.get(METRICS_PATH, include_in_schema=False)
    async def scrape() -> Response:
        """The counts, in the text format that Prometheus reads."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)


async def _refused(_request: Request, error: GatewayError) -> Response:
    return JSONResponse(error.body(), error.status, error.headers)


async def _caller_gone(request: Request, _error: CallerGone) -> Response:
    # Nobody reads it; it is for the log.
    return await _refused(request, invalid("The body broke off"))


async def _invalid_query(request: Request, error: RequestValidationError) -> Response:
    return await _refused(request, validation_error(error.errors()))


async def _http_error(request: Request, error: HTTPException) -> Response:
    code = _CODES.get(error.status_code, "HTTP_ERROR")
    headers = dict(error.headers or {})
    return await _refused(
        request, GatewayError(error.status_code, code, error.detail, headers=headers)
    )


async def _internal_error(request: Request, _error: Exception) -> Response:
    failed = GatewayError(500, "INTERNAL_ERROR", "The gateway failed; see its log")
    return await _refused(request, failed)


_ENVELOPES: dict[Any, Any] = {
    GatewayError: _refused,
    CallerGone: _caller_gone,
    RequestValidationError: _invalid_query,
    HTTPException: _http_error,
    Exception: _internal_error,
}
"""Every error as the flat envelope."""


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
    """Whether the caller is on this machine, and calls the gateway by a name of this machine.

    A web page that reaches it by a name of its own (DNS rebinding) does not, and a proxy on this
    machine stands for somebody who may be anywhere.
    """
    caller, _ = scope.get("client") or ("", 0)
    headers = dict(scope["headers"])
    called = _HOST.fullmatch(headers.get(b"host", b"").decode("latin-1").lower())
    proxied = any(name == b"via" or name.startswith(b"x-forwarded-") for name in headers)
    return is_loopback(caller) and not proxied and bool(called and is_loopback(called["name"]))


def _unauthorized() -> GatewayError:
    return GatewayError(
        401,
        "UNAUTHORIZED",
        "The bearer key is missing or wrong. Send the gateway's key as 'Authorization: Bearer KEY'",
        headers={"www-authenticate": "Bearer"},
    )
