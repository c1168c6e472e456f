"""The gateway's routes, its bearer check and its error envelope."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Generic

from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from speko_client.models import (
    LANGUAGE_PATTERN,
    Fleet,
    KnownProviders,
    OptimizeFor,
    ProvidersHealth,
    Region,
    RoutingIntent,
    RoutingPreview,
    Sweep,
    SweepRequest,
    VendorConnections,
    VendorTest,
    Vertical,
)
from speko_gateway.candidates import allow_list
from speko_gateway.errors import GatewayError, invalid
from speko_gateway.gateway import Gateway
from speko_gateway.http.answers import encode, wire
from speko_gateway.http.auth import BearerAuth
from speko_gateway.http.caller import CallerGone
from speko_gateway.http.complete import CompleteAnswer
from speko_gateway.http.express import Express, layered
from speko_gateway.http.observing import observe
from speko_gateway.http.openapi import (
    COMPLETE_DOC,
    ERRORS,
    UNKNOWN_VENDOR,
    VendorQuestion,
    body_of,
    describe,
)
from speko_gateway.http.previews import preview_body
from speko_gateway.http.refusals import headers_of
from speko_gateway.http.request_body import ModelT, parsed, read_body, validation_error
from speko_gateway.http.vendor_checks import check_vendor, vendor_connections

_CODES = {400: "VALIDATION_ERROR", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


def create_app(gateway: Gateway, key: str) -> ASGIApp:
    """The ASGI application; ``key`` is what callers must send as their bearer token."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        yield
        await gateway.close()

    app = FastAPI(
        title="Speko Playground gateway",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        # A redirect would name its target by the caller's Host, and by http:// behind a TLS proxy.
        redirect_slashes=False,
    )
    app.add_middleware(BearerAuth, key=key)
    _add_routes(app, gateway)
    _add_connections(app, gateway)
    _add_error_envelope(app)
    metrics = observe(app, gateway)
    describe(app)
    return Express(app, layered(CompleteAnswer(gateway), key, metrics, _internal_error))


class _ForRequest:
    """The gateway as the request at hand has it, with its own connections and fleet."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, request: Request) -> Gateway:
        return self._gateway.for_request(headers_of(request.scope))


class _JsonBody(Generic[ModelT]):
    """A request's body as ``model``, within the bounds and by the rules of a completion's."""

    def __init__(self, model: type[ModelT]) -> None:
        self._model = model

    async def __call__(self, request: Request) -> ModelT:
        return parsed(self._model, await read_body(request.receive))


def _add_routes(app: FastAPI, gateway: Gateway) -> None:
    own = Depends(_ForRequest(gateway))
    asked = Depends(_JsonBody(SweepRequest))

    @app.post("/v1/complete", response_class=Response, **COMPLETE_DOC)
    async def complete(_request: Request) -> Response:
        """Run one completion: the router picks, failover follows where a candidate fails."""
        # Express answers before it gets here; this is for OpenAPI, and for other methods' 405.
        return CompleteAnswer(gateway)

    @app.get("/v1/routing/preview", response_model=RoutingPreview, responses=ERRORS)
    async def preview(
        language: Annotated[str, Query(pattern=LANGUAGE_PATTERN)],
        vertical: Vertical = "general",
        region: Region = "global",
        optimize_for: OptimizeFor = "balanced",
        allowed_provider: Annotated[list[str] | None, Query()] = None,
        weight_lines: bool = False,
        here: Gateway = own,
    ) -> Response:
        """Who would answer this intent, and why; nothing is run."""
        intent = RoutingIntent(
            language=language, vertical=vertical, region=region, optimize_for=optimize_for
        )
        ranking = here.ranking(intent, allow_list(allowed_provider))
        body = preview_body(ranking, here.fleet, here.snapshot, with_lines=weight_lines)
        return JSONResponse(body)

    @app.post(
        "/v1/routing/sweep",
        response_model=Sweep,
        responses=ERRORS,
        openapi_extra=body_of(SweepRequest),
    )
    async def sweep(request: SweepRequest = asked, here: Gateway = own) -> Response:
        """Who would answer each combination of these; nothing is run."""
        return Response(encode(wire(here.sweep(request))), media_type="application/json")

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

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Whether the gateway is up; needs no key."""
        return {"status": "ok"}


def _add_connections(app: FastAPI, gateway: Gateway) -> None:
    own = Depends(_ForRequest(gateway))
    asked = Depends(_JsonBody(VendorQuestion))

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


def _add_error_envelope(app: FastAPI) -> None:
    @app.exception_handler(GatewayError)
    async def refused(_request: Request, error: GatewayError) -> Response:
        return _envelope(error)

    @app.exception_handler(CallerGone)
    async def gone(_request: Request, _error: CallerGone) -> Response:
        # Nobody reads it; it is for the log.
        return _envelope(invalid("The body broke off"))

    @app.exception_handler(RequestValidationError)
    async def invalid_query(_request: Request, error: RequestValidationError) -> Response:
        return _envelope(validation_error(error.errors()))

    @app.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> Response:
        code = _CODES.get(error.status_code, "HTTP_ERROR")
        headers = dict(error.headers or {})
        return _envelope(GatewayError(error.status_code, code, error.detail, headers=headers))

    app.add_exception_handler(Exception, _internal_error)


async def _internal_error(_request: Request, _error: Exception) -> Response:
    return _envelope(GatewayError(500, "INTERNAL_ERROR", "The gateway failed; see its log"))


def _envelope(error: GatewayError) -> Response:
    return JSONResponse(error.body(), error.status, error.headers)
