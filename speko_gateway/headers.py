"""A model in a header: what comes with one request, as base64url of JSON.

It holds for that request alone and is not stored. An error names the header and the field, and
never quotes the value: some headers hold keys.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from speko_gateway.errors import GatewayError, invalid

MAX_HEADER_BYTES = 48 * 1024
"""The default for one header; for all headers together see ``server.MAX_HEAD_BYTES``."""

M = TypeVar("M", bound=BaseModel)


def read_header(
    headers: Mapping[str, str], header: str, model: type[M], *, most: int = MAX_HEADER_BYTES
) -> M | None:
    """The object in this header; None where it is absent. ``headers`` have lower-case names.

    Takes at most ``most`` bytes. Raises GatewayError, 400, naming the header and the field.
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
    """The error for a header that cannot be used."""
    return invalid(f"{header}: {what}")


def _decoded(header: str, value: str) -> bytes:
    bare = value.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise bad_header(header, "it is not base64url") from None


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the object; a name that the caller chose is shown as a star."""
    parts = [str(part) for part in location]
    if len(location) > 1 and isinstance(location[1], str):
        parts[1] = "*"
    return ".".join(parts) + ": " if parts else ""
