"""Middleware around Streamlit's server: a guard on pictures, and the page's own files."""

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
"""The same as Streamlit's own: a file's name changes with its content."""


class PageFiles:
    """Answers for the files in ``folder``, which Streamlit serves under ``/static``.

    There are 80 of them before anything shows. Streamlit's own way is three hops to a thread and
    back for a small file and twenty for a large one, and each hop waits for the interpreter's lock,
    which a start needs for its imports: the browser took twice the time to load. Reading a file at
    once takes less than one hop. Everything else is left to Streamlit, errors included.
    """

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


POLICY = b"img-src 'self' data: blob:; media-src 'self' data: blob:"
_POLICY_HEADER = b"content-security-policy"


class ImageGuard:
    """Gives every HTML page the policy, so that it loads no picture from elsewhere.

    An image's address can carry a conversation's words to whoever named it. ``safe_markdown`` turns
    images into links, but text alone does not say what is an image and what is code; the browser
    knows what it is about to fetch. Any other policy of the page stays.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on, and add the policy to a page on its way out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                message = {**message, "headers": [*message["headers"], (_POLICY_HEADER, POLICY)]}
            await send(message)

        await self._app(scope, receive, guarded)


def _is_page(start: Message) -> bool:
    kinds = (value for name, value in start.get("headers", ()) if name.lower() == b"content-type")
    return any(kind.startswith(b"text/html") for kind in kinds)
