"""What ``/openapi.json`` says beyond what the routes say themselves.

``/v1/complete`` is no route of FastAPI's, and every route that takes a body reads it from the bare
messages. So that route, the bodies and the headers are described here: in ``data/openapi.json``,
and from the very models that check and fill them.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from speko_client.models import (
    Attempt,
    CompleteResult,
    DemoReply,
    Drill,
    RequestConnections,
    SpekoModel,
    SweepRequest,
    WhatIf,
)
from speko_gateway.http.answers import COMPLETE_PATH
from speko_gateway.http.complete import WireRequest
from speko_gateway.routing.scores import DATA_FOLDER

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
UNKNOWN_SNAPSHOT: dict[int | str, dict[str, Any]] = {
    404: _envelope("There is no snapshot of this id")
}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """What a route says of the JSON object it takes."""
    schema = {"$ref": _REF.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


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
    described = json.loads((DATA_FOLDER / "openapi.json").read_bytes())
    complete = described["complete"]
    complete["responses"] |= {str(status): response for status, response in ERRORS.items()}
    document["paths"][COMPLETE_PATH] = {"post": complete}
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
                operation["parameters"] = [*operation.get("parameters", ()), *described["headers"]]
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    return document


def _schemas(*models: type[BaseModel]) -> dict[str, Any]:
    _, definitions = models_json_schema(
        [(model, "validation") for model in models], ref_template=_REF
    )
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas
