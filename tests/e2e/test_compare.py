"""Side by side: four seats, each answer under its own name, stopped, asked again, gone on from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PlaygroundServer, settle
from tests.e2e.model_server import MODEL, Talker

SEATS = "seats=router&seats=custom-ann&seats=custom-bob&seats=custom-cyd"
NAMES = ("ann", "bob", "cyd")

# Watches every column as it is drawn: its words are those of the one whose name stands above.
WATCH = """() => {
    window.wrong = [];
    window.seen = 0;
    const look = () => {
        for (const head of document.querySelectorAll('.compare-head')) {
            const cell = head.closest('[class*="st-key-cell-"]');
            const text = cell?.querySelector('.sp-answer')?.textContent.trim();
            if (!text) continue;
            window.seen += 1;
            const name = head.querySelector('h2').textContent.toLowerCase();
            const said = new Set(text.split(/\\s+/).slice(0, -1));
            const isPinned = name !== 'router';
            if (said.size > 1 || (isPinned && said.size && !said.has(name))) {
                window.wrong.push(`${name}: ${text.slice(0, 80)}`);
            }
        }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true,
                                                   characterData: true });
}"""


@pytest.fixture(scope="module")
def talkers() -> Iterator[dict[str, Talker]]:
    """Three models that say nothing but their own names."""
    with ExitStack() as open_ones:
        yield {
            name: open_ones.enter_context(Talker(name, seed))
            for seed, name in enumerate(NAMES, start=7)
        }


@pytest.fixture(scope="module")
def server_env(talkers: dict[str, Talker]) -> dict[str, str]:
    """Nobody but these three answers."""
    env = {"SPEKO_FLEET": "live"}
    for name, talker in talkers.items():
        env[f"SPEKO_CUSTOM_{name.upper()}_BASE_URL"] = talker.base_url
        env[f"SPEKO_CUSTOM_{name.upper()}_MODELS"] = MODEL
    return env


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """No local model: who answers matters here."""


@pytest.fixture(autouse=True)
def all_talk(talkers: dict[str, Talker]) -> None:
    """Each begins well, and may not end yet."""
    for talker in talkers.values():
        talker.may_end.clear()
        talker.fails = False


class ComparePage:
    """What a person does on the page, and where they look."""

    def __init__(self, page: Page, server: PlaygroundServer) -> None:
        self.page = page
        self._server = server
        page.add_init_script(f"({WATCH})()")

    def open(self, query: str = SEATS) -> None:
        """Go to the page and wait until it stands."""
        self.page.goto(f"{self._server.url}/compare?{query}")
        expect(self.box).to_be_visible()
        settle(self.page)

    @property
    def box(self) -> Locator:
        """Where messages are typed."""
        return self.page.get_by_placeholder("Message all seats")

    def begin(self, message: str) -> None:
        """Send, and do not wait."""
        self.box.fill(message)
        self.box.press("Enter")

    def column(self, letter: str) -> Locator:
        """The seat's column for the last message."""
        return self.page.locator(f'[class*="st-key-cell-{letter.lower()}-"]').last

    def button(self, letter: str, name: str) -> Locator:
        """A button of that column."""
        return self.column(letter).get_by_role("button", name=re.compile(f"^{name}"))

    def is_speaking(self, letter: str) -> None:
        """Wait for the first words there."""
        expect(self.column(letter).locator(".sp-answer")).to_contain_text(re.compile(r"\w+ \w+"))

    def length(self, letter: str) -> int:
        """How much stands there."""
        return len(self.column(letter).locator(".sp-answer").inner_text())

    def check_labels(self) -> None:
        """Nothing ever stood under another's name."""
        self.page.wait_for_function("window.seen > 0")
        assert self.page.evaluate("window.wrong") == []


def test_four_seats_over_two_messages(
    page: Page, server: PlaygroundServer, talkers: dict[str, Talker]
) -> None:
    compare = ComparePage(page, server)
    compare.open()
    talkers["cyd"].fails = True
    compare.begin("Who are you?")
    for letter in "ABC":
        compare.is_speaking(letter)
    expect(compare.column("D")).to_contain_text("Out of words")

    # One is stopped, and no other is disturbed.
    compare.button("C", "Stop").click()
    expect(compare.column("C")).to_contain_text("Stopped by you")
    before = compare.length("B")
    page.wait_for_function(
        "least => document.querySelectorAll('.sp-answer')[1].innerText.length > least", arg=before
    )
    compare.check_labels()

    # A reload in the middle finds every column, and those that speak go on.
    page.reload()
    for letter in "AB":
        compare.is_speaking(letter)
    expect(compare.column("C")).to_contain_text("Stopped by you")
    expect(compare.column("D")).to_contain_text("Out of words")
    expect(compare.button("B", "Stop")).to_be_visible()
    compare.check_labels()
    for talker in talkers.values():
        talker.may_end.set()
    expect(page.locator(".compare-figures")).to_be_visible()
    settle(page)
    expect(compare.column("B")).to_contain_text("Receipt")

    # The same seat is asked again, alone.
    talkers["cyd"].fails = False
    heard = len(talkers["ann"].asked)
    compare.button("D", "Retry").click()
    expect(compare.column("D")).to_contain_text("Earlier tries")
    settle(page)
    expect(compare.column("D").locator(".sp-answer")).to_contain_text("cyd cyd")
    assert len(talkers["ann"].asked) == heard

    # All go on from one.
    compare.button("B", "Go on from this").click()
    expect(compare.column("B")).to_contain_text("All go on from this")
    expect(compare.column("C")).to_contain_text("Next: after B's answer")
    settle(page)
    compare.begin("And now?")
    expect(page.locator('[class*="st-key-cell-c-"]')).to_have_count(2)
    expect(page.get_by_text("2 of 2").first).to_be_visible()
    settle(page)
    sent = talkers["bob"].asked[-1]["messages"]
    assert [each["content"] for each in (sent[0], sent[-1])] == ["Who are you?", "And now?"]
    assert set(sent[1]["content"].split()) == {"ann"}
    compare.check_labels()

    # And one of them in the chat.
    compare.button("C", "More").click()
    page.get_by_text("Go on with this one in the chat").click()
    chat = ChatPage(page, server)
    expect(chat.box).to_be_visible()
    settle(page)
    expect(chat.last).to_contain_text("bob bob")
    page.get_by_role("link", name="All seats side by side").click()
    expect(compare.box).to_be_visible()
    settle(page)
    expect(compare.column("D").locator(".sp-answer")).to_contain_text("cyd cyd")


def test_escape_stops_all_and_all_can_be_asked_again(
    page: Page, server: PlaygroundServer, talkers: dict[str, Talker]
) -> None:
    compare = ComparePage(page, server)
    compare.open()
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
    compare.open()
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
    compare.open()
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
    page: Page, server: PlaygroundServer
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
    assert "temperature%3D0.2" in page.url or "temperature=0.2" in page.url
    body.get_by_role("button", name="Duplicate").click()
    expect(page.locator(".st-key-seat-c")).to_be_visible()
    settle(page)
    page.reload()
    expect(page.locator(".st-key-seat-c")).to_be_visible()
    settle(page)
    expect(page.locator(".compare-head")).to_have_count(3)
    expect(page.locator(".compare-head").last).to_contain_text("temperature 0.2")
