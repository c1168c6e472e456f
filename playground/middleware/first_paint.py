"""What a page's first paint needs, put into its HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from playground.middleware.asgi import App, Message, Receive, Send, is_page, values_of

WIDGETS: Final = (
    "Html",
    "BidiComponent",
    "Button",
    "ButtonGroup",
    "ChatInput",
    "Multiselect",
    "PageLink",
    "Selectbox",
    "TextArea",
    "TextInput",
)
"""Streamlit's parts that our pages begin with. Each is a file of its own, with others behind it."""

_IMPORTED: Final = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
_NOT_FOR_US: Final = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
_CHANGED: Final = {b"content-length", b"etag", b"last-modified"}


class FirstPaint:
    """Puts ``head`` and the styles of the page at a path into the HTML that passes.

    Streamlit's own HTML is empty. Its scripts draw everything, and fetch each part of the page, the
    styles too, when it is first needed; until then the page stands in a wrong place and then jumps.
    Streamlit's ETag does not know what is added here, so the HTML is sent anew each time.
    """

    def __init__(self, app: App, head: Callable[[], str], styles: Callable[[str], str]) -> None:
        self._app, self._head, self._styles = app, head, styles

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on; a page's HTML is held back until it is whole."""
        if scope["type"] != "http" or not _asks_for_a_page(scope):
            await self._app(scope, receive, send)
            return
        asked = [pair for pair in scope["headers"] if pair[0] not in _NOT_FOR_US]
        start: Message = {}
        body = bytearray()

        async def gather(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                if not is_page(message):
                    await send(message)
            elif not is_page(start):
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await self._send(scope["path"], start, bytes(body), send)

        await self._app({**scope, "headers": asked}, receive, gather)

    async def _send(self, path: str, start: Message, body: bytes, send: Send) -> None:
        # The styles go behind Streamlit's own, which are as strong as ours.
        head, styles = self._head().encode(), self._styles(path).encode()
        body = body.replace(b"</head>", head + b"</head>", 1)
        body = body.replace(b"<body>", b"<body>" + styles, 1)
        kept = [pair for pair in start["headers"] if pair[0].lower() not in _CHANGED]
        length = (b"content-length", str(len(body)).encode())
        await send({**start, "headers": [*kept, length]})
        await send({"type": "http.response.body", "body": body})


def preloads(folder: Path) -> str:
    """Links that fetch what ``WIDGETS`` import, for a page whose scripts are in ``folder``."""
    page = (folder.parent.parent / "index.html").read_text("utf-8")
    first = {path.name for name in WIDGETS for path in folder.glob(f"{name}.*.js")}
    found = _with_imports(folder, first, set(re.findall(r"static/js/([\w.-]+\.js)", page)))
    return "".join(
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in found
    )


def _with_imports(folder: Path, names: Collection[str], known: set[str]) -> list[str]:
    found: list[str] = []
    for name in sorted(names):
        if name not in known:
            known.add(name)
            imported = _IMPORTED.findall((folder / name).read_text("utf-8"))
            found += [name, *_with_imports(folder, imported, known)]
    return found


def _asks_for_a_page(scope: Message) -> bool:
    return scope["method"] == "GET" and "text/html" in ",".join(values_of(scope, b"accept"))
