"""Measure, then route by it: four vendors, a starter set, and the winner the truth asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PlaygroundServer, settle
from tests.e2e.vendors_with_truth import NATURES, answers_to, vendors_with_truth

BEFORE, AFTER = "Anthropic claude-haiku-5-5", "xAI grok-4.3"
EVERYBODY = sum(len(nature.models) for nature in NATURES.values())


@pytest.fixture(scope="module")
def server_env() -> Iterator[dict[str, str]]:
    """Four vendors that know the starter set to some part, each model as ``NATURES`` says."""
    with vendors_with_truth(answers_to("general", "en")) as (_, environment):
        yield environment


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """The local model has no part in this."""


def test_a_measured_run_decides_who_answers_next(page: Page, server: PlaygroundServer) -> None:
    everybody_is_ranked_with_a_source(page, server)
    measure(page)
    use_as_scores(page)
    see_it_in_the_preview_the_sweep_and_the_next_answer(page, server)


def everybody_is_ranked_with_a_source(page: Page, server: PlaygroundServer) -> None:
    """Before any measurement each callable candidate has its place, and says what is not known."""
    page.goto(f"{server.url}/routing")
    page.get_by_role("radio", name="Accuracy").click()
    expect(page.get_by_text(f"{BEFORE} would answer")).to_be_visible()
    for nature in NATURES.values():
        for model in nature.models:
            expect(page.get_by_text(model, exact=True).first).to_be_visible()
    expect(page.get_by_text("Scores: EuroEval, April 2026")).to_be_visible()
    sources = "list price, genai-prices"
    expect(page.get_by_role("img", name=re.compile(f"cost adds .*{sources}"))).to_have_count(
        EVERYBODY
    )


def measure(page: Page) -> None:
    """A starter set, asked of the router and of every provider."""
    page.get_by_role("link", name="Evaluate", exact=True).click()
    settle(page)
    page.get_by_role("button", name="The router against every provider").click()
    expect(page.get_by_text(re.compile("Asked: .*grok-4.3"))).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Run it").click()
    expect(page.get_by_text("done", exact=True)).to_be_visible()
    expect(page.locator("button[data-case]")).to_have_count(15 * (1 + EVERYBODY))


def use_as_scores(page: Page) -> None:
    """The point of the page."""
    page.get_by_role("button", name="Use as scores").click()
    expect(page.get_by_role("heading", name="You route by these scores now")).to_be_visible()
    winners = page.get_by_role("table", name="Who wins for English, General")
    by_accuracy = winners.get_by_role("row").filter(has_text="Accuracy")
    expect(by_accuracy.get_by_role("cell").last).to_contain_text(f"{AFTER} changed")


def see_it_in_the_preview_the_sweep_and_the_next_answer(
    page: Page, server: PlaygroundServer
) -> None:
    """The same browser session; nothing else was told to it."""
    page.get_by_role("link", name="The sweep").click()
    expect(page.get_by_text("xAI 80"), "every cell that asks for accuracy").to_be_visible()
    page.get_by_role("radio", name="Ranking").click()
    expect(page.get_by_text(f"{AFTER} would answer")).to_be_visible()
    page.get_by_role("link", name="Chat", exact=True).click()
    chat = ChatPage(page, server)
    chat.send("Hello there.")
    assert chat.provider() == AFTER
    chat.turns.last.get_by_role("button", name="Receipt").click()
    receipt = page.get_by_role("dialog")
    expect(receipt).to_contain_text("General, English")
