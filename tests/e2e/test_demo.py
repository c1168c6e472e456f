"""The demo on a projector: from the first screen through an outage to the session it left."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PlaygroundServer, settle

PRESSES = 20
"""How often it may pause by itself before a turn is reached."""


@pytest.fixture
def viewport() -> tuple[int, int]:
    """A projector."""
    return 1920, 1080


@pytest.fixture
def stage(page: Page, server: PlaygroundServer) -> Stage:
    """The outage day, begun from the chat's first screen."""
    ChatPage(page, server).open()
    page.get_by_role("button", name="Play the demo").click()
    page.locator('[class*="st-key-play-shipped-3"] button').click()
    stage = Stage(page)
    expect(stage.caption).to_contain_text("9:00. A retailer's help desk opens")
    return stage


class Stage:
    """What is seen of a demo, and the keys a presenter presses."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.caption = page.get_by_role("status", name="Caption")
        self.progress = page.get_by_role("group", name="Progress")
        self.paused = self.progress.filter(has_text="paused")
        self.turns = page.get_by_role("article")
        self.charts = page.get_by_test_id("stPlotlyChart")

    def control(self, name: str) -> Locator:
        """A button, by its label."""
        return self.page.get_by_role("button", name=re.compile(f"^{name}"))

    @property
    def marked_speeds(self) -> Locator:
        """The speeds that are marked: one, the one in force."""
        speeds = self.page.locator(".st-key-demo-speeds button")
        return speeds.filter(has=self.page.get_by_test_id("stIconMaterial"))

    def count_presses(self) -> Callable[[], int]:
        """From now on, how often a control is pressed, by whatever means."""
        self.page.evaluate(
            "() => { window.presses = 0; document.addEventListener('click', () => presses++); }"
        )
        return lambda: int(self.page.evaluate("() => window.presses"))

    def pause(self) -> None:
        """Press space, unless it paused by itself: on a slow page nobody seems to look.

        Where it did so in the very moment of the press, that had it play on: once more.
        """
        for _ in range(PRESSES):
            if self.paused.count():
                return
            self.page.keyboard.press("Space")
            with suppress(AssertionError):
                expect(self.paused).to_be_visible(timeout=5_000)
        expect(self.paused).to_be_visible()

    def play_to(self, turn: int) -> None:
        """Let it play until this turn is on, and press space wherever it paused by itself."""
        there = self.progress.filter(has_text=re.compile(f"[{turn}-7] of 7"))
        for _ in range(PRESSES):
            if self.paused.count():
                self.page.keyboard.press("Space")
                with suppress(AssertionError):  # on a slow page it may have paused again
                    expect(self.paused).to_have_count(0, timeout=5_000)
            expect(there.or_(self.paused).first).to_be_visible()
            if there.count():
                return
        raise AssertionError(f"it does not play as far as turn {turn}")

    def step_to(self, caption: str) -> None:
        """Press the right arrow, and wait for the next caption."""
        self.page.keyboard.press("ArrowRight")
        expect(self.caption).to_contain_text(caption)


def test_an_outage_day_is_stepped_through_and_left_as_a_session(
    page: Page, server: PlaygroundServer, stage: Stage
) -> None:
    stage.pause()
    expect(stage.progress).to_contain_text("1 of 7, paused")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()

    stage.step_to("Google gemini-3.8-flash answers")
    expect(stage.charts).to_have_count(2)
    stage.step_to("9:20")
    stage.step_to("OpenAI gpt-6.1-sol takes")
    stage.step_to("9:41. OpenAI goes down")
    expect(page.get_by_text("Drill: OpenAI is down")).to_be_visible()
    page.keyboard.press("PageDown")
    expect(stage.caption).to_contain_text("Watch the amber chip: OpenAI is down. Google answers")
    chips = stage.turns.last.get_by_role("group", name="About this answer")
    expect(chips).to_contain_text("Google gemini-3.8-flash")
    expect(chips).to_contain_text("Failed over once")
    expect(chips).to_contain_text("simulated, scripted")
    expect(page.get_by_role("group", name="Figures")).to_contain_text("3 of 7")
    assert font_pixels(stage.caption) >= 28
    assert font_pixels(stage.turns.last) >= 22

    session = page.url.partition("c=")[2]
    page.reload()
    expect(stage.caption).to_contain_text("Watch the amber chip")
    expect(stage.progress).to_contain_text("3 of 7, paused")
    settle(page)

    page.keyboard.press("Escape")
    expect(stage.caption).to_contain_text("Stopped")
    expect(page.get_by_test_id("stHeader")).to_be_visible()
    page.get_by_role("link", name="Open in chat").click()
    chat = ChatPage(page, server)
    expect(chat.turns).to_have_count(3)
    expect(chat.chips).to_contain_text("Failed over once")
    settle(page)
    page.get_by_role("link", name="Analytics").click()
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text("Demo: A provider outage day")).to_be_visible()
    assert session in page.url


def test_it_plays_by_itself_and_pauses_while_nobody_is_there(
    page: Page, server: PlaygroundServer, stage: Stage
) -> None:
    stage.control("4×").click()
    stage.play_to(2)
    address = page.url
    page.goto(f"{server.url}/connections")
    expect(page.get_by_role("heading", name="Connections").first).to_be_visible()
    page.wait_for_timeout(3_500)  # there is no event to wait for: nothing is what happens
    page.goto(address)
    expect(stage.progress).to_contain_text("paused")
    settle(page)
    stage.play_to(int(stage.progress.inner_text()[0]) + 1)


@pytest.mark.parametrize("focused", ["0.5×", "Step", "Stop"])
def test_space_pauses_and_plays_whatever_was_clicked_before(
    page: Page, stage: Stage, focused: str
) -> None:
    stage.pause()
    stage.control("0.5×").click()
    expect(stage.marked_speeds).to_have_text([re.compile("0.5×")])
    stage.control(focused).focus()
    presses = stage.count_presses()
    page.keyboard.press("Space")
    expect(stage.paused).to_have_count(0)
    assert presses() == 1
    stage.control(focused).focus()
    stage.pause()
    assert presses() == 2
    expect(stage.progress).to_contain_text("1 of 7, paused")
    expect(stage.marked_speeds).to_have_text([re.compile("0.5×")])
    page.reload()
    expect(stage.marked_speeds).to_have_text([re.compile("0.5×")])


def test_the_buttons_of_the_demos_stand_on_one_line(page: Page, server: PlaygroundServer) -> None:
    page.goto(f"{server.url}/demo")
    plays = page.locator('[class*="st-key-play-shipped-"] button')
    expect(plays).to_have_count(4)
    settle(page)
    first_row = [place for place in map(Locator.bounding_box, plays.all()[:3]) if place]
    assert len({round(place["y"]) for place in first_row}) == 1


def test_four_seats_answer_on_the_stage_and_go_on_in_compare(
    page: Page, server: PlaygroundServer
) -> None:
    page.goto(f"{server.url}/demo")
    page.locator('[class*="st-key-play-shipped-4"] button').click()
    stage = Stage(page)
    expect(stage.caption).to_contain_text("One question goes to four seats at once")
    stage.pause()
    stage.step_to("The router chose Google. Google spoke first, OpenAI was cheapest.")
    expect(stage.turns).to_have_count(4)
    expect(stage.turns.first).to_contain_text("simulated, scripted")
    stage.step_to("Now Google goes down")
    stage.step_to("Google is down, so its own seat stays empty.")
    expect(stage.turns.nth(1)).to_contain_text("is down (drill)")
    expect(stage.turns.first).to_contain_text("Failed over once")
    band = page.locator(".st-key-demo-band").bounding_box()
    figures = page.locator(".dm-seat-figures").bounding_box()
    assert band
    assert figures
    assert figures["y"] + figures["height"] <= band["y"]
    stage.step_to("Google is back")
    stage.step_to("Below: all three messages, as medians.")
    stage.step_to("11 answers to 3 questions")
    page.get_by_role("link", name="Open in Compare").click()
    expect(page.get_by_placeholder("Message all seats")).to_be_visible()
    expect(page.locator(".compare-figures")).to_contain_text("2 of 3")
    settle(page)


def font_pixels(place: Locator) -> float:
    """How large the type is."""
    size: str = place.evaluate("element => getComputedStyle(element).fontSize")
    return float(size.removesuffix("px"))
