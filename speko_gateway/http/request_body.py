"""From a request's bytes to a checked model, or an error that names the field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails
from starlette.types import Receive

from speko_client.models import CompleteRequest
from speko_gateway.errors import GatewayError, invalid
from speko_gateway.http.caller import CallerGone

MAX_BODY_BYTES = 2 * 1024 * 1024

ModelT = TypeVar("ModelT", bound=BaseModel)


def _whole(value: object) -> object:
    """100.0 is the whole number 100 to JSON, though not to a strict Python check."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class WireRequest(CompleteRequest):
    """The body of ``POST /v1/complete``, with whole numbers as JSON has them."""

    max_tokens: Annotated[int, Field(ge=1), BeforeValidator(_whole)] | None = None
    max_tool_hops: Annotated[int, Field(ge=1, le=16), BeforeValidator(_whole)] | None = None


async def read_body(receive: Receive) -> bytes:
    """The whole body; GatewayError above MAX_BODY_BYTES, CallerGone when it never comes."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerGone
        chunk: bytes = message.get("body", b"")
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise invalid(f"The body is larger than {MAX_BODY_BYTES // 1024 // 1024} MiB")
        if not message.get("more_body", False):
            return body


def parse_request(body: bytes) -> CompleteRequest:
    """The body of ``POST /v1/complete``; GatewayError where it is none."""
    return parsed(WireRequest, body)


def parsed(model: type[ModelT], body: bytes) -> ModelT:
    """Check the body as the wire has it: JSON types are not converted, names are camelCase."""
    try:
        return model.model_validate_json(body, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        raise validation_error(
            error.errors(include_url=False, include_context=False, include_input=False)
        ) from None


def validation_error(details: Sequence[ErrorDetails]) -> GatewayError:
    """The error that names every field at fault, such as ``intent.language``."""
    return invalid("; ".join(map(_sentence, details[:5])))


def _sentence(detail: ErrorDetails) -> str:
    field = ".".join(str(part) for part in detail["loc"])
    return f"{field or 'body'}: {detail['msg']}"
