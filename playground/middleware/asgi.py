"""The few words of ASGI that every middleware here needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_POLICY_VIOLATION = 1008


def values_of(scope: Message, name: bytes) -> list[str]:
    """All values of a request's header, in their order; ``name`` in lower case."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def value_of(scope: Message, name: bytes) -> str | None:
    """A header that may be there once; None where it is missing or there more than once."""
    values = values_of(scope, name)
    return values[0] if len(values) == 1 else None


def peer_of(scope: Message, receive: Receive) -> str | None:
    """The address at the other end of the connection; None where the server does not tell.

    ``scope["client"]`` is not it: uvicorn writes there what X-Forwarded-For says, if the request
    comes from this machine. The connection itself is only on what uvicorn hands in as ``receive``.
    """
    if "x-forwarded-for" not in {name.decode("latin-1") for name, _ in scope["headers"]}:
        return scope["client"][0] if scope.get("client") else None
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    peer = transport.get_extra_info("peername") if transport is not None else None
    return str(peer[0]) if isinstance(peer, tuple) else None


def is_page(start: Message) -> bool:
    """Whether the answer that starts so is HTML."""
    kinds = (value for name, value in start["headers"] if name.lower() == b"content-type")
    return any(kind.startswith(b"text/html") for kind in kinds)


async def refuse(scope: Message, send: Send, status: int, sentence: str) -> None:
    """Answer with a sentence; a WebSocket is closed before it opens, which browsers see as 403."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        return
    body = sentence.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
