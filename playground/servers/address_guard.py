"""Whether a visitor's own base URL may be called from here. Pure, except for the resolver.

A playground that others can reach must not become their way to what only its host can reach:
loopback, private networks, link-local addresses (where clouds keep their credentials). So there
a host is judged by what it resolves to, whatever its notation: every address it has must be a
public one. This is checked when an address is saved, and again each time it is used.

Covered: names, decimal, hex and octal notations (the system's resolver reads them, here as at the
connection), IPv6 with an IPv4 address inside, names with one public and one private address, a
name that points to a private address only after it was saved. Redirects are never followed. A name
whose answer changes between this look-up and the connection (DNS rebinding) leads nowhere: whoever
connects checks once more, with the very address it connects to. For vendors that is the gateway,
for another Speko server the client (``public_only``). Both connect without a proxy: what that
connects to, only the proxy knows (docs/decisions/06-visitors-addresses.md).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from speko_client.addresses import AllowPrivate, is_loopback, is_public
from speko_client.base_urls import BaseUrlError, DialectName, read_base_url
from speko_client.server import DEFAULT_TIMEOUT, Server

Resolve = Callable[[str, int], Iterable[str]]

_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+")
_PORTS = {"http": 80, "https": 443}


class NotUsableError(ValueError):
    """Something typed cannot be used; its text says what to correct, and quotes no key."""


class AddressRefusedError(NotUsableError):
    """What was typed is no address, or one that must not be called from here."""


def resolved(host: str, port: int) -> list[str]:
    """The addresses the system would connect to. Raises OSError where there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def checked_address(url: str, *, private_allowed: bool, resolve: Resolve = resolved) -> str:
    """``url`` in one plain notation, the same to all parsers. Raises AddressRefusedError."""
    try:
        plain = Server.checked(None, url, DEFAULT_TIMEOUT, keyless=True).base_url
    except ValueError:
        raise AddressRefusedError(
            "This address cannot be called: it must begin with http:// or https://, name a host, "
            "and have no user, query or fragment."
        ) from None
    parts = urlsplit(plain)
    host = (parts.hostname or "").lower()
    if not _HOST.fullmatch(host):
        raise AddressRefusedError(
            "The host in this address contains characters that a host name cannot have."
        )
    if not private_allowed:
        _refuse_private(host, parts.port or _PORTS[parts.scheme], resolve)
    return plain


def checked_base_url(
    url: str, dialect: DialectName, *, private_allowed: bool, resolve: Resolve = resolved
) -> str:
    """A model server's base URL in its plain form. Raises AddressRefusedError."""
    try:
        plain = read_base_url(url, dialect)
    except BaseUrlError as error:
        clause = str(error)
        raise AddressRefusedError(f"{clause[:1].upper()}{clause[1:]}. Check the address.") from None
    address, mark, query = plain.partition("?")
    return checked_address(address, private_allowed=private_allowed, resolve=resolve) + mark + query


def private_allowed(
    setting: AllowPrivate, bound: str | None, host: str | None, visitor: str | None
) -> bool:
    """Whether private addresses may be called: where only this machine's own user gets here.

    ``bound`` is the address the playground listens on, ``host`` what the visitor's browser calls
    it and ``visitor`` where they come from; None for one of the last two means unknown. A proxy
    on this machine can hide all three: then the setting must be ``false``.
    """
    if setting != "auto":
        return setting == "true"
    return (
        is_loopback(bound or "")
        and (host is None or is_loopback(_without_port(host)))
        and (visitor is None or is_loopback(visitor))
    )


def _refuse_private(host: str, port: int, resolve: Resolve) -> None:
    try:
        addresses = list(resolve(host, port))
    except (OSError, UnicodeError):
        raise AddressRefusedError(f"There is no host {host}. Check the address.") from None
    if not addresses or not all(is_public(address) for address in addresses):
        raise AddressRefusedError(
            f"{host} is a private address. This playground is shared, so it calls public addresses "
            "only. Whoever runs it can allow others with SPEKO_ALLOW_PRIVATE_URLS=true."
        )


def _without_port(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""
