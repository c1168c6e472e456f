"""A what-if, from the first slider to an answer that it routed, by keyboard where it counts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PlaygroundServer, settle


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """Scripted words: who answers matters here, not what is said."""


class WhatIfPage:
    """What a person does on the view, and where they look."""

    def __init__(self, page: Page, server: PlaygroundServer) -> None:
        self.page = page
        self._server = server

    def open(self) -> None:
        """Go to the view and wait until it stands."""
        self.page.goto(f"{self._server.url}/routing?view=what-if")
        expect(self.headline).to_contain_text("as today")
        expect(self.slider("accuracy")).to_be_visible()
        settle(self.page)

    @property
    def headline(self) -> Locator:
        """The sentence on top."""
        return self.page.get_by_role("status").filter(has_text=re.compile("win|take over|answer"))

    @property
    def first(self) -> Locator:
        """Who would win."""
        return self.page.locator("li[data-candidate]").first

    def slider(self, axis: str) -> Locator:
        """An axis' slider."""
        return self.page.locator(f'[data-axis="{axis}"] input[type=range]')

    def press(self, axis: str, key: str, times: int) -> None:
        """Move a slider by keyboard."""
        self.slider(axis).focus()
        for _ in range(times):
            self.page.keyboard.press(key)

    def percents(self) -> list[int]:
        """What the three sliders say."""
        shares = self.page.locator("[data-axis] output").all_inner_texts()
        return [int(text.removesuffix(" %")) for text in shares]


def test_a_what_if_is_tried_saved_and_used(page: Page, server: PlaygroundServer) -> None:
    view = WhatIfPage(page, server)
    view.open()
    before = str(view.first.get_attribute("data-candidate"))
    assert view.percents() == [50, 30, 20]

    view.press("accuracy", "ArrowRight", 20)
    expect(view.headline).to_contain_text(f"would take over from {before}")
    accuracy, latency, cost = view.percents()
    assert (accuracy, latency, cost) == (70, 18, 12)
    winner = str(view.first.get_attribute("data-candidate"))
    assert winner != before
    settle(page)
    page.get_by_text("Tipping points as a table").click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()

    model = winner.partition("/")[2]
    switch = page.get_by_role("switch", name=f"{model} in the pool")
    switch.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Out of the pool")).to_contain_text(model)
    expect(view.first).not_to_have_attribute("data-candidate", winner)

    price = page.get_by_label("Quality, 0 to 100 of xAI grok-4.7")
    price.fill("nonsense")
    expect(page.get_by_text("must be a number from 0 to 100, not “nonsense”")).to_be_visible()
    price.fill("99")
    expect(view.first).to_have_attribute("data-candidate", "xai/grok-4.7")
    expect(page.get_by_text("must be a number")).to_have_count(0)
    settle(page)

    page.get_by_label("Name", exact=True).fill("Grok improves")
    page.keyboard.press("Enter")
    saved = page.locator('[class*="st-key-what-if-row-"]')
    expect(saved).to_contain_text(f"without {winner.replace('/', ':')}")
    settle(page)
    saved.get_by_role("button", name="Use in chat").click()
    expect(page.get_by_text("The chat routes by Grok improves")).to_be_visible()
    settle(page)
    page.get_by_role("link", name="Go to the chat").click()

    chat = ChatPage(page, server)
    expect(chat.box).to_be_visible()
    settle(page)
    chat.send("Is there parking?")
    assert chat.provider() == "xAI grok-4.7"
    expect(chat.chips).to_contain_text("what-if: Grok improves")

    chat.reload()
    scores = page.get_by_role("combobox", name=re.compile("Scores"))
    expect(scores).to_have_value("Grok improves")
    scores.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Backspace")
    expect(scores).to_have_value("")
    settle(page)
    chat.send("And a bus stop?")
    expect(chat.chips).not_to_contain_text("what-if")


@pytest.mark.parametrize("viewport", [(720, 450)])
def test_zoomed_to_twice_its_size_nothing_is_cut_off(page: Page, server: PlaygroundServer) -> None:
    WhatIfPage(page, server).open()
    page.locator("li[data-candidate]").first.scroll_into_view_if_needed()
    assert hidden_pixels(page.get_by_test_id("stMain")) == 0
    assert hidden_pixels(page.locator(".st-key-intent-row [data-testid=stButtonGroup]")) == 0


def hidden_pixels(place: Locator) -> int:
    """How much of its width does not show."""
    hidden: int = place.evaluate(
        "place => Math.max(...[place, ...place.querySelectorAll('[role=radiogroup]')]"
        ".map(each => each.scrollWidth - each.clientWidth))"
    )
    return hidden
