"""From a request's bytes to a checked ``CompleteRequest``, or an error that names the field."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.types import Receive

from speko_client.models import CompleteRequest
from speko_gateway.caller import CallerGone
from speko_gateway.errors import GatewayError, invalid

MAX_BODY_BYTES = 2 * 1024 * 1024


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
    """Check the body as the wire has it: JSON types are not converted, names are camelCase."""
    try:
        return CompleteRequest.model_validate_json(body, strict=True, by_alias=True, by_name=False)
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
