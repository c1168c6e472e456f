"""Before and after: a failover's receipt, its place in the charts, and the way back to its turn."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.chat_page import ChatPage, focused_turn
from tests.e2e.harness import PlaygroundServer, settle


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """Scripted words: who answers matters here, not what is said."""


@pytest.fixture
def viewport() -> tuple[int, int]:
    """High enough for the whole form, with room for its lists to open."""
    return 1280, 1250


@pytest.fixture
def session(page: Page, server: PlaygroundServer) -> ChatPage:
    """A session of four turns; the first choice was down for the third."""
    chat = ChatPage(page, server)
    chat.open()
    chat.take_pill("sample", "Book me an appointment for Tuesday.")
    chat.take_pill("follow-up", "3pm, with Dr. Chen.")
    provider, model = chat.provider().split(" ", 1)
    chat.choose("Simulate an outage of", f"{provider} · {model}")
    chat.send("Is there parking?")
    page.get_by_test_id("stSidebar").get_by_label("Clear all").last.click()
    settle(page)
    chat.send("Thank you.")
    return chat


def test_a_failover_has_its_receipt_its_charts_and_its_link(
    session: ChatPage, page: Page, context: BrowserContext
) -> None:
    see_the_receipt(session, page)
    see_the_flow(page)
    see_the_turn_behind_a_link(page, context)


def see_the_receipt(chat: ChatPage, page: Page) -> None:
    """Opened by keyboard; says who was the first choice, who failed, who served."""
    opener = chat.turns.nth(2).get_by_role("button", name="What happened")
    opener.focus()
    page.keyboard.press("Enter")
    receipt = page.get_by_role("dialog")
    expect(receipt).to_contain_text("was the first choice; it was down (drill), so")
    expect(receipt).to_contain_text("not the first choice")
    sheet = receipt.bounding_box()
    assert sheet is not None
    assert sheet["height"] > 800, "a receipt opens as a sheet, whatever room its chip has"
    expect(receipt).to_contain_text("made under a drill")
    expect(receipt).to_contain_text("2 attempts")
    expect(receipt).to_contain_text("still in force")
    page.keyboard.press("Escape")
    expect(receipt).to_have_count(0)
    chat.last.get_by_role("button", name="Receipt").click()
    expect(receipt).to_contain_text("was the first choice and answered.")
    expect(receipt).not_to_contain_text("made under a drill")
    page.keyboard.press("Escape")


def see_the_flow(page: Page) -> None:
    """The drill is told on every card; the flow leads to the turn that failed over."""
    page.get_by_role("link", name="Analytics").click()
    expect(page.get_by_role("heading", name="Flow")).to_be_visible()
    settle(page)
    expect(page.get_by_text("1 of 4 turns was made under a drill.")).to_have_count(7)
    flow = page.locator(".st-key-card-flow")
    expect(flow.locator(".sankey-link")).to_have_count(3)
    expect(page.locator(".st-key-card-timeline .scatterlayer")).to_be_visible()
    flow.get_by_role("link", name="Turn 3").focus()
    page.keyboard.press("Enter")
    expect(focused_turn(page)).to_contain_text("Is there parking?")


def see_the_turn_behind_a_link(page: Page, context: BrowserContext) -> None:
    """A link to a turn shows it, also where a new tab opens it on another page."""
    query = page.url.partition("?")[2]
    for path in ("", "analytics"):
        tab = context.new_page()
        tab.set_viewport_size({"width": 1280, "height": 600})
        tab.goto(f"{page.url.partition('?')[0]}{path}?{query}")
        expect(focused_turn(tab)).to_contain_text("Is there parking?")
        settle(tab)
        expect(focused_turn(tab)).to_be_in_viewport()
        tab.close()
