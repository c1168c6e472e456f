"""Keeps the test process on loopback.

Every connection and every name look-up of Python's own sockets passes here (asyncio's too; libuv's
do not, so tests run on asyncio's own loop). What would leave the machine is refused and noted.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

LOOPBACK_NAMES = {"localhost", "testserver", ""}


class BeyondLoopbackError(OSError):
    """A test tried to leave the machine."""


def is_loopback(host: object) -> bool:
    """Whether ``host``, a name or an address as sockets take it, is this very machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in LOOPBACK_NAMES:
        return True
    try:
        address = ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


class NetworkGuard:
    """Wraps ``socket`` from ``install`` to ``uninstall``; ``attempts`` lists what it refused."""

    def __init__(self) -> None:
        self.attempts: list[str] = []
        self._connect = socket.socket.connect
        self._connect_ex = socket.socket.connect_ex
        self._getaddrinfo = socket.getaddrinfo

    def install(self) -> None:
        """From here on, loopback only."""
        guard = self

        def connect(sock: socket.socket, address: Any) -> None:
            guard._check(sock.family, address)
            guard._connect(sock, address)

        def connect_ex(sock: socket.socket, address: Any) -> int:
            guard._check(sock.family, address)
            return guard._connect_ex(sock, address)

        def getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
            guard._check_name(host)
            return guard._getaddrinfo(host, *args, **options)

        socket.socket.connect = connect  # type: ignore[assignment, method-assign]
        socket.socket.connect_ex = connect_ex  # type: ignore[assignment, method-assign]
        socket.getaddrinfo = getaddrinfo

    def uninstall(self) -> None:
        """As it was."""
        socket.socket.connect = self._connect  # type: ignore[method-assign]
        socket.socket.connect_ex = self._connect_ex  # type: ignore[method-assign]
        socket.getaddrinfo = self._getaddrinfo

    def _check(self, family: int, address: Any) -> None:
        if family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(address[0]):
            self._refuse(f"connect to {address}")

    def _check_name(self, host: object) -> None:
        # `.invalid` never resolves anywhere (RFC 6761): a fair way to test an unknown host.
        if str(host).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if not is_loopback(host):
            self._refuse(f"look up {host}")

    def _refuse(self, what: str) -> None:
        self.attempts.append(what)
        raise BeyondLoopbackError(f"tests stay on loopback: {what}")
