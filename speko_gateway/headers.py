"""A model in a header: what goes along with one request, as base64url of JSON.

The header holds for that request alone, and nothing of it is remembered. What is wrong with it is
told by the header's name and the field's, and never by quoting it: some of them hold keys.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from speko_gateway.errors import GatewayError, invalid

MAX_TOLD_BYTES = 48 * 1024
"""Where nothing else is asked for; for all of a request's headers see ``server.MAX_HEAD_BYTES``."""

M = TypeVar("M", bound=BaseModel)


def told(
    headers: Mapping[str, str], header: str, model: type[M], *, most: int = MAX_TOLD_BYTES
) -> M | None:
    """The object in this header; None where it is not sent. ``headers`` go by lower-case name.

    ``most`` bytes are taken at most. Raises GatewayError, 400, naming the header and the field.
    """
    value = headers.get(header.lower())
    if value is None:
        return None
    if len(value) > most:
        raise bad_header(header, f"it is larger than {most // 1024} KiB")
    content = _decoded(header, value)
    try:
        return model.model_validate_json(content, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise bad_header(header, f"{_place(first['loc'])}{first['msg']}") from None


def bad_header(header: str, what: str) -> GatewayError:
    """The error for a header that is no good."""
    return invalid(f"{header}: {what}")


def _decoded(header: str, value: str) -> bytes:
    bare = value.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise bad_header(header, "it is not base64url") from None


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the object; what the caller named itself is a star."""
    parts = [str(part) for part in location]
    if len(location) > 1 and isinstance(location[1], str):
        parts[1] = "*"
    return ".".join(parts) + ": " if parts else ""
