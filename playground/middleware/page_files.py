"""The page's own files, answered at once, and packed where the browser takes that."""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Final

from playground.middleware.asgi import App, Message, Receive, Send, values_of

_ROUTE: Final = "/static/"
_CONDITIONAL: Final = {b"range", b"if-none-match", b"if-modified-since"}
_KEPT_BY_BROWSERS: Final = b"public, immutable, max-age=31536000"
"""The same as Streamlit's own: a file's name changes with its content."""

_PACKED_KINDS: Final = {".js", ".css", ".svg"}
_PACKED_FROM: Final = 1024
_LEVEL: Final = 6
"""4.7 MB of Plotly become 1.42 MB in 0.1 s; level 9 takes 4 KB more off, and twice the time."""


class PageFiles:
    """Answers for the files in ``folder``, which Streamlit serves under ``/static``.

    There are 80 of them before anything shows. Streamlit's own way is three hops to a thread and
    back for a small file and twenty for a large one, and each hop waits for the interpreter's lock,
    which a start needs for its imports: the browser took twice the time to load. Reading a file at
    once takes less than one hop. Everything else is left to Streamlit, errors included.

    ``packed`` has the files that there are in gzip's form, by path, once ``pack`` has filled it.
    """

    def __init__(self, app: App, folder: Path, packed: Mapping[Path, bytes]) -> None:
        self._app = app
        self._packed = packed
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
        packed = self._packed.get(path) if _takes_gzip(scope) else None
        body = path.read_bytes() if packed is None else packed
        headers = _headers(path, body, is_packed=packed is not None)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def pack(folder: Path, packed: MutableMapping[Path, bytes]) -> None:
    """Put gzip's form of every text in the folder that gains by it, the largest first.

    7 MB for all of Streamlit's. It takes about half a second of processor time, without the
    interpreter's lock.
    """
    texts = (path for path in folder.rglob("*") if path.suffix in _PACKED_KINDS)
    for path in sorted(texts, key=lambda path: -path.stat().st_size):
        if path.stat().st_size >= _PACKED_FROM:
            packed[path] = gzip.compress(path.read_bytes(), _LEVEL, mtime=0)


def _is_plain_get(scope: Message) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return not any(name in _CONDITIONAL for name, _ in scope["headers"])


def _takes_gzip(scope: Message) -> bool:
    """Whether gzip is among what the browser accepts, and not refused by a weight of 0."""
    for named in ",".join(values_of(scope, b"accept-encoding")).split(","):
        coding, _, weight = named.replace(" ", "").lower().partition(";q=")
        if coding == "gzip":
            return weight.strip("0.") != "" or not weight
    return False


def _headers(path: Path, body: bytes, *, is_packed: bool) -> list[tuple[bytes, bytes]]:
    kind, _ = mimetypes.guess_type(path.name)
    return [
        (b"content-type", (kind or "application/octet-stream").encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", _KEPT_BY_BROWSERS),
        (b"vary", b"accept-encoding"),
        (b"x-content-type-options", b"nosniff"),
        *([(b"content-encoding", b"gzip")] if is_packed else []),
    ]
