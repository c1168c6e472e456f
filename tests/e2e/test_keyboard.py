"""By keyboard and by ear: the way to the message box, where the focus goes, what is announced."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat_page import ChatPage, focused_turn
from tests.e2e.harness import PlaygroundServer, settle

MOST_STOPS = 10
"""From the top of the page to the message box."""
STREAMLITS = {"Open", "Clear all", "Increment", "Decrement"}
"""Names of buttons inside Streamlit's own fields, which no Tab reaches."""
BUTTON = re.compile(r'- button "((?:[^"\\]|\\.)*)"')

LISTEN = """() => {
    window.heard = []
    for (const region of document.querySelectorAll(".sp-announcer"))
        new MutationObserver(() => heard.push(region.textContent))
            .observe(region, {childList: true})
}"""
RUNS = """() => {
    const app = document.querySelector('[data-testid=stApp]')
    window.runs = 0
    new MutationObserver(() => { if (app.dataset.testScriptState === 'running') runs += 1 })
        .observe(app, {attributeFilter: ['data-test-script-state']})
}"""


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """Scripted words: who answers matters here, not what is said."""


@pytest.fixture(scope="module")
def server_env() -> dict[str, str]:
    """Quick, and slow enough for an answer to be seen arriving."""
    return {"SPEKO_PACE": "0.2"}


@pytest.fixture
def viewport() -> tuple[int, int]:
    """High enough for the whole form, with room for its lists to open."""
    return 1280, 1250


@pytest.fixture
def chat(page: Page, server: PlaygroundServer) -> ChatPage:
    """A fresh chat, whose announcements are noted."""
    chat = ChatPage(page, server)
    chat.open()
    page.evaluate(LISTEN)
    return chat


def heard(page: Page) -> list[str]:
    """What a screen reader was given to say, in its order."""
    said: list[str] = page.evaluate("() => window.heard")
    return said


def outline(place: Locator) -> tuple[str, float]:
    """The style and the width in pixels of the line around it."""
    style, width = place.evaluate(
        "each => [getComputedStyle(each).outlineStyle, getComputedStyle(each).outlineWidth]"
    )
    return style, float(width.removesuffix("px"))


def test_few_stops_lead_to_the_message_box(chat: ChatPage, page: Page) -> None:
    for path in ("", "a conversation"):
        if path:
            chat.send("Hello")
            chat.reload()
        stops = 0
        while stops < MOST_STOPS and not chat.box.evaluate("e => e === document.activeElement"):
            page.keyboard.press("Tab")
            stops += 1
            if page.evaluate("() => document.activeElement.textContent") == "Skip to the message":
                expect(page.get_by_text("Skip to the message")).to_be_in_viewport()
                page.keyboard.press("Enter")
        expect(chat.box).to_be_focused()


def test_an_answer_is_announced_once_and_not_after_a_reload(chat: ChatPage, page: Page) -> None:
    # A long answer: of one that is over before the page shows it, only the end is said.
    chat.send("Write a Python function that finds the longest word.")
    said = heard(page)
    assert said == ["Answering", f"Answer by {chat.provider()}"]
    settle(page)
    page.get_by_role("radio", name="Latency").click()
    settle(page)
    assert heard(page) == said, "drawn again, and not said again"
    chat.reload()
    expect(page.locator(".sp-announcer").first).to_have_text("")


def test_a_failover_and_a_failure_are_announced(chat: ChatPage, page: Page) -> None:
    chat.send("Hello")
    vendor = chat.provider()
    provider, model = vendor.split(" ", 1)
    chat.choose("Simulate an outage of", f"{provider} · {model}")
    chat.send("And now?")
    assert heard(page)[-1] == f"Answer by {chat.provider()}, failed over once"
    assert chat.provider() != vendor
    chat.choose("Allowed providers", f"{provider} · {model}")
    chat.send("And now nobody?")
    assert heard(page)[-1].startswith("No answer. ")
    expect(page.locator('.sp-announcer[role="alert"]')).to_contain_text("drill")


def test_the_focus_goes_to_the_answer_and_stays_in_the_box(chat: ChatPage, page: Page) -> None:
    chat.take_pill("sample", "Book me an appointment for Tuesday.")
    expect(chat.last.locator(".sp-said").last).to_be_focused()
    chat.take_pill("follow-up", "3pm, with Dr. Chen.")
    expect(chat.last.locator(".sp-said").last).to_be_focused()
    chat.send("Thank you.")
    expect(chat.box).to_be_focused()
    chat.box.fill("By the button")
    page.get_by_test_id("stChatInputSubmitButton").click()
    expect(chat.turns).to_have_count(4)
    settle(page)
    expect(chat.box).to_be_focused()


def test_an_opened_receipt_has_the_focus_and_gives_it_back(chat: ChatPage, page: Page) -> None:
    chat.send("Hello")
    opener = chat.last.get_by_role("button", name="Receipt in turn 1")
    opener.press("Enter")
    receipt = page.get_by_role("dialog")
    expect(receipt).to_contain_text("What was sent, as code")
    inside = "each => each.contains(document.activeElement)"
    page.wait_for_function(f"each => ({inside})(each)", arg=receipt.element_handle())
    page.keyboard.press("Tab")
    assert receipt.evaluate("each => each.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(receipt).to_have_count(0)
    expect(opener).to_be_focused()


def test_a_link_to_a_turn_focuses_it(chat: ChatPage, page: Page) -> None:
    chat.send("Hello")
    chat.send("Hello again")
    page.get_by_role("link", name="Analytics").click()
    page.locator(".st-key-card-flow").get_by_role("link", name="Turn 1").click()
    expect(focused_turn(page)).to_be_focused()


def test_a_form_has_the_focus_and_gives_it_back(page: Page, server: PlaygroundServer) -> None:
    page.goto(f"{server.url}/connections")
    settle(page)
    opener = page.get_by_role("button", name="Add key for OpenAI")
    opener.press("Enter")
    expect(page.get_by_label("OpenAI key")).to_be_focused()
    page.get_by_role("button", name="Cancel").press("Enter")
    expect(opener).to_be_focused()
    page.get_by_role("button", name="Add a server").press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_role("button", name="Cancel").press("Enter")
    expect(page.get_by_role("button", name="Add a server")).to_be_focused()


@pytest.mark.parametrize(
    "path", ["", "routing?view=drill", "analytics", "connections", "demo", "evaluate"]
)
def test_names_tell_buttons_apart(path: str, chat: ChatPage, page: Page) -> None:
    chat.send("Hello")
    chat.send("Hello again")
    session = page.url.partition("?")[2]
    page.goto(f"{page.url.partition('?')[0]}{path}{'&' if '?' in path else '?'}{session}")
    settle(page)
    names = Counter(BUTTON.findall(page.locator("body").aria_snapshot()))
    assert [name for name, count in names.items() if count > 1 and name not in STREAMLITS] == []


def test_focus_can_be_seen_on_all_that_tab_reaches(chat: ChatPage, page: Page) -> None:
    chat.send("Hello")
    chat.reload()  # the first Tab begins at the top
    seen = 0
    while not page.get_by_role("link", name="Connections").evaluate(
        "each => each === document.activeElement"
    ):
        page.keyboard.press("Tab")
        at = page.locator(":focus")
        if at.evaluate("each => each.matches('input, textarea')"):
            continue  # its frame changes colour
        style, width = outline(at)
        assert style == "solid", at.evaluate("each => each.outerHTML.slice(0, 200)")
        assert width >= 2
        seen += 1
    assert seen > 5


def test_single_keys_do_nothing_that_nobody_meant(chat: ChatPage, page: Page) -> None:
    chat.box.evaluate("each => each.blur()")
    page.evaluate(RUNS)
    for key in ("r", "Shift+R", "c"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)  # there is no event to wait for: nothing is what happens
    assert page.evaluate("() => window.runs") == 0
    chat.box.press_sequentially("rc")
    expect(chat.box).to_have_value("rc")


def test_our_own_keys_can_be_switched_off(page: Page, server: PlaygroundServer) -> None:
    page.goto(f"{server.url}/demo")
    settle(page)
    page.get_by_label("Keyboard shortcuts").uncheck()
    page.reload()
    settle(page)
    expect(page.get_by_label("Keyboard shortcuts")).not_to_be_checked()
    page.locator('[class*="st-key-play-shipped-3"] button').click()
    # While the page is drawn again, the one of before may stand beside it for a moment.
    progress = page.get_by_role("group", name="Progress").first
    expect(progress).to_contain_text("of 7")
    for key in ("Space", "Escape"):
        page.keyboard.press(key)
    page.wait_for_timeout(600)  # there is no event to wait for: nothing is what happens
    expect(progress).not_to_contain_text("stopped")
    expect(page.get_by_role("button", name=re.compile("^Pause"))).to_be_visible()
    page.evaluate("() => localStorage.clear()")
    page.keyboard.press("Escape")
    expect(progress).to_contain_text("stopped")
