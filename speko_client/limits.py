"""How large an answer may become and how long it may take, whatever a server sends.

``timeout`` bounds each single wait, and so nothing that keeps dripping. These bound the whole:
every byte of an answer counts, also empty lines, comments and what unfolds from compression, and
every second from the request to the last byte, also those spent on headers.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from speko_client.public_only import AsyncPublicBackend, PublicBackend

ANSWER_SECONDS = 900.0
MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_EVENT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """The bounds of one answer; None is no bound. Raises ValueError for what makes no sense.

    ``seconds`` from the request to the answer's last byte, ``answer_bytes`` unpacked,
    ``event_bytes`` for one event of a stream.
    """

    seconds: float | None = ANSWER_SECONDS
    answer_bytes: int | None = MAX_ANSWER_BYTES
    event_bytes: int | None = MAX_EVENT_BYTES

    def __post_init__(self) -> None:
        for name, value in (
            ("answer_timeout", self.seconds),
            ("max_answer_bytes", self.answer_bytes),
            ("max_event_bytes", self.event_bytes),
        ):
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be a positive number or None, not {value!r}.")


class Deadline:
    """The moment by which one answer must have come whole."""

    def __init__(self, limits: AnswerLimits) -> None:
        seconds = limits.seconds
        self._at = math.inf if seconds is None else time.monotonic() + seconds

    @property
    def left(self) -> float | None:
        """Seconds until then, 0 or less once it has passed; None where there is none."""
        return None if self._at == math.inf else self._at - time.monotonic()


@asynccontextmanager
async def async_until(deadline: Deadline) -> AsyncGenerator[None]:
    """Raises TimeoutError where the block is not done by the deadline."""
    left = deadline.left
    if left is not None and left <= 0:
        raise TimeoutError
    async with asyncio.timeout(left):
        yield


@contextmanager
def until(deadline: Deadline) -> Iterator[None]:
    """The same for a thread that blocks: every wait of its connection ends by the deadline.

    Only for a client from ``sync_http``.
    """
    before = _DEADLINE.set(deadline)
    try:
        _time_left(None)
        yield
    except (httpx.TimeoutException, httpcore.TimeoutException):
        if (left := deadline.left) is not None and left <= 0:
            raise TimeoutError from None
        raise
    finally:
        _DEADLINE.reset(before)


_DEADLINE: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def _time_left(timeout: float | None) -> float | None:
    """How long the next wait may take: ``timeout``, or less where the deadline comes before."""
    deadline = _DEADLINE.get()
    left = deadline.left if deadline is not None else None
    if left is None:
        return timeout
    if left <= 0:
        raise httpcore.ReadTimeout("the answer's deadline has passed")
    return left if timeout is None else min(timeout, left)


def async_http(*, public_only: bool = False, **options: Any) -> httpx.AsyncClient:
    """An HTTP client; asyncio itself ends what takes too long.

    ``public_only``: it connects to public addresses only.
    """
    client = httpx.AsyncClient(**options)
    transport = client._transport
    if public_only and isinstance(transport, httpx.AsyncHTTPTransport):
        pool = transport._pool
        pool._network_backend = AsyncPublicBackend(pool._network_backend)
    return client


def http(*, public_only: bool = False, **options: Any) -> httpx.Client:
    """An HTTP client whose waits heed ``until``; ``public_only`` as for ``async_http``.

    httpx has per-wait timeouts only, and no public way to another network backend; so it is put
    into the pools of a client that has not connected yet.
    """
    client = httpx.Client(**options)
    direct = client._transport
    if public_only and isinstance(direct, httpx.HTTPTransport):
        direct._pool._network_backend = PublicBackend(direct._pool._network_backend)
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx.HTTPTransport):
            pool = transport._pool
            pool._network_backend = _Backend(pool._network_backend)
    return client


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        left = _time_left(timeout)
        return _Stream(self._backend.connect_tcp(host, port, left, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _time_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _time_left(timeout))

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, _time_left(timeout))
        return _Stream(inner)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
