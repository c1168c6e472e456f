"""What a Test button finds out: one request, its result in plain words, and its latency."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from playground.look.words import counted
from playground.servers import pool
from playground.servers.connection import Connection
from speko_client import Speko
from speko_client.errors import (
    SpekoApiError,
    SpekoAuthError,
    SpekoConnectionError,
    SpekoStreamError,
    SpekoTimeoutError,
)
from speko_client.models import KnownProvider


@dataclass(frozen=True, slots=True)
class Checked:
    """``message`` is a sentence or two; ``models`` what the vendor itself lists."""

    ok: bool
    message: str
    latency_ms: float | None = None
    models: tuple[str, ...] = ()


def check_server(
    client: Speko, connection: Connection, clock: Callable[[], float] = time.perf_counter
) -> Checked:
    """Ask a Speko server who can answer there; ``clock`` gives seconds."""
    started = clock()
    try:
        message = _answered(client)
    except SpekoApiError as error:
        return Checked(False, connection.redact(_failed(error, connection)))
    return Checked(True, message, (clock() - started) * 1000)


def check_vendor(client: Speko, connection: Connection, vendor: str) -> Checked:
    """Have the embedded gateway ask a vendor for its models."""
    try:
        found = client.test_vendor(vendor)
    except SpekoApiError as error:
        return Checked(False, connection.redact(_failed(error, connection)))
    return Checked(
        found.ok, connection.redact(found.message), found.latency_ms, tuple(found.models)
    )


def _answered(client: Speko) -> str:
    known = pool.listed(client)
    if known is not None:
        return _offer(pool.models(known))
    client.check_completions()
    return "It works: it takes completions, and this key. It lists no providers."


def _offer(models: list[KnownProvider]) -> str:
    ready = sum(row.available is not False for row in models)
    if not ready:
        return "It answers, but no model is available there yet."
    return f"It works: {counted(ready, 'model')} can answer."


def _failed(error: SpekoApiError, connection: Connection) -> str:
    match error:
        case SpekoAuthError():
            return "The server refused the key. Copy it again, or use another one."
        case SpekoConnectionError():
            url = connection.base_url
            secure = ", or not over TLS" if url.startswith("https:") else ""
            return f"Nothing answers at {url}{secure}. Check the address and the network."
        case SpekoTimeoutError():
            return f"{connection.name} did not answer in time. Try again in a moment."
        case SpekoStreamError():
            return "This is not a Speko server. Check the address."
        case _ if error.status == HTTPStatus.NOT_FOUND:
            return "A server answers there, but it is not a Speko server. Check the address."
    return str(error)
