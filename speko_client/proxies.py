"""Which proxy leads to a server: ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``.

Client and gateway read them here, so that both go the same way, by the rules that curl and most
tools share: small letters before capitals, a proxy without a scheme is an ``http://`` one. An entry
of ``NO_PROXY`` is ``*``, a name (with or without a leading dot; it holds for all below it), an
address or a network such as ``10.0.0.0/8``, each with or without a port. This machine itself is
always reached without a proxy.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import unquote, urlsplit

from speko_client.addresses import is_loopback

_PORTS = {"http": 80, "https": 443}
_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_SEPARATOR = re.compile(r"[,\s]+")
_ENTRY = re.compile(r"(?:\[(?P<bracketed>[^]]*)\]|(?P<plain>[^:]*|.*:.*:.*))(?::(?P<port>\d+))?")


class ProxyError(ValueError):
    """A proxy is set that cannot be used; names the variable and never quotes it."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy; ``url`` is without the user and the password, which no text of it shows."""

    url: str
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """User and password as HTTP's Basic scheme has them."""
        return b64encode(f"{self.user or ''}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies of an environment."""

    _settings: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Proxies:
        """Those that this environment names."""
        given = {
            name: (environment.get(name) or environment.get(name.upper()) or "").strip()
            for name in _VARIABLES
        }
        return cls({name: value for name, value in given.items() if value})

    def leading_to(self, url: str) -> Proxy | None:
        """The proxy for this URL; None where it is reached without. Raises ProxyError."""
        if not self._settings:
            return None
        target = urlsplit(url)
        host = (target.hostname or "").rstrip(".")
        port = target.port or _PORTS.get(target.scheme, 0)
        names = (f"{target.scheme}_proxy", "all_proxy")
        name = next((name for name in names if name in self._settings), None)
        if name is None or _is_here(host) or self._excepts(host, port):
            return None
        return _proxy(name.upper(), self._settings[name])

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no text may show: a proxy may repeat what it was sent."""
        found: list[str] = []
        for name in self._settings.keys() - {"no_proxy"}:
            with suppress(ProxyError):
                proxy = _proxy(name, self._settings[name])
                found += [proxy.password, proxy.basic] if proxy.password else []
        return tuple(found)

    def _excepts(self, host: str, port: int) -> bool:
        entries = _SEPARATOR.split(self._settings.get("no_proxy", "").lower())
        return any(_covers(entry, host, port) for entry in entries if entry)


def _is_here(host: str) -> bool:
    return is_loopback(host) or host.endswith(".localhost")


def _proxy(variable: str, value: str) -> Proxy:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ProxyError(f"{variable} is no URL") from None
    if parts.scheme.startswith("socks"):
        raise ProxyError(f"{variable} names a SOCKS proxy, and only HTTP ones can be used")
    if parts.scheme not in _PORTS or not host:
        raise ProxyError(f"{variable} names no HTTP proxy")
    address = f"[{host}]" if ":" in host else host
    return Proxy(
        f"{parts.scheme}://{address}:{port or _PORTS[parts.scheme]}",
        unquote(parts.username) if parts.username else None,
        unquote(parts.password or ""),
    )


def _covers(entry: str, host: str, port: int) -> bool:
    """Whether an entry of ``NO_PROXY`` means this host and port."""
    if entry == "*":
        return True
    found = _ENTRY.fullmatch(entry.rpartition("://")[2])
    if found is None or (found["port"] and int(found["port"]) != port):
        return False
    name = found["bracketed"] or found["plain"] or ""
    address = _address(host)
    if address is not None:
        return _holds(name, address)
    domain = name.removeprefix("*").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _holds(network: str, address: IPv4Address | IPv6Address) -> bool:
    try:
        return address in ip_network(network, strict=False)
    except ValueError:
        return False


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None
