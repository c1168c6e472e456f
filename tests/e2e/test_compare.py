"""Side by side: all stopped and asked again, a seat removed, on a phone, and one's own settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.compare_page import NAMES, ComparePage, environment, talking
from tests.e2e.harness import PlaygroundServer, settle
from tests.e2e.model_server import Talker

SEATS = "seats=router&seats=custom-ann&seats=custom-bob&seats=custom-cyd"


@pytest.fixture(scope="module")
def talkers() -> Iterator[dict[str, Talker]]:
    """Three models that say nothing but their own names."""
    with talking(NAMES) as talkers:
        yield talkers


@pytest.fixture(scope="module")
def server_env(talkers: dict[str, Talker]) -> dict[str, str]:
    """Nobody but these three answers."""
    return environment(talkers)


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """No local model: who answers matters here."""


@pytest.fixture(autouse=True)
def all_talk(talkers: dict[str, Talker]) -> None:
    """Each begins well, and may not end yet."""
    for talker in talkers.values():
        talker.may_end.clear()
        talker.fails = False


def test_escape_stops_all_and_all_can_be_asked_again(
    page: Page, server: PlaygroundServer, talkers: dict[str, Talker]
) -> None:
    compare = ComparePage(page, server)
    compare.open(SEATS)
    compare.begin("Who are you?")
    for letter in "ABCD":
        compare.is_speaking(letter)
    page.keyboard.press("Escape")
    for letter in "ABCD":
        expect(compare.column(letter)).to_contain_text("Stopped by you")
    settle(page)
    for talker in talkers.values():
        talker.may_end.set()
    page.get_by_role("button", name="Retry all 4").click()
    expect(page.get_by_role("button", name="Retry all 4")).to_have_count(0)
    expect(page.locator(".compare-figures")).to_contain_text("1 of 1")
    settle(page)
    for letter, name in zip("BCD", NAMES, strict=True):
        expect(compare.column(letter).locator(".sp-answer")).to_contain_text(f"{name} {name}")
    compare.check_labels()


def test_a_seat_that_is_removed_is_stopped_and_no_other(
    page: Page, server: PlaygroundServer
) -> None:
    compare = ComparePage(page, server)
    compare.open(SEATS)
    compare.begin("Who are you?")
    for letter in "ABCD":
        compare.is_speaking(letter)
    page.locator(".st-key-seat-b button").click()
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Remove").click()
    expect(page.locator(".compare-head")).to_have_count(3)
    page.get_by_text("1 answer of seats that were removed").click()
    expect(page.locator(".compare-head").last).to_contain_text("Ann")
    expect(page.get_by_text("Stopped by you")).to_have_count(1)
    expect(compare.button("C", "Stop")).to_be_visible()
    compare.check_labels()
    page.get_by_role("button", name="Stop all").click()
    expect(page.get_by_text("Stopped by you")).to_have_count(4)


@pytest.mark.parametrize("viewport", [(390, 844)])
def test_on_a_phone_a_tab_brings_its_column_into_view(
    page: Page, server: PlaygroundServer, talkers: dict[str, Talker]
) -> None:
    compare = ComparePage(page, server)
    compare.open(SEATS)
    for talker in talkers.values():
        talker.may_end.set()
    compare.begin("Who are you?")
    expect(page.locator(".compare-figures")).to_be_visible()
    settle(page)
    tabs = page.locator(".compare-tabs button")
    expect(tabs).to_have_count(4)
    expect(compare.column("A")).to_be_in_viewport()
    expect(compare.column("C")).not_to_be_in_viewport()
    tabs.nth(2).click()
    expect(compare.column("C")).to_be_in_viewport()
    expect(compare.column("A")).not_to_be_in_viewport()
    expect(tabs.nth(2)).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_seat_has_settings_of_its_own_and_the_address_has_them(
    page: Page, server: PlaygroundServer, talkers: dict[str, Talker]
) -> None:
    compare = ComparePage(page, server)
    compare.open("seats=custom-ann&seats=custom-bob")
    page.locator(".st-key-seat-a button").click()
    page.get_by_text("Settings of its own").click()
    settle(page)
    body = page.get_by_test_id("stPopoverBody")
    body.get_by_role("textbox", name="Temperature").fill("0.2")
    page.keyboard.press("Enter")
    expect(page.locator(".compare-below").first).to_contain_text("temperature 0.2")
    settle(page)
    body.get_by_role("textbox", name="System prompt").fill("You are a pirate.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".compare-below").first).to_contain_text("another system prompt")
    settle(page)
    assert "pirate" not in page.url
    assert "temperature%3D0.2" in page.url or "temperature=0.2" in page.url
    body.get_by_role("button", name="Duplicate").click()
    expect(page.locator(".st-key-seat-c")).to_be_visible()
    settle(page)
    page.reload()
    expect(page.locator(".st-key-seat-c")).to_be_visible()
    settle(page)
    expect(page.locator(".compare-head")).to_have_count(3)
    expect(page.locator(".compare-head").last).to_contain_text("temperature 0.2")
    for talker in talkers.values():
        talker.may_end.set()
    compare.begin("Who are you?")
    expect(page.locator(".compare-figures")).to_be_visible()
    settle(page)
    first = [talkers[name].asked[-1]["messages"][0]["content"] for name in ("ann", "bob")]
    assert first == ["You are a pirate.", "Who are you?"]
