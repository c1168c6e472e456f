"""Why a vendor was not reached, in words that need no knowledge of sockets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp

from speko_client.proxies import ProxyError
from speko_gateway.provider import FailureCode, ProviderError


class PrivateAddressError(OSError):
    """The address is not one of the public internet's, and only those may be called."""

    def __init__(self) -> None:
        super().__init__("private address")


class ConnectionClosedError(aiohttp.ClientConnectionError):
    """The server closed the connection before it had answered; no error that aiohttp retries.

    ``stale``: it was a kept one, and not a byte of the answer had come.
    """

    def __init__(self, *, stale: bool) -> None:
        super().__init__("connection closed")
        self.stale = stale


_CLOSED = (
    ConnectionClosedError,
    aiohttp.ClientConnectionResetError,
    aiohttp.ClientOSError,
    aiohttp.ServerDisconnectedError,
)


@contextmanager
def reaching(connect_seconds: float) -> Iterator[None]:
    """Failures up to the answer's first byte, as one kind: the vendor was not reached."""
    try:
        yield
    except aiohttp.ServerTimeoutError as error:
        message = f"could not be reached within {connect_seconds:.1f} s"
        raise ProviderError(FailureCode.TIMEOUT, message) from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        message = f"could not be reached: {_reason(error)}"
        raise ProviderError(FailureCode.CONNECT_FAILED, message) from error


def _reason(error: Exception) -> str:
    """Why, as a clause."""
    if isinstance(error, ProxyError):
        return str(error)
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return "the proxy in between does not answer (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY)"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy in between refused with status {error.status}"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"there is no host {error.host}"
    if isinstance(error, aiohttp.ClientSSLError):
        return "its TLS handshake or certificate failed"
    if isinstance(getattr(error, "os_error", None), PrivateAddressError):
        return (
            "it has a private address, and this gateway calls public ones only; "
            "SPEKO_ALLOW_PRIVATE_URLS=true in its environment allows others"
        )
    if isinstance(error, _CLOSED):
        refused = isinstance(getattr(error, "os_error", error), ConnectionRefusedError)
        return "nothing listens there" if refused else "it closed the connection"
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return "its base URL or key cannot be sent"
    return "what answers there speaks no HTTP"
