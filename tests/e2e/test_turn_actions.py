"""Acting on a turn, as a person does: by its menus, in boxes, along branches."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat_page import ChatPage, focused_turn
from tests.e2e.harness import PlaygroundServer, settle

FIRST, SECOND = "Book me an appointment for Tuesday.", "Is there parking?"


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """Without the model words are scripted, and come at once."""


@pytest.fixture
def chat(page: Page, server: PlaygroundServer) -> ChatPage:
    """A session of two turns."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    chat = ChatPage(page, server)
    chat.open()
    chat.send(FIRST)
    chat.send(SECOND)
    return chat


def choose(chat: ChatPage, of: str, entry: str, turn: int = -1) -> None:
    """Take an entry of a turn's menu."""
    place = chat.turns.nth(turn) if turn >= 0 else chat.last
    place.hover()
    place.get_by_role("button", name=f"More for the {of}").click()
    chat.page.locator(".turn-menu:popover-open").get_by_text(entry, exact=True).click()


def box(chat: ChatPage) -> Locator:
    """The box to edit in."""
    return chat.page.get_by_role("textbox", name="Message of turn")


def clipboard(page: Page) -> str:
    """What was copied."""
    text: str = page.evaluate("() => navigator.clipboard.readText()")
    return text


def test_a_session_is_edited_branched_walked_compared_and_mended(
    chat: ChatPage, page: Page
) -> None:
    first_answer = chat.provider()
    edit_the_second_message(chat, page)
    ask_another_provider(chat, page)
    walk_the_branches(chat, page)
    see_the_tree(chat, page, first_answer)
    delete_and_undo(chat, page)


def edit_the_second_message(chat: ChatPage, page: Page) -> None:
    """In its place, from a menu by keyboard; what is written survives a reload and another page."""
    menu = chat.last.get_by_role("button", name="More for the message of turn 2")
    menu.press("Enter")
    entry = page.get_by_role("button", name="Edit and send again").and_(page.locator(":focus"))
    entry.press("Enter")
    expect(box(chat)).to_be_focused()
    expect(box(chat)).to_have_value(SECOND)
    page.keyboard.press("Escape")
    expect(box(chat)).to_have_count(0)
    expect(menu).to_be_focused()
    choose(chat, "message", "Edit and send again")
    box(chat).fill("Is there parking")
    chat.reload()
    expect(box(chat)).to_have_value("Is there parking")
    page.get_by_role("link", name="Analytics").click()
    expect(page.get_by_role("heading", name="Provider choice")).to_be_visible()
    page.get_by_role("link", name="Chat").first.click()
    expect(box(chat)).to_have_value("Is there parking")
    box(chat).press("Shift+Enter")
    box(chat).press_sequentially("for a bus?")
    box(chat).press("Enter")
    expect(chat.last).to_contain_text("2 of 2")
    expect(box(chat)).to_have_count(0)
    expect(chat.said.first).to_contain_text("Is there parking\nfor a bus?")
    expect(chat.turns).to_have_count(2)
    expect(chat.said.last.locator("xpath=..")).to_be_focused()
    settle(page)


def ask_another_provider(chat: ChatPage, page: Page) -> None:
    """One from the ranking, for this turn alone."""
    chat.last.get_by_role("button", name="More for the answer").click()
    menu = page.locator(".turn-menu:popover-open")
    menu.get_by_text("Ask another provider").click()
    other = menu.locator('[data-act="with"]').last
    name = other.locator("span").last.inner_text()
    other.click()
    expect(chat.last).to_contain_text("3 of 3")
    settle(page)
    assert chat.provider() == name
    expect(page.get_by_test_id("stMultiSelect").first).not_to_contain_text(name.split()[0])


def walk_the_branches(chat: ChatPage, page: Page) -> None:
    """Back and forward, by keyboard too; what differs, and word by word."""
    chat.last.get_by_text("What differs").click()
    rows = chat.last.locator(".turn-siblings li")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("another message")
    expect(rows.nth(2)).to_contain_text("instead of")
    rows.nth(0).get_by_role("button", name="Differences").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.locator("ins").first).to_be_visible()
    expect(sheet).to_contain_text("only in the one shown here")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    chat.last.get_by_role("button", name="Earlier").press("Enter")
    expect(chat.last).to_contain_text("2 of 3")
    expect(chat.last.get_by_role("button", name="Earlier")).to_be_focused()
    page.keyboard.press("Enter")
    expect(chat.last).to_contain_text("1 of 3")
    expect(chat.said.first).to_have_text(re.compile(re.escape(SECOND)))
    settle(page)
    chat.send("And by train?")
    expect(chat.turns).to_have_count(3)


def see_the_tree(chat: ChatPage, page: Page, first_answer: str) -> None:
    """All of the session in one picture, which leads to a turn on another branch."""
    page.get_by_role("button", name="This session as a tree").click()
    rows = page.get_by_role("dialog").locator(".tree li")
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text(first_answer.split()[0])
    rows.filter(has_text="for a bus?").first.get_by_role("button").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(focused_turn(page)).to_contain_text("for a bus?")
    expect(focused_turn(page)).to_be_in_viewport()
    expect(chat.turns).to_have_count(2)


def delete_and_undo(chat: ChatPage, page: Page) -> None:
    """What is deleted is gone from the page and its figures, and comes back."""
    expect(page.locator(".strip-block")).to_have_count(2)
    choose(chat, "answer", "Delete", turn=0)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    expect(chat.turns).to_have_count(0)
    undo.press("Enter")
    expect(chat.turns).to_have_count(2)
    expect(page.locator(".strip-block")).to_have_count(2)
    expect(chat.last).to_contain_text("of 3")


def test_what_is_copied_is_what_is_there(chat: ChatPage, page: Page) -> None:
    choose(chat, "message", "Copy")
    expect(chat.last.locator('[data-said="Copied"]')).to_be_visible()
    assert clipboard(page) == SECOND
    choose(chat, "answer", "Copy as Markdown")
    expect(chat.last.locator('.turn-under [data-said="Copied"]')).to_be_visible()
    assert clipboard(page) == chat.last.locator("[data-markdown]").get_attribute("data-markdown")
    choose(chat, "answer", "Copy the link to this turn", turn=0)
    expect(chat.turns.first.locator('.turn-under [data-said="Copied"]')).to_be_visible()
    page.goto(clipboard(page))
    expect(focused_turn(page)).to_contain_text(FIRST)


def test_the_session_gets_a_title_of_its_own(chat: ChatPage, page: Page) -> None:
    page.get_by_role("button", name="Rename this session").press("Enter")
    title = page.get_by_role("textbox", name="Title of this session")
    expect(title).to_be_focused()
    title.fill("The dentist & <b>me</b>")
    title.press("Enter")
    expect(page.get_by_role("button", name="Rename this session")).to_be_focused()
    chat.reload()
    expect(page.get_by_role("heading", name="The dentist & <b>me</b>")).to_be_visible()


def test_an_answer_is_taken_to_compare(chat: ChatPage, page: Page) -> None:
    choose(chat, "answer", "Compare with others")
    expect(page.get_by_placeholder("Message all seats")).to_be_visible()
    expect(page.get_by_text(SECOND).first).to_be_visible()


@pytest.mark.parametrize("viewport", [(390, 844), (320, 640)])
def test_on_a_phone_a_menu_is_whole_and_the_page_does_not_scroll_sideways(
    chat: ChatPage, page: Page, viewport: tuple[int, int]
) -> None:
    chat.last.get_by_role("button", name="More for the answer").click()
    menu = page.locator(".turn-menu:popover-open")
    for _ in range(2):
        place = menu.bounding_box()
        assert place is not None
        assert place["x"] >= 0
        assert place["y"] >= 0
        assert place["x"] + place["width"] <= viewport[0]
        assert place["y"] + place["height"] <= viewport[1]
        menu.get_by_text("Ask another provider").click()
    wide = "() => document.documentElement.scrollWidth > innerWidth"
    assert not page.evaluate(wide)
