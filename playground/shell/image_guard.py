"""Tells the browser to load no picture from elsewhere, whatever a model's words contain.

An image's address can carry a conversation's words to whoever named it. ``safe_markdown`` turns
images into links, but what is an image in markdown and what is code cannot be told by looking at
the text alone; the browser knows what it is about to fetch.
"""

from __future__ import annotations

from playground.shell.page_files import App, Message, Receive, Send

POLICY = b"img-src 'self' data: blob:; media-src 'self' data: blob:"
_NAME = b"content-security-policy"


class ImageGuard:
    """ASGI middleware that gives every HTML page the policy; any other policy stays beside it."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on, and add the policy to a page on its way out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                message = {**message, "headers": [*message["headers"], (_NAME, POLICY)]}
            await send(message)

        await self._app(scope, receive, guarded)


def _is_page(start: Message) -> bool:
    kinds = (value for name, value in start.get("headers", ()) if name.lower() == b"content-type")
    return any(kind.startswith(b"text/html") for kind in kinds)
