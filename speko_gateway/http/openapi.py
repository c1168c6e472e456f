"""What ``/openapi.json`` says beyond what the routes say themselves.

``/v1/complete`` writes its answer on the bare wire, and every route that takes a body reads it
there, so the bodies, the two answer forms and the headers are described here, from the very models
that check and fill them.
"""

from __future__ import annotations

from typing import Any, get_args

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from speko_client.models import (
    CONNECTIONS_HEADER,
    DRILL_HEADER,
    FLEET_HEADER,
    MAX_CONNECTIONS_BYTES,
    OUTAGE_HEADER,
    REPLY_HEADER,
    WHAT_IF_HEADER,
    Attempt,
    CompleteResult,
    DemoReply,
    Drill,
    FleetChoice,
    RequestConnections,
    SpekoModel,
    SweepRequest,
    WhatIf,
)
from speko_gateway.headers import MAX_TOLD_BYTES
from speko_gateway.http.request_body import WireRequest

_REF = "#/components/schemas/{model}"


class ErrorEnvelope(SpekoModel):
    """Every error's body; ``attempts`` (an extension) lists what was tried."""

    error: str
    code: str
    attempts: list[Attempt] | None = None


class VendorQuestion(SpekoModel):
    """Which vendor to ask, by its id."""

    vendor: str


ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorEnvelope, "description": "The request is invalid; names the field"},
    401: {"model": ErrorEnvelope, "description": "The bearer key is missing or wrong"},
}

UNKNOWN_VENDOR: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorEnvelope, "description": "There is no vendor of this id"}
}

_FAILED = {"model": ErrorEnvelope, "description": "No provider is available, or all failed"}


def _header(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "required": True, "schema": schema}


def _told(model: str, form: str) -> dict[str, Any]:
    """A header that holds this model."""
    return {
        "type": "string",
        "format": form,
        "contentEncoding": "base64url",
        "contentMediaType": "application/json",
        "contentSchema": {"$ref": _REF.format(model=model)},
    }


_TEXT = {"type": "string"}

_ANSWER: dict[str, Any] = {
    "description": "The answer, in the form the caller asks for or its SDK's generation reads",
    "content": {
        "application/json": {"schema": {"$ref": _REF.format(model="CompleteResult")}},
        "text/event-stream": {
            "schema": {
                "type": "string",
                "description": "meta, then delta and tool_call, then done or error",
            }
        },
    },
    "headers": {
        "X-Speko-Provider": _header("Who answered", _TEXT),
        "X-Speko-Model": _header("Which model of it", _TEXT),
        "X-Speko-Failover-Count": _header(
            "How many candidates failed before", {"type": "integer", "minimum": 0}
        ),
        "X-Speko-Scores-Run-Id": _header("The snapshot it was ranked by", _TEXT),
        "X-Speko-Simulated": _header(
            "Whether no vendor's model answered", {"type": "string", "enum": ["true", "false"]}
        ),
    },
}

_PAUSED: dict[str, Any] = {
    "model": ErrorEnvelope,
    "description": "Every provider that could answer asked for a pause",
    "headers": {
        "Retry-After": _header("Seconds until one is back", {"type": "integer", "minimum": 1})
    },
}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """What a route says of the JSON object it takes."""
    schema = {"$ref": _REF.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


COMPLETE_DOC: dict[str, Any] = {
    "responses": {200: _ANSWER, **ERRORS, 429: _PAUSED, 500: _FAILED},
    "openapi_extra": {
        **body_of(WireRequest),
        "parameters": [
            {
                "name": OUTAGE_HEADER,
                "in": "header",
                "required": False,
                "description": "Demo fleet only: vendor or vendor:model, comma separated, to fail",
                "schema": {"type": "string"},
            },
            {
                "name": "x-session-id",
                "in": "header",
                "required": False,
                "description": "The caller's own name for the session",
                "schema": {"type": "string"},
            },
            {
                "name": DRILL_HEADER,
                "in": "header",
                "required": False,
                "description": "Faults to inject into this request, where drills are taken (see "
                f"/v1/fleet): base64url of a Drill object, at most {MAX_TOLD_BYTES // 1024} KiB",
                "schema": _told("Drill", "speko-drill"),
            },
            {
                "name": REPLY_HEADER,
                "in": "header",
                "required": False,
                "description": "What the demo fleet is to say, scripted: base64url of a DemoReply "
                "object; nobody else heeds it",
                "schema": _told("DemoReply", "speko-reply"),
            },
        ],
    },
}


_REQUEST_HEADERS: list[dict[str, Any]] = [
    {
        "name": CONNECTIONS_HEADER,
        "in": "header",
        "required": False,
        "description": "Vendors' keys and addresses for this request alone: base64url (padding or "
        f"not) of a RequestConnections object, at most {MAX_CONNECTIONS_BYTES // 1024} KiB",
        "schema": _told("RequestConnections", "speko-connections"),
    },
    {
        "name": WHAT_IF_HEADER,
        "in": "header",
        "required": False,
        "description": "Scores tried on top of the server's own for this request alone: base64url "
        f"(padding or not) of a WhatIf object, at most {MAX_TOLD_BYTES // 1024} KiB",
        "schema": _told("WhatIf", "speko-what-if"),
    },
    {
        "name": FLEET_HEADER,
        "in": "header",
        "required": False,
        "description": "The fleet that answers this request; auto: the live one where a vendor is "
        "connected for it, else the demo fleet",
        "schema": {"type": "string", "enum": list(get_args(FleetChoice))},
    },
]


def describe(app: FastAPI) -> None:
    """Make ``/openapi.json`` complete and true."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        separate_input_output_schemas=False,
    )
    components = document.setdefault("components", {})
    components["schemas"] = (
        _schemas(
            WireRequest,
            SweepRequest,
            VendorQuestion,
            CompleteResult,
            RequestConnections,
            WhatIf,
            Drill,
            DemoReply,
        )
        | components["schemas"]
    )
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            # The framework assumes its own 422, which no route answers here.
            operation["responses"].pop("422", None)
            operation["security"] = [{"bearer": []}] if path.startswith("/v1/") else []
            if path.startswith("/v1/"):
                operation.setdefault("parameters", []).extend(_REQUEST_HEADERS)
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    return document


def _schemas(*models: type[BaseModel]) -> dict[str, Any]:
    _, definitions = models_json_schema(
        [(model, "validation") for model in models], ref_template=_REF
    )
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas
