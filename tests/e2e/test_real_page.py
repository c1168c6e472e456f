"""From a label to what it means, and back, without losing what the browser session holds."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PlaygroundServer, settle

STARTER = "What should I check before I sign a lease?"


def explained(page: Page) -> None:
    """The page is there, and it is the same page load as before: keys would be gone otherwise."""
    expect(page.get_by_role("heading", name="What is real here", level=1)).to_be_visible()
    settle(page)
    assert page.evaluate("() => window.loadedOnce === true")


def test_each_label_leads_to_what_it_means_and_back(page: Page, server: PlaygroundServer) -> None:
    chat = ChatPage(page, server)
    chat.open()
    page.evaluate("() => { window.loadedOnce = true; }")
    page.get_by_text("Demo fleet").first.click()
    explained(page)
    page.go_back()
    chat.take_pill("sample", STARTER)
    expect(chat.chips).to_contain_text("simulated, scripted")

    chat.chips.get_by_text("simulated, scripted").click()
    explained(page)
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="scripted"))
    expect(row).to_contain_text("written beforehand")
    page.get_by_role("link", name="Back to the chat").click()
    expect(chat.last).to_contain_text(STARTER)
    settle(page)

    page.get_by_test_id("stSidebar").get_by_text("simulated", exact=True).click()
    explained(page)
    page.go_back()
    expect(chat.last).to_contain_text(STARTER)
    settle(page)
    chat.last.get_by_role("button", name="Receipt").click()
    page.get_by_role("dialog").get_by_text("simulated, scripted").click()
    explained(page)
    page.get_by_role("link", name="Add a key or a server").click()
    expect(page.get_by_role("heading", name="Connections").first).to_be_visible()


def test_a_starters_answers_go_on_with_its_follow_ups(page: Page, server: PlaygroundServer) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.take_pill("sample", STARTER)
    chat.take_pill("follow-up", "Write the email to the landlord.")
    expect(chat.last).to_contain_text("Subject:")
    expect(chat.chips).to_contain_text("simulated, scripted")
    expect(chat.pill("follow-up", "Can I leave before it ends?")).to_be_visible()


@pytest.mark.parametrize("viewport", [(390, 844)])
def test_it_fits_a_phone_and_opens_by_its_address(page: Page, server: PlaygroundServer) -> None:
    page.goto(f"{server.url}/real")
    expect(page.get_by_role("heading", name="The labels")).to_be_visible()
    settle(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
