"""A page's HTML, on its way out: with its styles and its scripts, and told anew each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from playground.look.frames import styles_html
from playground.middleware.first_paint import WIDGETS, FirstPaint, preloads

SCRIPTS = Path(st.__file__).parent / "static" / "static" / "js"
HTML = b"<html><head></head><body><div></div></body></html>"


class Answering:
    """An application that answers with the same bytes in two pieces, and keeps what it got."""

    def __init__(self, kind: bytes = b"text/html; charset=utf-8", body: bytes = HTML) -> None:
        self.kind, self.body = kind, body
        self.asked: dict[bytes, bytes] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked = dict(scope["headers"])
        headers = [(b"content-type", self.kind), (b"etag", b"x"), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.body[:20], "more_body": True})
        await send({"type": "http.response.body", "body": self.body[20:]})


async def ask(behind: Answering, path: str, accept: bytes = b"text/html,*/*") -> tuple[Any, bytes]:
    """Headers and body of the answer, as a browser that has the page already would ask."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("A page needs no body of the request.")

    page = FirstPaint(behind, head=lambda: "<link>", styles=lambda path: f"<style>{path}</style>")
    headers = [(b"accept", accept), (b"if-none-match", b"x"), (b"accept-encoding", b"gzip")]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
    await page(scope, receive, send)
    return dict(sent[0]["headers"]), b"".join(each["body"] for each in sent[1:])


async def test_a_page_has_its_styles_and_scripts_and_is_never_an_older_one() -> None:
    behind = Answering()
    headers, body = await ask(behind, "/routing")
    assert body == (
        b"<html><head><link></head><body><style>/routing</style><div></div></body></html>"
    )
    assert headers[b"content-length"] == str(len(body)).encode()
    assert b"etag" not in headers
    assert headers[b"cache-control"] == b"no-cache"
    assert behind.asked == {b"accept": b"text/html,*/*"}


async def test_all_else_goes_through_as_it_is() -> None:
    behind = Answering(kind=b"application/json")
    headers, body = await ask(behind, "/_stcore/health")
    assert (body, headers[b"etag"]) == (HTML, b"x")
    behind = Answering()
    assert (await ask(behind, "/", accept=b"*/*"))[1] == HTML
    assert b"if-none-match" in behind.asked


async def test_a_page_of_another_make_goes_through_as_it_is() -> None:
    assert (await ask(Answering(body=b"<p>Not found, sorry.</p>"), "/"))[1] == (
        b"<p>Not found, sorry.</p>"
    )


def test_all_parts_are_fetched_with_what_they_import_and_once() -> None:
    links = preloads(SCRIPTS)
    for name in WIDGETS:
        assert f"./static/js/{name}." in links, f"this Streamlit has no {name}"
    fetched = [each.split('"')[0] for each in links.split('modulepreload" crossorigin href="')[1:]]
    assert len(fetched) == len(set(fetched)) > len(WIDGETS)
    page = (SCRIPTS.parent.parent / "index.html").read_text("utf-8")
    assert not [each for each in fetched if each in page]


def test_a_page_stands_in_its_frame_from_the_start() -> None:
    assert "max-width: 84rem" in styles_html("/under/a/path/routing/")
    assert "padding-left: 0;" in styles_html("/demo")
    assert "max-width: 60rem" in styles_html("/")
    assert "padding-left: 340px" in styles_html("/")
