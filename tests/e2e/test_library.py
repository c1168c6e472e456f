"""The library: a turn is found by two Chinese characters; sessions are tagged and deleted."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from playground.sessions.store import Store
from playground.sessions.turns import Conversation, utc_now
from playground.teams.owner import MACHINE_OWNER
from tests.e2e.chat_page import focused_turn
from tests.e2e.harness import PlaygroundServer, settle
from tests.turns import conversation, turn

FOUND = "今天北京的天气很好，我们去公园吧。"


@pytest.fixture(scope="module")
def server_model_file() -> Path | None:
    """No model: nothing is asked here."""
    return None


@pytest.fixture(scope="module")
def filled(server: PlaygroundServer) -> PlaygroundServer:
    """A playground with sessions: one long one in Chinese, and a few others."""
    store = Store(f"sqlite:///{server.data_dir / 'playground.db'}")
    store.of(MACHINE_OWNER).put([chinese(), *map(english, range(4))])
    store.close()
    return server


def chinese() -> Conversation:
    """Thirty turns, of which the twelfth says where to find it."""
    turns = [
        turn(
            f"zh{number}",
            f"zh{number - 1}" if number else None,
            conversation_id="zh",
            message=f"第{number}个问题",
            text=FOUND if number == 12 else "京都在北方。",
        )
        for number in range(30)
    ]
    return conversation(*turns, id="zh", title="在中国", updated_at=utc_now())


def english(number: int) -> Conversation:
    """A short one."""
    name = f"en{number}"
    asked = turn(f"{name}-1", conversation_id=name, message=f"Question {number}")
    at = utc_now() - timedelta(days=number)
    return conversation(asked, id=name, title=f"Question {number}", updated_at=at)


def open_sessions(page: Page, server: PlaygroundServer) -> None:
    """The page, once it stands."""
    page.goto(f"{server.url}/sessions")
    expect(page.get_by_role("heading", name="Sessions", level=1)).to_be_visible()
    settle(page)
    # The keys are ours from here on.
    expect(page.locator(".sp-announcer").first).to_be_attached()


def row(page: Page, name: str) -> None:
    """A session in the list is there."""
    expect(page.locator(f".st-key-session-{name}")).to_be_visible()


@pytest.mark.parametrize("viewport", [(1280, 900), (390, 844)])
def test_two_characters_lead_to_their_turn(page: Page, filled: PlaygroundServer) -> None:
    open_sessions(page, filled)
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search all texts")
    expect(search).to_be_focused()
    search.fill("北京")
    search.press("Enter")
    expect(page.get_by_text("1 session found")).to_be_visible()
    hit = page.locator(".st-key-hits-zh a")
    expect(hit).to_have_count(1)
    expect(hit.locator("strong")).to_have_text("北京")
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= window
    hit.click()
    expect(page).to_have_url(re.compile(r"c=zh.*t=zh12"))
    expect(focused_turn(page)).to_contain_text(FOUND)


def test_sessions_are_tagged_deleted_and_had_back(page: Page, filled: PlaygroundServer) -> None:
    open_sessions(page, filled)
    for number in (0, 1):
        page.get_by_role("checkbox", name=f"Select “Question {number}”").check(force=True)
        settle(page)
    expect(page.get_by_text("2 sessions selected")).to_be_visible()
    page.locator(".st-key-tag").get_by_role("button").click()
    page.get_by_label("Tags to add").fill("to read")
    page.get_by_label("Tags to add").press("Enter")
    expect(page.get_by_text("#to read")).to_have_count(2)
    page.keyboard.press("Escape")
    settle(page)
    page.get_by_text("Filters", exact=True).click()
    settle(page)
    page.get_by_role("combobox", name="Tag").click()
    page.get_by_role("option", name="to read").click()
    expect(page.get_by_text("2 sessions found")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Select all on this page").click()
    expect(page.get_by_text("2 sessions selected")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("2 sessions moved to the bin.")).to_be_visible()
    expect(page.get_by_text("No session here has all of that")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 sessions found")).to_be_visible()
    page.get_by_role("button", name="Clear all filters").click()
    expect(page.get_by_text("5 sessions", exact=True)).to_be_visible()


def test_the_keys_are_listed_and_each_can_be_switched_off(
    page: Page, filled: PlaygroundServer
) -> None:
    open_sessions(page, filled)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_be_visible()
    keys.get_by_label("Go to the search box").uncheck()
    page.keyboard.press("Escape")
    expect(keys).not_to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search all texts")).not_to_be_focused()
    open_sessions(page, filled)
    page.keyboard.press("?")
    keys.get_by_label("Go to the search box").check()
    keys.get_by_role("button", name="Close").click()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search all texts")).to_be_focused()


def test_the_sidebar_has_days_an_undo_and_the_way_to_all(
    page: Page, filled: PlaygroundServer
) -> None:
    page.goto(filled.url)
    page.get_by_text("Recent sessions").click()
    listed = page.locator(".st-key-recent-sessions")
    expect(listed).to_contain_text(re.compile(r"Today \d\d:\d\d"))
    page.get_by_role("button", name="Delete Question 3").click()
    expect(listed).not_to_contain_text("Question 3")
    page.get_by_role("button", name="Undo").click()
    expect(listed).to_contain_text("Question 3")
    page.get_by_role("link", name="All sessions").click()
    expect(page.get_by_role("heading", name="Sessions", level=1)).to_be_visible()
    row(page, "en3")
