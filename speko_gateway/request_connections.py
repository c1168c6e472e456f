"""What one request brings along: vendors' keys and addresses, and the fleet it wants.

Two headers. ``X-Speko-Connections`` is base64url of a ``RequestConnections`` object, and
``X-Speko-Fleet`` is one word. What is in them lives as long as the request: it is never stored,
logged or quoted, in an error no more than anywhere else.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from pydantic import ValidationError

from speko_client.models import FleetChoice, RequestConnections, VendorCredentials
from speko_gateway.candidates import is_model_id
from speko_gateway.errors import GatewayError, invalid
from speko_gateway.providers.catalogue import VENDORS

CONNECTIONS_HEADER = "X-Speko-Connections"
FLEET_HEADER = "X-Speko-Fleet"
MAX_HEADER_BYTES = 16 * 1024

_CONNECTIONS, _FLEET = CONNECTIONS_HEADER.lower(), FLEET_HEADER.lower()
_CUSTOM_ID = re.compile(r"custom(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request asks for. ``public_only``: its own addresses must be public ones."""

    fleet: FleetChoice | None = None
    vendors: Mapping[str, VendorCredentials] = field(default_factory=dict)
    public_only: bool = False


def asked_in(headers: Mapping[str, str]) -> Asked | None:
    """What these headers (names in lower case) ask for; None where they hold neither.

    Raises GatewayError, 400, naming the header and never quoting it.
    """
    brought, fleet = headers.get(_CONNECTIONS), headers.get(_FLEET)
    if brought is None and fleet is None:
        return None
    found = RequestConnections() if brought is None else _connections(brought)
    return Asked(_fleet(fleet), found.vendors, found.public_only)


def _fleet(value: str | None) -> FleetChoice | None:
    for choice in get_args(FleetChoice):
        if choice == value:
            return choice  # type: ignore[no-any-return]
    if value is None:
        return None
    raise invalid(f"{FLEET_HEADER}: it takes {', '.join(get_args(FleetChoice))}")


def _connections(value: str) -> RequestConnections:
    if len(value) > MAX_HEADER_BYTES:
        raise _invalid(f"it is larger than {MAX_HEADER_BYTES // 1024} KiB")
    try:
        found = RequestConnections.model_validate_json(
            _decoded(value), strict=True, by_alias=True, by_name=False
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise _invalid(f"{_place(first['loc'])}{first['msg']}") from None
    for vendor, credentials in found.vendors.items():
        _check(vendor, credentials)
    return found


def _decoded(value: str) -> bytes:
    bare = value.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _invalid("it is not base64url") from None


def _check(vendor: str, credentials: VendorCredentials) -> None:
    if vendor not in VENDORS and not _CUSTOM_ID.fullmatch(vendor):
        raise _invalid(
            "vendors: an id is one of the catalogue's, or custom-NAME in small letters and digits"
        )
    if not all(map(is_model_id, credentials.models or ())):
        raise _invalid("vendors.*.models: a model's id is empty, or has characters that none has")


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the object; what the caller named itself is a star."""
    parts = [str(part) for part in location]
    return ".".join([*parts[:1], *("*" for _ in parts[1:2]), *parts[2:]]) + ": " if parts else ""


def _invalid(what: str) -> GatewayError:
    return invalid(f"{CONNECTIONS_HEADER}: {what}")
