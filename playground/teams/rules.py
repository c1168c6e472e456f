"""By which rules a request's visitor is known. Pure, but for the clock in the cookie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final

from playground.middleware.asgi import Message, value_of, values_of
from playground.teams.cookie import VisitorCookie
from playground.teams.visitor import (
    MACHINE_USER,
    TO_SIGN_IN,
    WITHOUT_COOKIE,
    WITHOUT_NAME,
    Visitor,
)

if TYPE_CHECKING:
    from playground.settings import KnownBy

_OF_PROXIES: Final = frozenset({b"forwarded", b"via", b"x-real-ip", b"x-original-host"})
_LONGEST_NAME: Final = 256


@dataclass(frozen=True, slots=True)
class Rules:
    """How visitors are known.

    ``alone``: only this machine can reach the playground, as far as its own settings say.
    ``user_header`` is in lower case; ``proxies`` are those whose header counts. ``cookie`` makes
    the secret at its first call.
    """

    by: KnownBy
    alone: bool
    cookie: Callable[[], VisitorCookie]
    user_header: str = ""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()

    def visitor(self, scope: Message, peer: str | None) -> Visitor:
        """Who sends this request; ``peer`` is the address at the other end of its connection."""
        if self.by == "oidc":
            return TO_SIGN_IN
        if self.by == "header":
            return self._whom_the_proxy_names(scope, peer)
        if self.by == "machine" or (self.by == "auto" and self.alone and not is_forwarded(scope)):
            return MACHINE_USER
        return self._by_cookie(scope)

    def may_forget(self, scope: Message, token: str) -> bool:
        """Whether this request comes from its own browser's link that takes the cookie away."""
        visitor = self._by_cookie(scope)
        return visitor.kind == "browser" and self.cookie().may_forget(visitor.name, token)

    def _by_cookie(self, scope: Message) -> Visitor:
        cookies = "; ".join(values_of(scope, b"cookie"))
        known = self.cookie().visitor_in(cookies, secure=is_secure(scope))
        if known is None:
            return WITHOUT_COOKIE
        return Visitor("browser", known, self.cookie().forget_token(known))

    def _whom_the_proxy_names(self, scope: Message, peer: str | None) -> Visitor:
        name = in_words(value_of(scope, self.user_header.encode()) or "")
        if not name or len(name) > _LONGEST_NAME or not self._trusts(peer):
            return WITHOUT_NAME
        return Visitor("user", name)

    def _trusts(self, peer: str | None) -> bool:
        try:
            address = ip_address((peer or "").partition("%")[0])
        except ValueError:
            return False
        # A socket for both families shows an IPv4 peer as ::ffff:10.0.0.2.
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self.proxies)


def is_alone(bound: str | None, allowed_hosts: Sequence[str]) -> bool:
    """Whether the server's settings let nobody in but this machine's own users."""
    # The client takes a while to import, and the launcher needs this module before it serves.
    from speko_client.addresses import is_loopback

    names = (bound or "", *(host.strip().lower() for host in allowed_hosts))
    return all(map(is_loopback, names))


def is_forwarded(scope: Message) -> bool:
    """Whether a proxy has had this request in its hands: then it may come from anywhere."""
    names = (name for name, _ in scope["headers"])
    return any(name in _OF_PROXIES or name.startswith(b"x-forwarded-") for name in names)


def is_secure(scope: Message) -> bool:
    """Whether the browser came by HTTPS, to here or to a proxy before.

    The proxy's word is taken from anybody: who lies about it harms nobody but their own cookie.
    """
    proxied = (value_of(scope, b"x-forwarded-proto") or "").partition(",")[0].strip().lower()
    return scope["scheme"] in {"https", "wss"} or proxied in {"https", "wss"}


def in_words(header: str) -> str:
    """A name in a header, which ASGI gives as Latin-1 and most proxies write in UTF-8."""
    try:
        return header.encode("latin-1").decode("utf-8").strip()
    except UnicodeError:
        return header.strip()
