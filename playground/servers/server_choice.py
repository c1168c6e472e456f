"""What a browser session has chosen: the server, vendors' keys, servers of its own. Pure.

What a person types into a connection's form becomes a part of the choice, or is refused.

A choice lives in the session's memory and nowhere else. It becomes a ``Connection`` anew for every
run of a page, and every address in it is checked each time (see ``address_guard``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from pydantic import SecretStr

from playground.found import Found
from playground.servers import connection as connections
from playground.servers.address_guard import (
    AddressRefusedError,
    NotUsableError,
    checked_address,
    checked_base_url,
)
from playground.servers.connection import Connection, connections_header
from playground.settings import Settings
from speko_client.base_urls import DialectName
from speko_client.model_ids import chat_models, usable_models
from speko_client.models import MAX_CONNECTIONS_BYTES, FleetChoice, VendorCredentials

ServerKind = Literal["gateway", "speko", "other"]

CUSTOM = "custom-"
"""The ids of servers that are not in the gateway's catalogue begin with this."""
MOST_MODELS = 100
"""Models of one server that can be offered to the router."""
OFFERED_AT_FIRST = 20
"""Models of a server's own list that are offered where the person named none."""

_SENDABLE = re.compile(r"[\x21-\x7e]{1,4096}")


@dataclass(frozen=True, slots=True)
class OtherServer:
    """A server by its address; ``key`` None where it needs none."""

    base_url: str
    key: SecretStr | None = None
    takes_vertical: bool = False


@dataclass(frozen=True, slots=True)
class ServerChoice:
    """``kind`` None: as the environment says. ``fleet`` None: as the gateway was started.

    ``scores`` is the id of the snapshot to rank by, None for the gateway's own.
    """

    kind: ServerKind | None = None
    speko_key: SecretStr | None = None
    other: OtherServer | None = None
    vendors: Mapping[str, VendorCredentials] = field(default_factory=dict)
    fleet: FleetChoice | None = None
    scores: str | None = None
    answered: frozenset[str] = frozenset()

    def with_vendor(self, vendor: str, credentials: VendorCredentials) -> ServerChoice:
        """With these credentials for one vendor, in place of earlier ones.

        With another key or at another address it has not answered yet.
        """
        before = self.vendors.get(vendor)
        same = before and (before.key, before.base_url) == (credentials.key, credentials.base_url)
        answered = self.answered if same else self.answered - {vendor}
        return replace(self, vendors={**self.vendors, vendor: credentials}, answered=answered)

    def without_vendor(self, vendor: str) -> ServerChoice:
        """Without this session's own credentials for one vendor."""
        kept = {name: each for name, each in self.vendors.items() if name != vendor}
        return replace(self, vendors=kept, answered=self.answered - {vendor})

    def with_answer_of(self, vendor: str) -> ServerChoice:
        """With this vendor in use, as its credentials have been tried and it has answered."""
        return replace(self, answered=self.answered | {vendor})

    def without_server(self, kind: ServerKind) -> ServerChoice:
        """Without this session's key or address for a server; the environment decides again."""
        forgotten = replace(self, speko_key=None) if kind == "speko" else replace(self, other=None)
        return replace(forgotten, kind=None) if self.kind == kind else forgotten


@dataclass(frozen=True, slots=True)
class Typed:
    """A form's fields, empty where the form lacks them. ``models`` are separated by commas."""

    name: str = ""
    base_url: str = ""
    key: SecretStr | None = None
    models: str = ""
    takes_vertical: bool = False


def environment_kind(settings: Settings) -> ServerKind:
    """The server that the environment names."""
    found = connections.configured(settings)
    if found is None:
        return "gateway"
    return "speko" if found == connections.hosted(found.key) else "other"


def kind_in_force(choice: ServerChoice, settings: Settings) -> ServerKind:
    """The server that is talked to."""
    return choice.kind or environment_kind(settings)


def chosen_server(
    choice: ServerChoice, settings: Settings, kind: ServerKind, *, private_allowed: bool
) -> Connection | None:
    """The connection to a server other than the gateway; None where its key or address is missing.

    Raises AddressRefusedError where the session's own address must not be called. The owner's
    address, from the environment, always may.
    """
    if kind == "speko" and choice.speko_key is not None:
        return replace(connections.hosted(choice.speko_key), own=True)
    if kind == "other" and choice.other is not None:
        server = choice.other
        url = checked_address(server.base_url, private_allowed=private_allowed)
        found = connections.other(
            url,
            server.key,
            takes_vertical=server.takes_vertical,
            public_only=not private_allowed,
        )
        return replace(found, own=True)
    configured = connections.configured(settings)
    return configured if kind == environment_kind(settings) else None


def usable_vendors(choice: ServerChoice, *, private_allowed: bool) -> dict[str, VendorCredentials]:
    """The credentials of those who have answered, and whose address may be called.

    The others are not sent: one of them alone would make the fleet a live one.
    """
    return {
        name: each
        for name, each in choice.vendors.items()
        if name in choice.answered
        and address_problem(each.base_url, private_allowed=private_allowed) is None
    }


def address_problem(base_url: str | None, *, private_allowed: bool) -> str | None:
    """Why a vendor's address must not be called; None where it may be, or where none is named."""
    if base_url is None:
        return None
    address, _, _ = base_url.partition("?")
    look = partial(checked_address, address, private_allowed=private_allowed)
    return Found.by(look, AddressRefusedError).problem


def custom_id(name: str, taken: Mapping[str, object]) -> str:
    """The vendor id for a person's own server: ``custom-lab``, ``custom-lab-2``."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower())[:40].strip("-") or "server"
    wanted = [f"{CUSTOM}{slug}", *(f"{CUSTOM}{slug}-{count}" for count in range(2, 100))]
    return next(each for each in wanted if each not in taken)


def usable_key(typed: Typed) -> SecretStr:
    """The key, where one was typed. Raises NotUsableError."""
    key = usable_key_if_any(typed)
    if key is None:
        raise NotUsableError("Paste the key first.")
    return key


def usable_key_if_any(typed: Typed) -> SecretStr | None:
    """The key, None where none was typed. Raises NotUsableError for one that cannot be sent."""
    if typed.key is not None and not _SENDABLE.fullmatch(typed.key.get_secret_value()):
        raise NotUsableError("This has characters that no key has. Copy the key again.")
    return typed.key


def credentials(
    typed: Typed, *, needs_key: bool, private_allowed: bool, dialect: DialectName = "openai"
) -> VendorCredentials:
    """A vendor's credentials. Raises NotUsableError."""
    key = usable_key(typed) if needs_key else usable_key_if_any(typed)
    url = typed.base_url and checked_base_url(
        typed.base_url, dialect, private_allowed=private_allowed
    )
    models = dict.fromkeys(part.strip() for part in usable_models(typed.models.split(",")))
    return VendorCredentials(
        key=key,
        base_url=url or None,
        name=typed.name or None,
        models=list(models)[:MOST_MODELS] or None,
    )


def server(typed: Typed, *, private_allowed: bool) -> OtherServer:
    """Another Speko server. Raises NotUsableError."""
    url = checked_address(typed.base_url, private_allowed=private_allowed)
    return OtherServer(url, usable_key_if_any(typed), typed.takes_vertical)


def portable(choice: ServerChoice) -> ServerChoice:
    """``choice``, if it fits into one request. Raises NotUsableError where it does not."""
    if len(connections_header(choice.vendors, public_only=True)) > MAX_CONNECTIONS_BYTES:
        raise NotUsableError(
            "This is more than one request can carry. Offer fewer models, or forget a "
            "connection first."
        )
    return choice


def first_offer(listed: tuple[str, ...]) -> list[str]:
    """The first models to offer of a server's own list: those that chat, as far as names say."""
    return chat_models(listed)[:OFFERED_AT_FIRST]
