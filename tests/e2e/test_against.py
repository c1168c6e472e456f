"""The router beside everyone: seated in a click, judged; its answers compared and charted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.harness import PlaygroundServer, settle


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """Scripted words: they come at once."""


def test_the_router_is_judged_beside_everyone(page: Page, server: PlaygroundServer) -> None:
    page.goto(f"{server.url}/compare?how=against+everyone")
    page.get_by_role("button", name="The router beside everyone").click()
    expect(page).to_have_url(re.compile("(seats=[^&]*&?){6}"))
    settle(page)
    box = page.get_by_placeholder("Message all seats")
    box.fill("What should I check before I sign a lease?")
    box.press("Enter")
    expect(page.get_by_text("1 message to the router, 6 answers in all")).to_be_visible()
    verdict = page.get_by_role("row", name=re.compile("^G? ?Google gemini")).first
    expect(verdict).to_contain_text("can't tell yet, about 24 more would do")
    expect(page.get_by_role("row", name=re.compile("^Oracle, an upper bound"))).to_be_visible()
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(1)

    page.get_by_role("radio", name="Side by side").click()
    # By keyboard: a click would first scroll to what the message box covers.
    page.locator("summary", has_text="Differences word by word").press("Enter")
    expect(page.get_by_text("Both say the same, word for word.")).to_be_visible()

    page.get_by_role("link", name="Analytics").first.click()
    expect(page.get_by_role("heading", name="By seat")).to_be_visible()
    expect(page.get_by_text("6 turns of 6 seats over 1 message")).to_be_visible()
    page.get_by_role("radio", name="A Router").click()
    expect(page.locator(".st-key-card-providers")).to_contain_text("Who answered: 1 of 1 turn")
    page.get_by_role("link", name="Turn 1", exact=True).click()
    expect(page.get_by_text("Differences word by word")).to_be_visible()
    settle(page)
