"""A model server that means harm: it repeats its key wherever it can, and its models have markup
for names. The key never reaches the browser, and no name becomes a link, a picture or a script.
"""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from playwright.sync_api import Error, Page, Response, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import StartServer
from tests.e2e.connections_page import ConnectionsPage
from tests.e2e.harness import settle
from tests.e2e.model_server import ModelServer, answer_json, send_head
from tests.patience import PATIENCE

KEY = "k-fake-" + "9fQ2xLmW7vRk4TzNc8HbYd1Gs5Jp3Ae"
PUBLIC = len("k-fake-")
FORMS = [
    KEY,
    KEY[PUBLIC + 4 : -4],
    base64.b64encode(f"Bearer {KEY}".encode()).decode(),
    base64.b64encode(KEY.encode()).decode(),
    KEY.encode().hex(),
]
NAME = (
    "<img src=x onerror=document.title='harmed'> *b* [x](http://evil.test) "
    "![i](http://evil.test/i.png) $y$ :red[z] www.evil.test =1+1"
)
HARM = """() => [
    ...document.querySelectorAll('[src*="evil.test"], [onerror], img[src=x], .katex'),
    ...document.querySelectorAll(
        'main em:not(:is(button, summary, label, [data-testid=stPageLink]) em)'),
    ...[...document.querySelectorAll('[href*="evil.test"]')].filter(
        link => !link.href.includes(link.textContent)),
    ...[document.title].filter(title => title === 'harmed'),
].map(found => found.outerHTML || found)"""
"""What the markup does where it works; an address may be a link that says where it leads."""


class Hostile(ModelServer):
    """Lists models called after its key, answers with it, and fails with it.

    Asked to be slow, it says two words and the rest when ``go`` is set.
    """

    def __init__(self) -> None:
        super().__init__("Wait for it")
        self.go = threading.Event()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Whatever is asked, the key is in what comes back."""
        self.keys.add(request.headers.get("Authorization", "").removeprefix("Bearer "))
        length = int(request.headers.get("Content-Length") or 0)
        asked = request.rfile.read(length).decode()
        if request.command == "GET":
            answer_json(request, {"data": [{"id": NAME}, *({"id": form} for form in FORMS)]})
        elif "slow" in asked:
            self._speak_slowly(request)
        elif "fail" in asked:
            message = f"{NAME} {' '.join(FORMS)}"
            answer_json(request, {"error": {"message": message, "code": KEY}}, status=400)
        else:
            answer_json(request, self._completion())

    def _speak_slowly(self, request: BaseHTTPRequestHandler) -> None:
        send_head(request, 200, "text/event-stream")
        for event in self.events(""):
            request.wfile.write(f"data: {event}\n\n".encode())
            if "for " in event:
                self.go.wait(PATIENCE)
        request.close_connection = True

    def _completion(self) -> dict[str, Any]:
        message = {"role": "assistant", "content": f"Your key: {' and '.join(FORMS)}."}
        return {"choices": [{"message": message, "finish_reason": "stop"}], "model": KEY}


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    """It runs."""
    with Hostile() as server:
        yield server


def watched(page: Page) -> tuple[list[bytes], list[Response]]:
    """All that the page is sent from now on: by WebSocket, and by HTTP."""
    frames: list[bytes] = []
    responses: list[Response] = []

    def on_frame(frame: str | bytes) -> None:
        frames.append(frame.encode() if isinstance(frame, str) else frame)

    page.on("websocket", lambda socket: socket.on("framereceived", on_frame))
    page.on("response", lambda response: responses.append(response))
    return frames, responses


def content(response: Response) -> bytes:
    """What a response has: its address, its headers, and its body, where the browser kept it."""
    head = f"{response.url} {response.headers}".encode()
    try:
        return head + response.body()
    except Error:
        return head


def tells(sent: bytes) -> bool:
    """Whether a piece of the key is in it, in one of its forms."""
    encoded = (base64.b64encode(b"\0" * at + KEY.encode()).decode()[16:-4] for at in range(3))
    forms = (KEY[PUBLIC:], KEY[PUBLIC:].encode().hex(), *encoded)
    pieces = (form[at : at + 12] for form in forms for at in range(len(form) - 11))
    return any(piece.encode() in sent for piece in pieces)


def test_neither_a_key_of_the_environment_nor_markup_reaches_the_page(
    page: Page, start_server: StartServer, hostile: Hostile
) -> None:
    frames, responses = watched(page)
    server = start_server(
        SPEKO_FLEET="live",
        SPEKO_CUSTOM_BASE_URL=f"{hostile.base_url}/v1",
        SPEKO_CUSTOM_API_KEY=KEY,
        SPEKO_CUSTOM_MODELS=NAME,
    )
    found: list[str] = []

    def look() -> None:
        settle(page)
        found.extend(page.evaluate(HARM))

    chat = ChatPage(page, server)
    chat.open()
    look()
    chat.send("Hello")
    expect(chat.last).to_contain_text("Your key: [key]")
    look()
    chat.send("Please fail")
    expect(chat.last).to_contain_text("evil.test")
    expect(chat.last).to_contain_text("[key]")
    look()
    chat.begin("Be slow")
    chat.wait_until_answering()
    found.extend(page.evaluate(HARM))
    hostile.go.set()
    expect(chat.turns).to_have_count(3)
    expect(chat.last).to_contain_text("Wait for it")
    look()
    chat.turns.nth(1).get_by_role("button", name="What happened").click()
    expect(page.get_by_role("radiogroup", name="What was sent, as code")).to_be_visible()
    look()
    session = page.url.partition("?")[2]
    for path in ("analytics", "routing", "demo"):
        page.goto(f"{server.url}/{path}?{session}")
        look()
        if path == "analytics":
            for toggle in page.get_by_text(re.compile("^Table of")).all():
                toggle.click()
            look()
    connections = ConnectionsPage(page, server)
    connections.open()
    connections.press("Test", "custom")
    expect(connections.connection("custom")).to_contain_text("✓")
    connections.connection("custom").get_by_text("Its own list").click()
    expect(page.get_by_text("evil.test").last).to_be_visible()
    look()
    assert not found
    assert KEY in hostile.keys
    assert len(frames) > 20
    assert not [frame[:80] for frame in frames if tells(frame)]
    assert not [each.url for each in responses if tells(content(each))]
    assert not tells(page.content().encode())
    assert not tells(server.log.encode())
