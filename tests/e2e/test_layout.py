"""What fits: no page is wider than a phone, and at 200 % zoom the conversation has room."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PlaygroundServer, settle

PAGES = {
    "": "Ask once. The router picks who answers.",
    "?c={session}": "Book me an appointment for Tuesday.",
    "routing?c={session}": "Routing",
    "routing?view=sweep": "Routing",
    "routing?view=what-if": "Routing",
    "routing?view=scores": "Routing",
    "routing?view=drill": "Routing",
    "analytics": "Analytics",
    "analytics?c={session}": "Analytics",
    "analytics?c=gone": "Analytics",
    "analytics?of={{}}": "Analytics",
    "sessions": "Sessions",
    "sessions?how=bin": "Sessions",
    "demo": "Play the demo",
    "connections": "Connections",
    "real": "What is real here",
}
"""The address of each page and state, with its one heading of the first level."""

TOO_WIDE = """() => [document.scrollingElement, document.querySelector('.stMain')]
    .filter(each => each.scrollWidth > each.clientWidth).map(each => each.scrollWidth)"""
SHOWN_HEADINGS = """() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
    .filter(each => each.checkVisibility()).map(each => Number(each.tagName[1]))"""
SHARE_OF_THE_CONVERSATION = """() => {
    const edge = (selector) => document.querySelector(selector)?.getBoundingClientRect();
    const stuck = [...document.querySelectorAll('.stMain *')].filter(
        each => getComputedStyle(each).position === 'sticky' && each.clientHeight);
    const tops = [...stuck, document.querySelector('[data-testid=stHeader]')]
        .map(each => each.getBoundingClientRect()).filter(box => box.top < innerHeight / 2)
        .map(box => box.bottom);
    return (edge('[data-testid=stBottomBlockContainer]').top - Math.max(...tops)) / innerHeight;
}"""


@pytest.fixture(scope="module")
def server_model_file() -> Path | None:
    """Without the model: answers are written ones, with tables and code."""
    return None


@pytest.fixture(scope="module")
def sessions() -> dict[str, str]:
    """The id of the one session that all tests look at, by its server's address."""
    return {}


@pytest.fixture
def session(browser: Browser, server: PlaygroundServer, sessions: dict[str, str]) -> str:
    """A session with a table, code, and a word that is wider than a phone."""
    if server.url not in sessions:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        chat = ChatPage(page, server)
        chat.open()
        chat.send("Book me an appointment for Tuesday.")
        chat.send("Write a Python function that finds the longest word.")
        chat.send(f"What does {'w' * 150} mean?")
        sessions[server.url] = page.url.partition("c=")[2]
        page.close()
    return sessions[server.url]


def test_no_page_is_wider_than_a_phone(page: Page, server: PlaygroundServer, session: str) -> None:
    for path, heading in PAGES.items():
        page.goto(f"{server.url}/{path.format(session=session)}")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        settle(page)
        for width, height in ((390, 844), (320, 640)):
            page.set_viewport_size({"width": width, "height": height})
            settle(page)
            assert page.evaluate(TOO_WIDE) == [], (path, width)
            expect(page.get_by_role("button", name="Menu:")).to_be_in_viewport(ratio=1)
            page.get_by_role("button", name="Menu:").click(trial=True)
            levels = page.evaluate(SHOWN_HEADINGS)
            assert levels.index(1) == 0, path
            assert levels.count(1) == 1, path
            assert all(below <= above + 1 for above, below in pairwise(levels)), (path, levels)


@pytest.mark.parametrize("viewport", [(390, 844)])
def test_the_intent_is_one_line_that_unfolds(page: Page, server: PlaygroundServer) -> None:
    page.goto(f"{server.url}/routing")
    settle(page)
    line = page.locator(".st-key-intent-line")
    expect(line).to_contain_text("English, general, balanced, global, all providers")
    box = line.bounding_box()
    assert box is not None
    assert box["height"] < 60
    expect(page.locator(".ranking")).to_be_in_viewport(ratio=0.5)
    expect(page.get_by_label("Vertical")).to_be_hidden()
    line.get_by_text("Change").click()
    page.get_by_role("radio", name="Latency").click()
    expect(line).to_contain_text("latency")
    expect(page.get_by_label("Vertical")).to_be_visible()


@pytest.mark.parametrize("viewport", [(390, 844)])
def test_a_receipt_names_models_in_full(page: Page, server: PlaygroundServer, session: str) -> None:
    page.goto(f"{server.url}/?c={session}")
    settle(page)
    page.get_by_role("button", name="Receipt").last.click()
    names = page.locator(".receipt-who .sp-name")
    expect(names.first).to_be_visible()
    cut = names.evaluate_all(
        "all => all.filter(each => each.scrollWidth > each.clientWidth).length"
    )
    assert cut == 0


@pytest.mark.parametrize("viewport", [(720, 450), (640, 512)])
def test_at_twice_the_size_the_conversation_has_most_of_the_height(
    page: Page, server: PlaygroundServer, session: str
) -> None:
    """As a window of 1440 by 900, or 1280 by 1024, shows it at 200 %."""
    page.goto(f"{server.url}/?c={session}")
    settle(page)
    page.locator(".strip").scroll_into_view_if_needed()
    assert page.evaluate(SHARE_OF_THE_CONVERSATION) >= 0.6


def test_an_answer_leads_on_and_an_empty_page_to_a_full_one(
    page: Page, server: PlaygroundServer, session: str
) -> None:
    page.goto(f"{server.url}/?c={session}")
    page.get_by_role("link", name="What if others were asked").click()
    expect(page.get_by_role("radio", name="what-if")).to_be_checked()
    expect(page).to_have_url(f"{server.url}/routing?c={session}&view=what-if")
    page.goto(f"{server.url}/analytics")
    page.get_by_role("button", name="Show “Book me an appointment").click()
    expect(page.get_by_role("heading", name="Latency")).to_be_visible()
