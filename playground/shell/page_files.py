"""Hands out the scripts, styles and fonts of Streamlit's page: 80 of them before anything shows.

Streamlit's own way is three hops to a thread and back for a small file and twenty for a large one,
and each hop waits for the interpreter's lock. A start imports what the first page needs meanwhile,
so it shows: with it, the browser loaded in twice the time. Here a file is read at once, which takes
less than one hop. What is no plain request for a known file is left to Streamlit, errors included.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, Final

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_ROUTE: Final = "/static/"
_CONDITIONAL: Final = {b"range", b"if-none-match", b"if-modified-since"}
_KEPT_BY_BROWSERS: Final = b"public, immutable, max-age=31536000"
"""As Streamlit says of these files itself: their names change with their content."""


class PageFiles:
    """ASGI middleware over ``folder``, the one that Streamlit serves under ``/static``."""

    def __init__(self, app: App, folder: Path) -> None:
        self._app = app
        self._files = {
            _ROUTE + path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.is_file()
        }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a plain GET of a known file; pass on all else."""
        path = self._files.get(scope["path"]) if _is_plain_get(scope) else None
        if path is None:
            await self._app(scope, receive, send)
            return
        body = path.read_bytes()
        await send({"type": "http.response.start", "status": 200, "headers": _headers(path, body)})
        await send({"type": "http.response.body", "body": body})


def _is_plain_get(scope: Message) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return not any(name in _CONDITIONAL for name, _ in scope["headers"])


def _headers(path: Path, body: bytes) -> list[tuple[bytes, bytes]]:
    kind, _ = mimetypes.guess_type(path.name)
    return [
        (b"content-type", (kind or "application/octet-stream").encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", _KEPT_BY_BROWSERS),
    ]
