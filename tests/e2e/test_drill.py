"""The failover drill: made on the Routing page, told of on each, over by itself or by a click."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PATIENCE_MS, PlaygroundServer, settle


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """Scripted words: who answers matters here, not what is said."""


def banner(page: Page) -> Locator:
    """What every page says while a drill is on."""
    return page.locator(".st-key-drill-banner")


def go_to(page: Page, name: str) -> None:
    """Choose a page from the navigation: the session goes on."""
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(
        page.get_by_role("heading", name=name).or_(page.get_by_test_id("stChatInput"))
    ).to_be_visible()
    settle(page)


def test_a_drill_from_its_story_to_its_end(page: Page, server: PlaygroundServer) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.send("Hello")
    first_choice = chat.provider()
    expect(banner(page)).to_have_count(0)

    start_for_two_messages(page, first_choice)
    for name in ("Analytics", "Connections", "Chat"):
        go_to(page, name)
        expect(banner(page)).to_contain_text(f"{first_choice}: down")
        expect(banner(page)).to_contain_text("2 messages left")

    chat.send("And now?")
    assert chat.provider() != first_choice
    expect(chat.chips).to_contain_text("drill")
    expect(chat.chips).to_contain_text("Failed over once")
    expect(banner(page)).to_contain_text("1 message left")
    chat.begin("Still?")  # and look at once: what is told in passing is gone after seconds
    expect(page.get_by_text("The drill is over, after 2 messages.")).to_be_visible()
    expect(banner(page)).to_have_count(0)
    expect(chat.last).to_contain_text("Still?")
    settle(page)
    chat.send("And after it?")
    assert chat.provider() == first_choice
    expect(chat.chips).not_to_contain_text("drill")


def start_for_two_messages(page: Page, first_choice: str) -> None:
    """On the Routing page: the story in which the first choice goes down."""
    go_to(page, "Routing")
    page.get_by_role("radio", name="Drill").click()
    settle(page)
    page.get_by_label("How many").fill("2")
    page.get_by_label("How many").press("Enter")
    settle(page)
    story = page.locator(".st-key-preset-card-first-down")
    expect(story).to_contain_text(f"{first_choice} fails at once")
    story.get_by_role("button", name="Start").click()
    expect(banner(page)).to_contain_text("2 messages left")
    settle(page)


def test_a_break_keeps_its_words_and_one_click_ends_the_drill_for_this_visitor_alone(
    page: Page, server: PlaygroundServer, browser: Browser
) -> None:
    page.goto(f"{server.url}/routing?view=drill")
    expect(page.get_by_text("Start with a story", exact=True)).to_be_visible()
    page.get_by_text("minutes", exact=True).click()
    settle(page)
    page.get_by_label("How many").fill("60")
    page.get_by_label("How many").press("Enter")
    settle(page)
    page.locator(".st-key-preset-card-breaks").get_by_role("button", name="Start").click()
    expect(banner(page)).to_contain_text(re.compile(r"5\d:\d\d"))
    left = banner(page).get_by_role("timer")
    expect(left).not_to_have_text(left.inner_text())
    settle(page)

    visitor = browser.new_page()
    visitor.set_default_timeout(PATIENCE_MS)
    visitor.goto(server.url)
    expect(visitor.get_by_placeholder("Message the router")).to_be_visible()
    settle(visitor)
    expect(banner(visitor)).to_have_count(0)
    visitor.close()

    go_to(page, "Chat")
    chat = ChatPage(page, server)
    chat.send("Tell me about Tuesday.")
    expect(chat.last).to_contain_text("The answer broke off.")
    expect(chat.last).to_contain_text("broke off in the middle of its answer (drill)")
    page.get_by_role("button", name="End drill").click()
    expect(banner(page)).to_have_count(0)
    chat.send("Tell me about Wednesday.")
    expect(chat.last).not_to_contain_text("drill")


def test_a_reload_asks_whether_the_drill_goes_on(
    page: Page, server: PlaygroundServer, browser: Browser
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.choose("Simulate an outage of", "OpenAI · any model")
    expect(banner(page)).to_contain_text("OpenAI: down")
    chat.send("Hello")
    shared = page.url
    chat.reload()
    expect(banner(page)).to_contain_text("A drill was running")
    page.get_by_role("button", name="Go on").click()
    expect(banner(page)).not_to_contain_text("was running")
    settle(page)
    chat.send("And now?")
    expect(chat.chips).to_contain_text("drill")

    other = browser.new_page()
    other.set_default_timeout(PATIENCE_MS)
    other.goto(shared)
    expect(other.get_by_placeholder("Message the router")).to_be_visible()
    settle(other)
    expect(banner(other)).to_have_count(0)
    other.close()

    page.get_by_role("button", name="End drill").click()
    expect(banner(page)).to_have_count(0)
    chat.reload()
    expect(banner(page)).to_have_count(0)
