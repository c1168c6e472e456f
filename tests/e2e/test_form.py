"""What is typed into the form and not left yet goes out with the next request, or holds it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.connections_page import ConnectionsPage
from tests.e2e.harness import PlaygroundServer, settle
from tests.e2e.model_server import ModelServer


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """The answers come from the server on the desk."""


@pytest.fixture
def desk() -> Iterator[ModelServer]:
    """A model server that remembers what it was asked."""
    with ModelServer("An answer from the desk.") as server:
        yield server


def field(page: Page, name: str) -> Locator:
    """A text field of the form."""
    return page.get_by_role("textbox", name=name)


def test_a_message_goes_out_with_what_the_form_shows_or_not_at_all(
    page: Page, server: PlaygroundServer, desk: ModelServer
) -> None:
    connections = ConnectionsPage(page, server)
    connections.open()
    connections.add_server("Desk", desk.base_url)
    connections.chat_with("custom-desk")
    chat = ChatPage(page, server)
    line = page.locator(".next-message summary")
    before = line.inner_text()

    chat.box.fill("Hello " * 400)
    expect(line).not_to_have_text(before)
    field(page, "Temperature").fill("5")
    chat.send("Hello")
    expect(field(page, "Temperature")).to_have_value("2")
    assert desk.asked[-1]["temperature"] == 2
    expect(page.get_by_text("“5” is above the limit: 2 is used.")).to_be_visible()

    chat.box.fill("By the button")
    field(page, "Max tokens").fill("64,000")
    field(page, "System prompt").fill("Be brief.")
    page.get_by_test_id("stChatInputSubmitButton").click()
    expect(chat.turns).to_have_count(2)
    settle(page)
    expect(field(page, "Max tokens")).to_have_value("64000")
    assert desk.asked[-1]["max_tokens"] == 64_000
    assert desk.asked[-1]["messages"][0] == {"role": "system", "content": "Be brief."}

    asked = len(desk.asked)
    field(page, "Temperature").fill("warm")
    chat.begin("Wait for it")
    expect(page.get_by_text("Messages wait. Temperature: “warm” is not a number.")).to_be_visible()
    expect(chat.box).to_have_value("Wait for it")
    expect(field(page, "Temperature")).to_have_value("warm")
    assert len(desk.asked) == asked
    field(page, "Temperature").fill("0,5")
    chat.box.press("Enter")
    expect(chat.turns).to_have_count(3)
    assert desk.asked[-1]["temperature"] == 0.5
    assert desk.asked[-1]["messages"][-1]["content"] == "Wait for it"
