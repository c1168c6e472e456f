"""Which IP addresses are the public internet's, and which are this machine's own.

Pages and gateway judge by this one rule. A server that others can reach must not become their way
to what only its host can reach, so whatever is not known to be public is not public.
"""

from __future__ import annotations

import ipaddress
from typing import Literal

AllowPrivate = Literal["auto", "true", "false"]
"""What ``SPEKO_ALLOW_PRIVATE_URLS`` takes; ``auto``: where only this machine's users come by."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All that IANA has given out in IPv6; the local NAT64 prefix, say, lies outside."""
_TUNNELS = (ipaddress.ip_network("2001::/32"), ipaddress.ip_network("2002::/16"))
"""Teredo and 6to4: ways into an IPv4 network that need not be a public one."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet's; False for what is no address.

    An IPv6 address that stands for an IPv4 one (IPv4-mapped, NAT64) counts as that one. Every
    other form with an IPv4 address inside is refused.
    """
    parsed = _parsed(address)
    if parsed is None or (parsed.version == 6 and not _is_plain_unicast(parsed)):
        return False
    return parsed.is_global and not parsed.is_multicast


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself, by its notation alone: nothing is looked up."""
    parsed = _parsed(host.strip("[]"))
    return host == "localhost" if parsed is None else parsed.is_loopback


def _is_plain_unicast(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address in _UNICAST and not any(address in tunnel for tunnel in _TUNNELS)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that is meant: its scope dropped, an IPv4 one taken out of IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv4Address):
        return parsed
    if parsed in _NAT64:
        return ipaddress.IPv4Address(int(parsed) & 0xFFFF_FFFF)
    return parsed.ipv4_mapped or parsed
