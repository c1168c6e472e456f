"""One long journey through Compare: asked, stopped, failed, reloaded, judged blind, and charted."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.compare_page import ComparePage, environment, talking
from tests.e2e.harness import PlaygroundServer, settle
from tests.e2e.model_server import Talker

PINNED = "seats=custom-ann&seats=custom-bob"
SEATS = f"seats=router%3Bmax_tokens%3D16&{PINNED}&seats=local%3Bmax_tokens%3D16"
VOTES = ("1", "ArrowRight", "3", "2", "ArrowLeft", "4", "1", "1", "3", "2")
"""Ten, by every key that there is; four for the left, three for the right."""


@pytest.fixture(scope="module")
def talkers() -> Iterator[dict[str, Talker]]:
    """Two models that say nothing but their own names."""
    with talking(("ann", "bob")) as talkers:
        yield talkers


@pytest.fixture(scope="module")
def server_env(talkers: dict[str, Talker]) -> dict[str, str]:
    """These two answer, and the local model."""
    return environment(talkers)


def ask(compare: ComparePage, message: str) -> None:
    """Send, and wait for all four answers."""
    compare.begin(message)
    rows = compare.page.locator('[class*="st-key-message-"]').filter(has_text=message)
    expect(rows.locator('[class*="st-key-under-"]')).to_have_count(4)
    settle(compare.page)


def go_on_from(compare: ComparePage, letter: str) -> None:
    """Have all go on from that seat's answer."""
    compare.button(letter, "Go on from this").click()
    expect(compare.column(letter)).to_contain_text("All go on from this")
    settle(compare.page)


def choose_threads(page: Page, name: str) -> None:
    """What each seat goes on from."""
    page.locator('[class*="st-key-threads-"]').get_by_role("radio", name=name).click()
    settle(page)


def test_from_the_first_message_to_the_ratings_and_the_charts(
    page: Page, server: PlaygroundServer, talkers: dict[str, Talker]
) -> None:
    compare = ComparePage(page, server)
    compare.open(SEATS)
    ann, bob = talkers["ann"], talkers["bob"]

    # The first message, each seat by itself: one is stopped, one fails, and the page is reloaded.
    bob.fails = True
    compare.begin("Who are you?")
    compare.is_speaking("B")
    expect(compare.column("C")).to_contain_text("Out of words")
    expect(compare.button("D", "More")).to_be_visible()
    page.reload()
    compare.is_speaking("B")
    expect(compare.column("C")).to_contain_text("Out of words")
    compare.button("B", "Stop").click()
    expect(compare.column("B")).to_contain_text("Stopped by you")
    for talker in talkers.values():
        talker.may_end.set()
    expect(page.locator(".compare-figures")).to_be_visible()
    settle(page)
    bob.fails = False
    heard = len(ann.asked)
    compare.button("C", "Retry").click()
    expect(compare.column("C")).to_contain_text("Earlier tries")
    expect(compare.column("C").locator(".sp-answer")).to_contain_text("bob bob")
    settle(page)
    assert len(ann.asked) == heard

    # Three more after everybody's answers.
    choose_threads(page, "All answers")
    for message in ("Now together.", "Who was right?", "Is that all?"):
        ask(compare, message)
        expect(compare.column("A")).to_contain_text("After all answers")
    said = ann.asked[-1]["messages"]
    assert {"ann", "bob"} <= set(said[-2]["content"].split())

    # Three from a winner's answer, which is not always the same seat's.
    choose_threads(page, "The winner's")
    for winner, message in (("B", "Go on."), ("B", "Further."), ("C", "Once more.")):
        go_on_from(compare, winner)
        ask(compare, message)
        expect(compare.column("D")).to_contain_text(f"After {winner}'s answer")
    said = bob.asked[-1]["messages"]
    assert "bob" in said[-2]["content"]

    # And again each by itself.
    choose_threads(page, "Own threads")
    for message in ("Alone again.", "The end?"):
        ask(compare, message)
        expect(compare.column("B")).to_contain_text("Own thread")
    said = ann.asked[-1]["messages"]
    assert set(said[-2]["content"].split()) == {"ann"}
    assert said[-3]["content"] == "Alone again."
    compare.check_labels()
    figures = page.locator(".compare-figures").get_by_role("row")
    expect(figures.filter(has_text="Ann")).to_contain_text("8 of 9")
    expect(figures.filter(has_text="Bob")).to_contain_text("9 of 9")
    asked_at = page.url

    # One of them in the chat, and back.
    compare.button("C", "More").click()
    page.get_by_text("Go on with this one in the chat").click()
    chat = ChatPage(page, server)
    expect(chat.box).to_be_visible()
    settle(page)
    expect(chat.last).to_contain_text("bob bob")

    judge_ten_pairs(page, server, talkers)
    find_it_in_analytics(page, server, asked_at)


def judge_ten_pairs(page: Page, server: PlaygroundServer, talkers: dict[str, Talker]) -> None:
    """Ten votes by keyboard on a pasted list; then the ratings."""
    talkers["ann"].says, talkers["bob"].says = "plain", "short"
    page.goto(f"{server.url}/compare?how=blind&{PINNED}")
    page.get_by_text("Judge a list of prompts").click()
    page.get_by_text("Paste", exact=True).click()
    prompts = page.get_by_label("Prompts, one in each line")
    prompts.fill("\n".join(f"Prompt {number}" for number in range(1, 11)))
    page.get_by_role("button", name="Start the list").click()
    for number, key in enumerate(VOTES, start=1):
        expect(page.get_by_text(f"{number} of 10")).to_be_visible()
        expect(page.get_by_role("button", name="Left is better")).to_be_visible()
        settle(page)
        assert "ann" not in page.locator(".st-key-blind-answers").inner_text().casefold()
        page.keyboard.press(key)
        expect(page.get_by_role("button", name=re.compile("Undo"))).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("Next|Finish"))).to_be_focused()
        if number < len(VOTES):
            page.keyboard.press("Enter")
    page.get_by_role("button", name="Show who is who").click()
    expect(page.get_by_text(re.compile("You chose the right answer."))).to_be_visible()
    page.get_by_role("radio", name="Ratings").click()
    expect(page.get_by_role("heading", name="Can't tell yet who is better")).to_be_visible()
    expect(page.get_by_text("A verdict needs 25 votes: 15 more votes would do")).to_be_visible()
    rates = page.locator(".st-key-ratings-rates")
    expect(rates).to_contain_text(re.compile(r"Votes\s*10"))
    expect(rates).to_contain_text(re.compile(r"Ties\s*20%"))
    expect(rates).to_contain_text(re.compile(r"Both bad\s*10%"))
    settle(page)


def find_it_in_analytics(page: Page, server: PlaygroundServer, asked_at: str) -> None:
    """Both sessions, by seat."""
    page.get_by_role("link", name="Analytics").first.click()
    expect(page.get_by_text("20 turns of 2 seats over 10 messages")).to_be_visible()
    settle(page)
    session = re.search(r"[?&]c=([^&]+)", asked_at)
    assert session
    page.goto(f"{server.url}/analytics?c={session[1]}")
    expect(page.get_by_text("37 turns of 4 seats over 9 messages")).to_be_visible()
    expect(page.get_by_role("radio", name=re.compile("^D Local"))).to_be_visible()
    page.get_by_role("radio", name=re.compile("^C Bob")).click()
    # With the one that failed and was tried again.
    expect(page.locator(".st-key-card-providers")).to_contain_text("Who answered: 9 of 10 turns")
    settle(page)
