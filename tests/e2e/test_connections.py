"""A model server on the desk, added by its URL and chatted with; and no key left anywhere."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import StartServer
from tests.e2e.connections_page import ConnectionsPage
from tests.e2e.harness import PlaygroundServer, screenshot
from tests.e2e.model_server import MODEL, ModelServer, send_head
from tests.loopback_server import LoopbackServer, nobody_listens

KEY = "k-fake-journey-4711"
SAYS = "Tides follow the moon, and this answer is really mine."


@pytest.fixture
def desk() -> Iterator[ModelServer]:
    """The server on the desk."""
    with ModelServer(SAYS) as server:
        yield server


class Odd(LoopbackServer):
    """Answers everything alike: with a web page, or by refusing the key."""

    def __init__(self, status: int, content_type: str, content: bytes) -> None:
        self._answer = (status, content_type, content)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """The same to everybody."""
        status, content_type, content = self._answer
        send_head(request, status, content_type, len(content))
        request.wfile.write(content)


@contextmanager
def address(behaves: str) -> Iterator[str]:
    """A base URL at which a server behaves so."""
    with ExitStack() as stack:
        match behaves:
            case "refuses":
                yield stack.enter_context(nobody_listens())
            case "hangs":
                listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            case "sends a web page":
                page = b"<html>Welcome!</html>"
                yield stack.enter_context(Odd(200, "text/html", page)).base_url
            case _:
                refusal = b'{"error": {"message": "Wrong key"}}'
                yield stack.enter_context(Odd(401, "application/json", refusal)).base_url


def files_with(text: str, folder: Path) -> list[str]:
    """The files below ``folder`` that hold ``text`` anywhere."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [str(path) for path in found if text.encode() in path.read_bytes()]


def test_a_server_is_added_by_its_url_tested_and_chatted_with(
    page: Page, server: PlaygroundServer, desk: ModelServer
) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    connections = ConnectionsPage(page, server)
    connections.open()
    expect(connections.connection("openai")).to_contain_text("no key")

    connections.add_server("Desk", desk.base_url, KEY)
    mine = connections.connection("custom-desk")
    expect(mine).to_contain_text("set in this browser session")
    expect(mine).to_contain_text("✓")
    expect(mine).to_contain_text("ms")
    expect(connections.status).to_contain_text(MODEL)
    screenshot(page, "connections")
    sources = [page.content()]

    connections.chat_with("custom-desk")
    chat = ChatPage(page, server)
    expect(page.get_by_text("Live providers")).to_be_visible()
    chat.send("What makes the tides?")
    expect(chat.last).to_contain_text(SAYS)
    expect(chat.chips).to_contain_text(f"Desk {MODEL}")
    expect(chat.chips).to_contain_text("live")
    expect(chat.chips).not_to_contain_text("simulated")
    assert desk.asked[-1]["model"] == MODEL
    assert desk.keys == {KEY}
    sources.append(page.content())

    connections.come_back()
    expect(mine).to_contain_text("set in this browser session")
    sources.append(page.content())
    connections.press("Forget", "custom-desk")
    expect(mine).to_have_count(0)

    assert not [source for source in [*sources, *addresses] if KEY in source]
    assert KEY not in server.log
    assert not files_with(KEY, server.data_dir.parent)


def test_a_key_is_gone_with_the_browser_session(
    page: Page, server: PlaygroundServer, desk: ModelServer
) -> None:
    connections = ConnectionsPage(page, server)
    connections.open()
    connections.add_server("Desk", desk.base_url, KEY)
    expect(connections.connection("custom-desk")).to_be_visible()
    connections.open()
    expect(connections.connection("custom-desk")).to_have_count(0)


@pytest.mark.parametrize(
    ("behaves", "said"),
    [
        ("refuses", "could not be reached"),
        ("hangs", "timed out"),
        ("sends a web page", "web page"),
        ("wants another key", "key"),
    ],
)
def test_an_address_that_does_not_answer_is_not_used(
    page: Page, server: PlaygroundServer, behaves: str, said: str
) -> None:
    connections = ConnectionsPage(page, server)
    connections.open()
    with address(behaves) as url:
        connections.add_server("Nobody", url, KEY)
        mine = connections.connection("custom-nobody")
        expect(mine.get_by_role("status")).to_contain_text(said)
    expect(mine.get_by_role("status")).to_contain_text("just now")
    expect(mine).to_contain_text("Not in use: it has not answered yet.")
    expect(mine.locator(".sp-good")).to_have_count(0)
    expect(page.get_by_text("Now: the demo fleet.")).to_be_visible()
    screenshot(page, f"connections-{behaves.split()[0]}")
    page.get_by_role("link", name="Chat").first.click()
    expect(page.get_by_text("simulated vendors")).to_be_visible()


def test_a_server_that_dies_is_told_as_what_was_seen_last(
    page: Page, server: PlaygroundServer
) -> None:
    connections = ConnectionsPage(page, server)
    connections.open()
    with ModelServer(SAYS) as desk:
        connections.add_server("Desk", desk.base_url, KEY)
        mine = connections.connection("custom-desk")
        expect(mine.get_by_role("status")).to_contain_text("Desk answers: it lists 1 model.")
        expect(page.get_by_text("Now: live vendors.")).to_be_visible()
    connections.press("Test", "custom-desk")
    expect(mine.get_by_role("status")).to_contain_text("could not be reached")
    expect(mine.locator(".sp-good")).to_have_count(0)


def test_another_server_that_is_not_there_leaves_the_chat_where_it_was(
    page: Page, server: PlaygroundServer
) -> None:
    connections = ConnectionsPage(page, server)
    connections.open()
    connections.pick_server("Another server")
    form = connections.connection("other")
    with nobody_listens() as url:
        form.get_by_label("Base URL").fill(url)
        connections.press("Save and test", "other")
        expect(form.get_by_role("status")).to_contain_text("Nothing answers")
    expect(form.locator(".sp-good")).to_have_count(0)
    expect(page.get_by_text("the chat still uses the embedded gateway")).to_be_visible()
    page.get_by_role("link", name="Chat").first.click()
    expect(page.get_by_text("simulated vendors")).to_be_visible()


def test_another_speko_server_without_a_key_is_told_what_it_lacks(
    page: Page, server: PlaygroundServer, desk: ModelServer
) -> None:
    connections = ConnectionsPage(page, server)
    connections.open()
    connections.pick_server("Another server")
    expect(page.get_by_text("the chat still uses the embedded gateway")).to_be_visible()
    form = connections.connection("other")
    form.get_by_label("Base URL").fill(desk.base_url)
    connections.press("Save and test", "other")
    expect(form).to_contain_text("it is not a Speko server")


def test_a_shared_playground_leads_nobody_inside(
    page: Page, start_server: StartServer, desk: ModelServer
) -> None:
    shared = start_server(SPEKO_ALLOW_PRIVATE_URLS="false")
    connections = ConnectionsPage(page, shared)
    connections.open()
    expect(page.get_by_text("This playground is shared")).to_be_visible()
    connections.add_server("Inside", desk.base_url, KEY)
    expect(connections.connection("new-server")).to_contain_text("is a private address")
    expect(connections.connection("custom-inside")).to_have_count(0)
    assert desk.keys == set()


@pytest.mark.parametrize("viewport", [(390, 844)], ids=["phone"])
@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_the_page_fits_a_phone(page: Page, server: PlaygroundServer, colour_scheme: str) -> None:
    connections = ConnectionsPage(page, server)
    connections.open()
    connections.press("Add key", "openai")
    expect(connections.connection("openai").get_by_label("OpenAI key")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    screenshot(page, f"connections-phone-{colour_scheme}")
