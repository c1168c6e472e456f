"""The page's own files, answered at once."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Final

from playground.middleware.asgi import App, Message, Receive, Send

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
        (b"x-content-type-options", b"nosniff"),
    ]
