"""Requests as a server would hand them in, and what comes back."""

from __future__ import annotations

from typing import Any

from playground.middleware.asgi import App, Message, Receive, Send


def scope(
    path: str = "/", method: str = "GET", kind: str = "http", query: str = "", **headers: str
) -> Message:
    """A request to http://localhost:8501; a header's underscores are hyphens."""
    named = {"host": "localhost:8501"} | headers
    scheme = "ws" if kind == "websocket" else "http"
    return {
        "type": kind,
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "scheme": scheme,
        "client": ("127.0.0.1", 50_000),
        "headers": [
            (name.replace("_", "-").encode(), value.encode("latin-1"))
            for name, value in named.items()
        ],
    }


class Behind:
    """The application behind a middleware: notes what reaches it, and answers 200."""

    def __init__(self, kind: bytes = b"text/html", **headers: str) -> None:
        self.reached: list[Message] = []
        self._headers = [(b"content-type", kind)]
        self._headers += [(n.replace("_", "-").encode(), v.encode()) for n, v in headers.items()]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer as a page would."""
        self.reached.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": b"<p>"})


async def asked(app: App, request: Message) -> list[Message]:
    """What the application sends for this request."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("Nothing more is asked of the browser.")

    await app(request, receive, send)
    return sent


def values(start: Message, name: str) -> list[str]:
    """All values of a header in an answer."""
    return [value.decode() for key, value in start["headers"] if key.decode().lower() == name]
