"""A model that thinks: open while it does, one line afterwards, and never sent back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.connections_page import ConnectionsPage
from tests.e2e.harness import PlaygroundServer, screenshot, settle
from tests.e2e.model_server import Thinker

SAYS = "The moon pulls the sea."
LAST = Thinker.lines[-1].strip()


@pytest.fixture(params=["reasoning_content", None], ids=["field", "tags"])
def desk(request: pytest.FixtureRequest) -> Iterator[Thinker]:
    """A server on the desk whose model thinks."""
    with Thinker(SAYS, request.param, seed=4711) as server:
        yield server
        server.go.set()


@pytest.fixture
def chat(page: Page, server: PlaygroundServer, desk: Thinker) -> ChatPage:
    """The chat with that server alone, its message on the way."""
    connections = ConnectionsPage(page, server)
    connections.open()
    connections.add_server("Desk", desk.base_url)
    connections.chat_with("custom-desk")
    chat = ChatPage(page, server)
    chat.begin("What makes the tides?")
    return chat


def is_in_view(line: Locator) -> bool:
    """Whether this is in sight within what scrolls around it."""
    seen: bool = line.evaluate(
        """element => {
            const box = element.closest('.st-key-thinking').getBoundingClientRect();
            return Math.abs(element.getBoundingClientRect().bottom - box.bottom) < 20;
        }"""
    )
    return seen


def test_reasoning_is_open_while_it_arrives_and_one_line_afterwards(
    page: Page, chat: ChatPage, desk: Thinker
) -> None:
    opened = page.get_by_test_id("stExpander")
    expect(opened.get_by_text("Thinking ...")).to_be_visible()
    thoughts = opened.locator(".sp-typed")
    expect(thoughts).to_contain_text(LAST)
    assert is_in_view(thoughts), "the newest line is what one sees"
    assert thoughts.evaluate("each => each.closest('.st-key-thinking').clientHeight") < 300
    expect(page.get_by_text("Desk llama3.2:3b is thinking ...")).to_be_visible()
    expect(page.get_by_text("think>")).to_have_count(0)
    screenshot(page, "reasoning")

    desk.go.set()
    expect(chat.last).to_contain_text(SAYS)
    settle(page)
    folded = chat.last.locator(".sp-thought")
    expect(folded.locator("summary")).to_contain_text("Thought for")
    expect(folded.get_by_text(LAST)).not_to_be_visible()
    told = folded.locator("summary").inner_text()
    assert ("412 tokens" in told) is (desk.field is not None)
    expect(chat.last).not_to_contain_text("think>")

    chat.send("And the sun?")
    assert [each["content"] for each in desk.asked[-1]["messages"]] == [
        "What makes the tides?",
        SAYS,
        "And the sun?",
    ]

    chat.reload()
    folded = chat.turns.first.locator(".sp-thought")
    folded.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(folded.get_by_text(LAST)).to_be_visible()
    expect(folded.locator("summary")).to_have_text(told)
    expect(folded).to_contain_text("<b>tides</b> & *moon*.")
    screenshot(page, "reasoning-folded")


def test_a_turn_that_is_stopped_while_it_thinks_keeps_what_was_thought(
    page: Page, chat: ChatPage, desk: Thinker
) -> None:
    expect(page.get_by_test_id("stExpander").locator(".sp-typed")).to_contain_text(LAST)
    chat.stop()
    expect(chat.last).to_contain_text("No text had arrived.")
    chat.last.get_by_text("Thought for").click()
    expect(chat.last.get_by_text(LAST)).to_be_visible()
