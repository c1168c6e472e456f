"""Which addresses a caller's own base URL may lead to, decided at the socket.

A gateway that others can reach must not become their way to what only its host can reach:
loopback, private networks, link-local addresses (where clouds keep their credentials). A name may
point to such an address after it was looked up, so no check before the connection is final.
``public_socket`` is called for every connection, with the very address it is about to be made to.
"""

from __future__ import annotations

import socket

from aiohttp import AddrInfoType

from speko_client.addresses import is_public


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
