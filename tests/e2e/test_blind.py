"""Five answers judged blind, by keyboard: nobody is named before the vote, and then it is rated."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import StartServer
from tests.e2e.harness import screenshot, settle
from tests.e2e.model_server import ModelServer
from tests.patience import PATIENCE

NAMES = ("OpenAI", "openai", "gpt", "Mistral", "mistral")
SEATS = "seats=openai:gpt-6.1-sol&seats=mistral:mistral-small-latest"
PROMPTS = ["Why is the sky blue?", "Name a tree.", "Name a river.", "Name a star.", "Say hello."]


class Late(ModelServer):
    """Says nothing before ``go``."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.go = threading.Event()

    def events(self, message: str) -> Iterator[str]:
        """The answer, once it may come."""
        self.go.wait(PATIENCE)
        yield from super().events(message)


@pytest.fixture
def quick() -> Iterator[ModelServer]:
    """One of the two: in a few words, at once."""
    with ModelServer("A short answer, and a plain one.") as server:
        yield server


@pytest.fixture
def late() -> Iterator[Late]:
    """The other one: longer, and late."""
    with Late("A longer answer: it begins with a reason, and ends with an example.") as server:
        yield server


@pytest.fixture
def blind(page: Page, start_server: StartServer, quick: ModelServer, late: Late) -> Page:
    """The view, where both are about to be asked."""
    server = start_server(
        SPEKO_OPENAI_BASE_URL=f"{quick.base_url}/v1",
        OPENAI_API_KEY="k-quick",
        SPEKO_MISTRAL_BASE_URL=f"{late.base_url}/v1",
        MISTRAL_API_KEY="k-late",
    )
    page.goto(f"{server.url}/compare?how=blind&{SEATS}")
    expect(page.get_by_placeholder("Ask two at random")).to_be_visible()
    settle(page)
    return page


def answers(page: Page) -> Locator:
    """What both say."""
    return page.locator(".st-key-blind-answers .sp-answer")


def names(page: Page) -> list[str]:
    """Who is named anywhere in the page, or in its address."""
    everything = page.content() + page.url
    return [name for name in NAMES if name in everything]


def judged(page: Page, key: str) -> None:
    """Vote by this key once both answers are there, and look for names before and after."""
    expect(page.get_by_role("button", name="Left is better")).to_be_visible()
    settle(page)
    assert not names(page)
    page.keyboard.press(key)
    expect(page.get_by_role("button", name=re.compile("Undo"))).to_be_visible()
    assert not names(page)


def test_five_votes_by_keyboard_become_ratings(blind: Page, late: Late) -> None:
    page = blind
    page.get_by_text("Judge a list of prompts").click()
    page.get_by_text("Paste", exact=True).click()
    page.get_by_label("Prompts, one in each line").fill("\n".join(PROMPTS))
    page.get_by_role("button", name="Start the list").click()
    waiting = page.get_by_text("Waiting until both have begun")
    expect(waiting).to_have_count(2)
    assert not answers(page).count()
    late.go.set()
    expect(answers(page)).to_have_count(2)

    judged(page, "1")
    page.get_by_role("button", name=re.compile("Undo")).click()
    judged(page, "ArrowRight")

    page.get_by_role("button", name="Show who is who").click()
    expect(page.get_by_role("group", name="About this answer")).to_have_count(2)
    late.go.clear()
    page.get_by_role("button", name="Next").click()
    expect(waiting).to_have_count(2)
    expect(page.get_by_role("status").filter(has_text="Two answers arrive")).to_be_attached()
    assert not names(page), "those of the last answers are still there"
    late.go.set()
    judged(page, "3")
    for number, key in enumerate(("4", "ArrowLeft", "2"), start=3):
        expect(page.get_by_role("button", name="Next")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"{number} of 5")).to_be_visible()
        judged(page, key)

    page.get_by_role("button", name="Show who is who").click()
    expect(page.get_by_text(re.compile("You chose the right answer. .*OpenAI"))).to_be_visible()
    expect(page.get_by_role("group", name="About this answer")).to_have_count(2)
    expect(page.get_by_role("button", name="Receipt")).to_have_count(2)
    screenshot(page, "blind-named")

    page.get_by_role("radio", name="Ratings").or_(
        page.get_by_role("button", name="Ratings")
    ).first.click()
    expect(page.get_by_role("heading", name="Can't tell yet who is better")).to_be_visible()
    expect(page.get_by_text("A verdict needs 25 votes: 20 more votes would do")).to_be_visible()
    expect(page.locator(".st-key-ratings-chart")).to_be_visible()
    expect(page.locator(".st-key-ratings-rates")).to_contain_text(re.compile(r"Votes\s*5"))
    expect(page.locator(".st-key-ratings-rates")).to_contain_text(re.compile(r"Ties\s*20%"))
    settle(page)


def test_with_shortcuts_off_no_key_votes(blind: Page, late: Late) -> None:
    page = blind
    late.go.set()
    page.get_by_text("Keyboard shortcuts").click()
    box = page.get_by_placeholder("Ask two at random")
    box.fill(PROMPTS[0])
    box.press("Enter")
    expect(page.get_by_role("button", name="Left is better")).to_be_visible()
    settle(page)
    for key in ("1", "ArrowRight", "3"):
        page.keyboard.press(key)
    settle(page)
    expect(page.get_by_role("button", name="Tie")).to_be_visible()
    page.get_by_role("button", name="Tie").click()
    expect(page.get_by_text("You called it a tie.")).to_be_visible()
