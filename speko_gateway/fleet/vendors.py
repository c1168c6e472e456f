"""The live vendors of one request: those of the environment, and those it brings along.

A request says in two headers what it brings. ``X-Speko-Connections`` is base64url of a
``RequestConnections`` object, and ``X-Speko-Fleet`` is one word. Their contents live as long as the
request: they are never stored, logged or quoted, not even in an error. A key that comes with a
request goes nowhere but to its vendor, and a key from the environment never goes to an address that
came with a request.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
from speko_gateway.providers.vendors.catalogue import VENDORS, compatible
from speko_gateway.providers.vendors.habits import ServerMemory
from speko_gateway.providers.vendors.live import LiveProvider, Today, utc_today
from speko_gateway.providers.vendors.upstream import Upstream
from speko_gateway.providers.vendors.vendor_lists import ListName, VendorLists

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


@dataclass(frozen=True, slots=True)
class Vendors:
    """The live vendors that are connected, by id.

    ``brought`` are those whose credentials came with the request. ``names`` tells a caller's own
    connections from anybody else's, by vendor: a salted hash of key and address. ``private_urls``
    says whether private addresses may be called that the environment does not name. ``models`` are
    those that the environment names in place of a vendor's own, with its key or without.
    ``memory`` is what servers were found to take, whoever asked them; ``today`` is the date.
    ``lists`` are what vendors list themselves.
    """

    connected: Mapping[str, LiveProvider]
    upstream: Upstream
    public: Upstream
    private_urls: bool
    salt: bytes = field(repr=False)
    brought: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    memory: ServerMemory = field(default_factory=ServerMemory)
    today: Today = utc_today
    lists: VendorLists = field(default_factory=lambda: VendorLists(asking=False))

    def of(self, asked: FleetRequest) -> Vendors:
        """With what this request brings along. GatewayError, 400, where that is not whole."""
        rules = replace(self, private_urls=self.private_urls and not asked.public_only)
        if not asked.vendors:
            return rules
        made = {
            vendor: rules._with_credentials(vendor, each) for vendor, each in asked.vendors.items()
        }
        usable = {vendor: provider for vendor, provider in made.items() if not provider.lacks_key}
        own = {vendor: each for vendor, each in self.connected.items() if vendor not in made}
        joined = replace(
            rules,
            connected={**own, **usable},
            brought=frozenset(usable),
            names=rules._connection_names(usable, asked.vendors),
        )
        joined.want_lists()
        return joined

    def provider(self, vendor: str) -> LiveProvider | None:
        """A vendor, connected or not; None where there is none of this id."""
        if (found := self.connected.get(vendor)) is not None or vendor not in VENDORS:
            return found
        return self._unconnected(vendor)

    def all(self) -> dict[str, LiveProvider]:
        """The whole catalogue, and after it every other vendor that is connected."""
        catalogue = {vendor: self._unconnected(vendor) for vendor in VENDORS}
        return {**catalogue, **self.connected}

    def listed(self, vendor: str) -> frozenset[str] | None:
        """The models that a vendor of the catalogue lists; None where that is not known."""
        provider = self.connected[vendor]
        return self.lists.of(self._list_name(provider)) if _has_a_list(provider) else None

    def want_lists(self) -> None:
        """Have the lists that are missing or stale asked for, in the background."""
        for provider in self.connected.values() if self.lists.asking else ():
            if _has_a_list(provider):
                self.lists.want(self._list_name(provider), provider)

    async def close(self) -> None:
        """Close all connections."""
        await self.upstream.close()
        await self.public.close()

    def _with_credentials(self, vendor: str, credentials: VendorCredentials) -> LiveProvider:
        provider = self.connected.get(vendor) or self._new(vendor, credentials)
        return provider.with_credentials(
            key=_key(credentials) or None,
            base_url=credentials.base_url or None,
            models=tuple(dict.fromkeys(credentials.models)) if credentials.models else None,
            elsewhere=self._strangers(),
        )

    def _new(self, vendor: str, credentials: VendorCredentials) -> LiveProvider:
        if vendor in VENDORS:
            return self._unconnected(vendor)
        if not credentials.base_url:
            raise invalid(f"{CONNECTIONS_HEADER}: vendors.*.baseUrl: a custom server needs one")
        row = compatible(vendor, credentials.name or vendor, credentials.base_url)
        return LiveProvider(row, self._strangers(), memory=self.memory, today=self.today)

    def _unconnected(self, vendor: str) -> LiveProvider:
        # A local server's own address is a private one, which this environment has not named.
        row = VENDORS[vendor]
        way = self.upstream if row.needs_key else self._strangers()
        return LiveProvider(
            row, way, models=self.models.get(vendor), memory=self.memory, today=self.today
        )

    def _strangers(self) -> Upstream:
        """The way to addresses that are not the environment's."""
        return self.upstream if self.private_urls else self.public

    def _list_name(self, provider: LiveProvider) -> ListName:
        vendor = provider.vendor.id
        return ListName(vendor, provider.base_url, self.names.get(vendor, ""))

    def _connection_names(
        self, made: Mapping[str, LiveProvider], brought: Mapping[str, VendorCredentials]
    ) -> dict[str, str]:
        return {
            vendor: self._connection_name(provider, _key(brought[vendor]))
            for vendor, provider in made.items()
            if self._is_their_own(provider, brought[vendor])
        }

    def _is_their_own(self, provider: LiveProvider, brought: VendorCredentials) -> bool:
        """Whether its health is the caller's affair: their key, their address, or their models."""
        usual = self.provider(provider.vendor.id)
        moved = usual is None or provider.base_url != usual.base_url
        return bool(_key(brought) or moved or brought.models)

    def _connection_name(self, provider: LiveProvider, key: str) -> str:
        identity = json.dumps([provider.base_url, key]).encode()
        return hashlib.blake2b(identity, key=self.salt, digest_size=12).hexdigest()


def _has_a_list(provider: LiveProvider) -> bool:
    """Whether its own list counts beside the catalogue's: nobody has named models for it."""
    in_catalogue = bool(provider.vendor.models) and provider.vendor.id in VENDORS
    return in_catalogue and provider.named is None and provider.problem is None


def _key(credentials: VendorCredentials) -> str:
    return credentials.key.get_secret_value().strip() if credentials.key else ""
