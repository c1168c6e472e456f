"""What one request brings along: vendors' keys and addresses, and the fleet it wants.

Two headers. ``X-Speko-Connections`` is base64url of a ``RequestConnections`` object, and
``X-Speko-Fleet`` is one word. Their contents live as long as the request: they are never stored,
logged or quoted, not even in an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from speko_client.models import (
    CONNECTIONS_HEADER,
    FLEET_HEADER,
    MAX_CONNECTIONS_BYTES,
    FleetChoice,
    RequestConnections,
    VendorCredentials,
)
from speko_gateway.candidates import is_model_id
from speko_gateway.errors import invalid
from speko_gateway.headers import bad_header, read_header
from speko_gateway.providers.vendors.catalogue import VENDORS

_CONNECTIONS, _FLEET = CONNECTIONS_HEADER.lower(), FLEET_HEADER.lower()
_CUSTOM_ID = re.compile(r"custom(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class FleetRequest:
    """What one request asks for. ``public_only``: its own addresses must be public ones."""

    fleet: FleetChoice | None = None
    vendors: Mapping[str, VendorCredentials] = field(default_factory=dict)
    public_only: bool = False


def fleet_request_in(headers: Mapping[str, str]) -> FleetRequest | None:
    """What these headers (names in lower case) ask for; None where they hold neither.

    Raises GatewayError, 400, naming the header and never quoting it.
    """
    brought, fleet = headers.get(_CONNECTIONS), headers.get(_FLEET)
    if brought is None and fleet is None:
        return None
    found = _connections(headers) or RequestConnections()
    return FleetRequest(_fleet(fleet), found.vendors, found.public_only)


def _fleet(value: str | None) -> FleetChoice | None:
    for choice in get_args(FleetChoice):
        if choice == value:
            return choice  # type: ignore[no-any-return]
    if value is None:
        return None
    raise invalid(f"{FLEET_HEADER}: it takes {', '.join(get_args(FleetChoice))}")


def _connections(headers: Mapping[str, str]) -> RequestConnections | None:
    found = read_header(headers, CONNECTIONS_HEADER, RequestConnections, most=MAX_CONNECTIONS_BYTES)
    if found is not None:
        for vendor, credentials in found.vendors.items():
            _check(vendor, credentials)
    return found


def _check(vendor: str, credentials: VendorCredentials) -> None:
    if vendor not in VENDORS and not _CUSTOM_ID.fullmatch(vendor):
        raise bad_header(
            CONNECTIONS_HEADER,
            "vendors: an id is one of the catalogue's, or custom-NAME in small letters and digits",
        )
    if not all(map(is_model_id, credentials.models or ())):
        raise bad_header(
            CONNECTIONS_HEADER,
            "vendors.*.models: a model's id is empty, or has characters that none has",
        )
