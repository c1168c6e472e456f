"""The chat page as a person uses it, for the journeys."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.e2e.harness import PlaygroundServer, settle


def focused_turn(page: Page) -> Locator:
    """The turn that the address leads to."""
    return page.locator('[aria-current="true"]')


class ChatPage:
    """What a person does on the page, and where they look."""

    def __init__(self, page: Page, server: PlaygroundServer) -> None:
        self.page = page
        self._server = server

    @property
    def box(self) -> Locator:
        """Where messages are typed."""
        return self.page.get_by_placeholder("Message the router")

    @property
    def turns(self) -> Locator:
        """The turns that are over."""
        return self.page.locator('[class*="st-key-turn-"]')

    @property
    def last(self) -> Locator:
        """The newest turn that is over."""
        return self.turns.last

    @property
    def said(self) -> Locator:
        """The newest turn's message and answer."""
        return self.last.get_by_role("group", name="Chat message from")

    @property
    def chips(self) -> Locator:
        """The newest turn's chips."""
        return self.last.get_by_role("group", name="About this answer")

    def open(self, path: str = "") -> None:
        """Go to the page and wait until it stands."""
        self.page.goto(f"{self._server.url}/{path}")
        expect(self.box).to_be_visible()
        settle(self.page)

    def reload(self) -> None:
        """Press F5."""
        self.page.reload()
        expect(self.box).to_be_visible()
        settle(self.page)

    def begin(self, message: str) -> None:
        """Send, and do not wait."""
        self.box.fill(message)
        self.box.press("Enter")

    def send(self, message: str) -> None:
        """Send, and wait for the answer."""
        self._and_wait(lambda: self.begin(message))

    def take_pill(self, key: str, text: str) -> None:
        """Click a suggested message, and wait for the answer."""
        self._and_wait(lambda: self.pill(key, text).click())

    def pill(self, key: str, text: str) -> Locator:
        """A suggested message: ``sample`` on the first screen, ``follow-up`` later."""
        return self.page.locator(f".st-key-{key}").get_by_text(text)

    def choose(self, label: str, option: str) -> None:
        """Pick from a list with several choices, by typing: a long list draws only what shows."""
        # A list closes where its form scrolls: bring it into view as a person would, then type.
        field = self.page.get_by_label(label)
        field.scroll_into_view_if_needed()
        settle(self.page)
        field.fill(option)
        self.page.get_by_role("option", name=option, exact=True).click()
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_test_id("stSidebar")).to_contain_text(option)
        settle(self.page)

    def wait_until_answering(self) -> None:
        """Wait until the first words are on the page."""
        expect(self.page.get_by_text(re.compile("is answering"))).to_be_visible()
        live = self.page.get_by_label("Chat message from assistant").last
        expect(live.locator(".sp-answer")).to_contain_text(re.compile(r"\w+ \w+"))

    def stop(self) -> None:
        """Press Stop, and wait until the turn says so."""
        self.page.get_by_role("button", name="Stop").click()
        expect(self.last).to_contain_text("Stopped by you")
        settle(self.page)

    def provider(self) -> str:
        """Who gave the newest answer, as its chip says: ``Google gemini-3.8-flash``."""
        return self.chips.locator("b").inner_text()

    def _and_wait(self, act: Callable[[], None]) -> None:
        before = self.turns.count()
        act()
        expect(self.turns).to_have_count(before + 1)
        settle(self.page)
