"""A page lets the browser fetch no picture from elsewhere, whatever a model's words contain."""

from __future__ import annotations

import pytest

from playground.middleware.asgi import App, Message, Receive, Send
from playground.middleware.page_headers import PICTURES, PageHeaders

POLICY = f"{PICTURES}; frame-ancestors 'self'".encode()


def answering(kind: bytes) -> App:
    """An application whose answer is of this content type, with a policy of its own."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        headers = [(b"Content-Type", kind), (b"content-security-policy", b"object-src 'none'")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"<p>"})

    return app


async def policies(app: App) -> list[bytes]:
    """The policies of the answer, in their order; the body has to come through."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("Nothing more is asked of the browser.")

    await PageHeaders(app)({"type": "http", "path": "/", "headers": []}, receive, send)
    assert sent[1]["body"] == b"<p>"
    return [value for name, value in sent[0]["headers"] if name == b"content-security-policy"]


async def test_a_page_forbids_pictures_from_elsewhere_and_keeps_its_own_policy() -> None:
    assert await policies(answering(b"text/html; charset=utf-8")) == [b"object-src 'none'", POLICY]


@pytest.mark.parametrize("kind", [b"application/json", b"text/javascript"])
async def test_what_is_no_page_is_passed_on_as_it_is(kind: bytes) -> None:
    assert await policies(answering(kind)) == [b"object-src 'none'"]
