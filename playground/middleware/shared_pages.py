"""Answers for the links of shared pages: the page, and nothing of the playground around it.

Nobody is asked who they are there. A page runs no script but its own little one, loads nothing,
stands in no frame, is kept in no cache and is listed by no search engine.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Final

from playground.middleware.asgi import App, Message, Receive, Send

ROUTE: Final = "/shared/"

NOT_HERE: Final = (
    "There is nothing at this link: it was revoked, it has expired, or it was copied only in part. "
    "Ask whoever sent it to you for a new one."
)
_NOT_NOW: Final = "This page cannot be read right now. Try again in a moment."
_NO_CHANGES: Final = "A shared page can only be read."
_HEADERS: Final = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_POLICY: Final = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')
_HEAD: Final = 1_000
_NOTHING: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"

Load = Callable[[str], str | None]
"""The page behind a link's token; None where there is none. Raises OSError."""


class SharedPages:
    """Answers below ``/shared/``, and passes everything else on.

    A page says itself which script is its own: one that was shared by an earlier version, too.
    """

    def __init__(self, app: App, load: Load) -> None:
        self._app, self._load = app, load

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer for a share's link."""
        if scope["type"] != "http" or not scope["path"].startswith(ROUTE):
            await self._app(scope, receive, send)
            return
        status, page = await self._found(scope)
        body = page.encode("utf-8", "replace")
        headers = [
            *_HEADERS,
            (b"content-security-policy", f"{_policy(page)}; frame-ancestors 'none'".encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        shown = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": shown})

    async def _found(self, scope: Message) -> tuple[int, str]:
        if scope["method"] not in ("GET", "HEAD"):
            return 405, _page_of(_NO_CHANGES)
        try:
            page = await asyncio.to_thread(self._load, scope["path"].removeprefix(ROUTE))
        except OSError:
            return 503, _page_of(_NOT_NOW)
        return (404, _page_of(NOT_HERE)) if page is None else (200, page)


def _policy(page: str) -> str:
    found = _POLICY.search(page, 0, _HEAD)
    return found[1] if found else _NOTHING


def _page_of(sentence: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Speko Playground</title><style>:root { color-scheme: light dark; } "
        "body { font: 18px/1.5 system-ui, sans-serif; margin: 20vh auto; max-width: 34rem; "
        f"padding: 0 1rem; }}</style></head><body><main><p>{sentence}</p></main></body></html>\n"
    )
