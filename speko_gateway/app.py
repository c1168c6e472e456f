"""The gateway's routes, its bearer check and its error envelope."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from speko_client.models import (
    LANGUAGE_PATTERN,
    Fleet,
    KnownProviders,
    OptimizeFor,
    Region,
    RoutingIntent,
    RoutingPreview,
    Vertical,
)
from speko_gateway.answers import wire
from speko_gateway.auth import BearerAuth
from speko_gateway.candidates import Selection
from speko_gateway.complete import CompleteAnswer
from speko_gateway.errors import GatewayError
from speko_gateway.gateway import Gateway
from speko_gateway.openapi import COMPLETE_DOC, ERRORS, describe
from speko_gateway.previews import preview_body
from speko_gateway.request_body import validation_error

_CODES = {400: "VALIDATION_ERROR", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


def create_app(gateway: Gateway, key: str) -> FastAPI:
    """The ASGI application; ``key`` is what callers must send as their bearer token."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        yield
        await gateway.fleet.close()

    app = FastAPI(
        title="Speko Playground gateway",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.add_middleware(BearerAuth, key=key)
    _add_routes(app, gateway)
    _add_error_envelope(app)
    describe(app)
    return app


def _add_routes(app: FastAPI, gateway: Gateway) -> None:
    @app.post("/v1/complete", response_class=Response, **COMPLETE_DOC)
    async def complete(_request: Request) -> Response:
        """Run one completion: the router picks, failover follows where a candidate fails."""
        return CompleteAnswer(gateway)

    @app.get("/v1/routing/preview", response_model=RoutingPreview, responses=ERRORS)
    async def preview(
        language: Annotated[str, Query(pattern=LANGUAGE_PATTERN)],
        vertical: Vertical = "general",
        region: Region = "global",
        optimize_for: OptimizeFor = "balanced",
        allowed_provider: Annotated[list[str] | None, Query()] = None,
    ) -> Response:
        """Who would answer this intent, and why; nothing is run."""
        intent = RoutingIntent(
            language=language, vertical=vertical, region=region, optimize_for=optimize_for
        )
        allowed = None if allowed_provider is None else Selection.of(allowed_provider)
        return JSONResponse(preview_body(gateway.ranking(intent, allowed), gateway.fleet))

    @app.get("/v1/providers/known", response_model=KnownProviders, responses=ERRORS)
    async def known() -> Response:
        """Who can be put on an allow-list: a row per vendor, and one per model of it."""
        rows = gateway.fleet.known(gateway.snapshot)
        return JSONResponse(
            {"stt": [], "tts": [], "llm": [{"model": None, **wire(row)} for row in rows]}
        )

    @app.get("/v1/fleet", response_model=Fleet, responses=ERRORS)
    async def fleet() -> Response:
        """What answers here: the demo fleet or live providers, and which scores rank them."""
        return JSONResponse(wire(gateway.info()))

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Whether the gateway is up; needs no key."""
        return {"status": "ok"}


def _add_error_envelope(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def invalid_query(_request: Request, error: RequestValidationError) -> Response:
        return _envelope(validation_error(error.errors()))

    @app.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> Response:
        code = _CODES.get(error.status_code, "HTTP_ERROR")
        headers = dict(error.headers or {})
        return _envelope(GatewayError(error.status_code, code, error.detail, headers=headers))

    @app.exception_handler(Exception)
    async def internal_error(_request: Request, _error: Exception) -> Response:
        return _envelope(GatewayError(500, "INTERNAL_ERROR", "The gateway failed; see its log"))


def _envelope(error: GatewayError) -> Response:
    return JSONResponse(error.body(), error.status, error.headers)
