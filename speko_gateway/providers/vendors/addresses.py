"""Which addresses a caller's own base URL may lead to, decided at the socket.

A gateway that others can reach must not become their way to what only its host can reach:
loopback, private networks, link-local addresses (where clouds keep their credentials). A name can
be turned to such an address after it was looked up, so nothing before the connection is final;
``public_socket`` is asked for every single one, with the very address it is about to be made to,
whatever the base URL's notation was.
"""

from __future__ import annotations

import ipaddress
import socket

from aiohttp import AddrInfoType

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_TUNNELS = (
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2001::/32"),
    ipaddress.ip_network("2002::/16"),
)
"""Ways into an IPv4 network that need not be a public one: local NAT64, Teredo, 6to4."""


class PrivateAddressError(OSError):
    """The address is not one of the public internet's, and only those may be called."""

    def __init__(self) -> None:
        super().__init__("private address")


def public_socket(info: AddrInfoType) -> socket.socket:
    """A socket for this resolved address. Raises PrivateAddressError."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise PrivateAddressError
    return socket.socket(family, kind, protocol)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet's; an IPv4 address inside counts too."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or _nat64(parsed)
        if inner is not None:
            return is_public(str(inner))
        if parsed.is_site_local or any(parsed in tunnel for tunnel in _TUNNELS):
            return False
    return parsed.is_global and not parsed.is_multicast


def is_loopback(host: str) -> bool:
    """Whether a host, by its notation alone, is this machine itself."""
    if host == "localhost":
        return True
    try:
        parsed = ipaddress.ip_address(host)
    except ValueError:
        return False
    inner = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (inner or parsed).is_loopback


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None
