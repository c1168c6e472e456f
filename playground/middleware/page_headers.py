"""The headers that every answer gets: what the browser may fetch, frame, guess and tell."""

from __future__ import annotations

from typing import Final

from playground.middleware.asgi import App, Message, Receive, Send, is_page

PICTURES: Final = "img-src 'self' data: blob:; media-src 'self' data: blob:"
_ON_ALL: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)


class PageHeaders:
    """Gives every HTML page the policy, and every answer the headers that cost nothing.

    A page loads no picture from elsewhere: an image's address can carry a conversation's words to
    whoever named it. Answers have links in place of images (``answer_html``); this is the second
    guard, as the browser knows what it is about to fetch. And a page stands in no
    frame but those of ``frame_ancestors`` (a CSP source list), where a visitor's clicks could be
    led. Any other policy of the page stays. A link out of the page does not say which session it
    was clicked in.
    """

    def __init__(self, app: App, frame_ancestors: str = "'self'") -> None:
        self._app = app
        policy = f"{PICTURES}; frame-ancestors {frame_ancestors}"
        self._on_pages = (b"content-security-policy", policy.encode("latin-1"))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on, and add the headers to the answer on its way out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*_others(message), *_ON_ALL]}
                if is_page(message):
                    message["headers"].append(self._on_pages)
            await send(message)

        await self._app(scope, receive, guarded)


def _others(start: Message) -> list[tuple[bytes, bytes]]:
    ours = {name for name, _ in _ON_ALL}
    return [pair for pair in start.get("headers", ()) if pair[0].lower() not in ours]
