"""What ``/openapi.json`` says beyond what the routes say themselves.

``/v1/complete`` is no route of FastAPI's, and every route that takes a body reads it from the bare
messages. So that route, the bodies and the headers are described here, from the very models that
check and fill them.
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
from speko_gateway.headers import MAX_HEADER_BYTES
from speko_gateway.http.answers import COMPLETE_PATH
from speko_gateway.http.complete import WireRequest

_REF = "#/components/schemas/{model}"


class ErrorEnvelope(SpekoModel):
    """Every error's body; ``attempts`` (an extension) lists what was tried."""

    error: str
    code: str
    attempts: list[Attempt] | None = None


class VendorQuestion(SpekoModel):
    """Which vendor to ask, by its id."""

    vendor: str


def _envelope(description: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model="ErrorEnvelope")}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


ERRORS: dict[int | str, dict[str, Any]] = {
    400: _envelope("The request is invalid; names the field"),
    401: _envelope("The bearer key is missing or wrong"),
}
UNKNOWN_VENDOR: dict[int | str, dict[str, Any]] = {404: _envelope("There is no vendor of this id")}


def _header(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "required": True, "schema": schema}


def _encoded(model: str, form: str) -> dict[str, Any]:
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

_PAUSED = _envelope("Every provider that could answer asked for a pause") | {
    "headers": {
        "Retry-After": _header("Seconds until one is back", {"type": "integer", "minimum": 1})
    }
}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """What a route says of the JSON object it takes."""
    schema = {"$ref": _REF.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _request_header(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": schema,
    }


_COMPLETE: dict[str, Any] = {
    "summary": "Complete",
    "description": "Run one completion: the router picks, failover follows where a candidate "
    "fails.",
    "operationId": "complete_v1_complete_post",
    **body_of(WireRequest),
    "parameters": [
        _request_header(
            OUTAGE_HEADER,
            "Demo fleet only: vendor or vendor:model, comma separated, to fail",
            _TEXT,
        ),
        _request_header("x-session-id", "The caller's own name for the session", _TEXT),
        _request_header(
            DRILL_HEADER,
            "Faults to inject into this request, where drills are taken (see /v1/fleet): "
            f"base64url of a Drill object, at most {MAX_HEADER_BYTES // 1024} KiB",
            _encoded("Drill", "speko-drill"),
        ),
        _request_header(
            REPLY_HEADER,
            "What the demo fleet is to say, scripted: base64url of a DemoReply object; other "
            "providers ignore it",
            _encoded("DemoReply", "speko-reply"),
        ),
    ],
    "responses": {
        "200": _ANSWER,
        **{str(status): response for status, response in ERRORS.items()},
        "429": _PAUSED,
        "500": _envelope("No provider is available, or all failed"),
    },
}

_REQUEST_HEADERS: list[dict[str, Any]] = [
    _request_header(
        CONNECTIONS_HEADER,
        "Vendors' keys and addresses for this request alone: base64url (padding or not) of a "
        f"RequestConnections object, at most {MAX_CONNECTIONS_BYTES // 1024} KiB",
        _encoded("RequestConnections", "speko-connections"),
    ),
    _request_header(
        WHAT_IF_HEADER,
        "Scores tried on top of the server's own for this request alone: base64url (padding or "
        f"not) of a WhatIf object, at most {MAX_HEADER_BYTES // 1024} KiB",
        _encoded("WhatIf", "speko-what-if"),
    ),
    _request_header(
        FLEET_HEADER,
        "The fleet that answers this request; auto: the live one where a vendor is connected for "
        "it, else the demo fleet",
        {"type": "string", "enum": list(get_args(FleetChoice))},
    ),
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
    document["paths"][COMPLETE_PATH] = {"post": _COMPLETE}
    components = document.setdefault("components", {})
    components["schemas"] = (
        _schemas(
            ErrorEnvelope,
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
                operation["parameters"] = [*operation.get("parameters", ()), *_REQUEST_HEADERS]
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    return document


def _schemas(*models: type[BaseModel]) -> dict[str, Any]:
    _, definitions = models_json_schema(
        [(model, "validation") for model in models], ref_template=_REF
    )
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas
