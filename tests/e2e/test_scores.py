"""Scores of one's own: brought, looked at, chosen, routed by, named, and nobody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PATIENCE_MS, PlaygroundServer, settle

pytestmark = pytest.mark.parametrize("viewport", [(1440, 900)])

BEFORE, AFTER = "google/gemini-3.8-flash", "xai/grok-4.7"
QUALITY = {"google:gemini-3.8-flash": 20, "openai:gpt-6.1-sol": 30, "xai:grok-4.7": 95}


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """Scripted words: who answers matters here, not what is said."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A person's own figures, by which another model is the best."""
    rows = [
        {
            "provider": entry.partition(":")[0],
            "model": entry.partition(":")[2],
            "quality": quality,
            "ttftMs": 300,
            "usdPerMinute": 0.0005,
            "n": 40,
        }
        for entry, quality in QUALITY.items()
    ]
    snapshot = {
        "id": "mine",
        "label": "Our own tests",
        "source": "40 support questions of ours",
        "date": "2026-11-26",
        "rows": rows,
    }
    path = tmp_path / "ours.json"
    path.write_text(json.dumps(snapshot))
    return path


@pytest.fixture
def other_page(browser: Browser) -> Iterator[Page]:
    """A tab of another browser."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()


def test_scores_of_ones_own_are_chosen_and_route_and_nobody_elses_change(
    page: Page, other_page: Page, server: PlaygroundServer, file: Path
) -> None:
    page.goto(f"{server.url}/routing?view=scores")
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("Illustrative scores for the demo fleet")
    settle(page)
    add(page, file)

    others = page.get_by_role("combobox", name="Other scores")
    # A list closes where its page scrolls.
    others.scroll_into_view_if_needed()
    settle(page)
    others.fill("Our own tests")
    page.get_by_role("option", name="Our own tests").click()
    expect(main).to_contain_text("get another winner. Most often")
    settle(page)

    page.get_by_role("button", name="Use Our own tests").click()
    expect(main.locator(".scores-one").filter(has_text="✓ in force")).to_contain_text(
        "Our own tests"
    )
    expect(main).to_contain_text("5 gaps")
    settle(page)

    page.get_by_role("link", name="Chat", exact=True).click()
    chat = ChatPage(page, server)
    expect(chat.box).to_be_visible()
    settle(page)
    panel = page.get_by_test_id("stSidebar").locator("[data-winner]")
    expect(panel).to_have_attribute("data-winner", AFTER)
    expect(panel).to_contain_text("Our own tests")
    chat.send("Where can I park?")
    assert chat.provider() == "xAI grok-4.7"
    chat.last.get_by_role("button", name="Receipt").click()
    expect(page.get_by_role("dialog")).to_contain_text("Our own tests (own-our-own-tests-")
    page.keyboard.press("Escape")

    chat.reload()
    expect(panel).to_have_attribute("data-winner", AFTER)

    other = ChatPage(other_page, server)
    other.open()
    beside = other_page.get_by_test_id("stSidebar").locator("[data-winner]")
    expect(beside).to_have_attribute("data-winner", BEFORE)
    expect(beside).to_contain_text("Illustrative")

    for own in (server.data_dir / "scores").glob("own-*.json"):
        own.unlink()
    page.reload()
    expect(page.get_by_text("The scores that you chose are gone")).to_be_visible()
    expect(panel).to_have_attribute("data-winner", BEFORE)


def add(page: Page, file: Path) -> None:
    """Bring the file by the panel, and see it in the list."""
    page.get_by_text("Add scores of your own").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".scores-one").filter(has_text="your own, file")).to_contain_text(
        "40 support questions of ours"
    )
    settle(page)
