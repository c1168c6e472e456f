"""Before the question: the preview follows the intent, the sweep sets it, the chat asks by it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PlaygroundServer, settle

pytestmark = pytest.mark.parametrize("viewport", [(1440, 900)])


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """Scripted words: who answers matters here, not what is said."""


def test_who_would_answer_is_seen_first_and_then_answers(
    page: Page, server: PlaygroundServer
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    panel = page.get_by_test_id("stSidebar").locator("[data-winner]")
    expect(panel).to_contain_text("Would answer now")
    assert_in_view(page, panel)
    expect(panel).to_have_attribute("data-winner", "google/gemini-3.8-flash")

    page.get_by_test_id("stSidebar").get_by_role("radio", name="Accuracy").click()
    expect(panel).to_have_attribute("data-winner", "openai/gpt-6.1-sol")
    chat.choose("Allowed providers", "Anthropic · any model")
    expect(panel).to_have_attribute("data-winner", "anthropic/claude-opus-5-5")
    panel.get_by_text("filtered out").locator("visible=true").click()
    expect(panel).to_contain_text("not on the allow-list: OpenAI gpt-6.1-sol")

    page.get_by_role("link", name="Routing").click()
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("Anthropic claude-opus-5-5 would answer")
    expect(main.locator(".ranking").get_by_role("listitem")).to_have_count(2)

    choose_by_keyboard(page, down=15, cell="Spanish · es, Legal, Cost")
    page.get_by_role("button", name="Use this intent").press("Enter")
    settle(page)
    expect(page.get_by_role("radio", name="Cost")).to_be_checked()
    expect(page.get_by_role("combobox", name="Language")).to_have_value("Spanish · es")

    page.get_by_role("link", name="Ask it in the chat").click()
    expect(chat.box).to_be_visible()
    settle(page)
    expect(page.get_by_role("combobox", name="Language")).to_have_value("Spanish · es")
    foretold = panel.get_attribute("data-winner") or ""
    chat.send("¿Hay aparcamiento?")
    assert chat.provider() == foretold.replace("anthropic/", "Anthropic ")


def choose_by_keyboard(page: Page, down: int, cell: str) -> None:
    """The sweep's table of one vertical, and so many rows down in it, with no pointer."""
    page.get_by_role("radio", name="sweep").press("Space")
    chosen = page.locator(".st-key-sweep-chosen")
    expect(chosen).to_contain_text("320 intents")
    page.get_by_role("radio", name="Legal").press("Space")
    expect(chosen).to_contain_text("80 intents")
    page.get_by_role("switch", name="Table").press("Space")
    settle(page)
    page.locator(".st-key-sweep-table canvas").first.focus()
    for _ in range(down):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(chosen).to_contain_text(cell)
    settle(page)


def assert_in_view(page: Page, element: Locator) -> None:
    """All of it is on the screen, nothing scrolled."""
    box = element.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= (page.viewport_size or {"height": 0})["height"]
