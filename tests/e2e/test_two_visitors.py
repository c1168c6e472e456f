"""Two people at one playground: each has their own sessions, unless both are at its machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import StartServer
from tests.e2e.harness import PATIENCE_MS, PlaygroundServer, settle
from tests.e2e.model_server import MODEL, StoryTeller
from tests.e2e.proxy import Proxy
from tests.patience import PATIENCE

STORY = "Tell me a very long story about the merger."
NOT_HERE = "This session is not here"
FROM_OUTSIDE = {"X-Forwarded-For": "203.0.113.9"}


@pytest.fixture
def teller() -> Iterator[StoryTeller]:
    """A model whose stories last for as long as somebody listens."""
    with StoryTeller() as teller:
        yield teller


@pytest.fixture
def model(teller: StoryTeller) -> dict[str, str]:
    """The settings with which it answers."""
    return {"SPEKO_CUSTOM_BASE_URL": teller.base_url, "SPEKO_CUSTOM_MODELS": MODEL}


@pytest.fixture
def other_page(browser: Browser) -> Iterator[Page]:
    """A tab of another person's browser."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()


def test_at_the_machine_itself_both_are_its_user(
    page: Page, other_page: Page, start_server: StartServer, model: dict[str, str]
) -> None:
    server = start_server(**model)
    ann, ben = ChatPage(page, server), ChatPage(other_page, server)
    ann.open()
    ann.begin(STORY)
    ann.wait_until_answering()
    ben.page.goto(page.url)
    ben.wait_until_answering()
    ben.stop()
    expect(ann.last).to_contain_text("Stopped by you")


def test_behind_a_proxy_each_browser_has_its_own(
    page: Page,
    other_page: Page,
    start_server: StartServer,
    model: dict[str, str],
    teller: StoryTeller,
) -> None:
    server = start_server(**model)
    with Proxy(server.port, FROM_OUTSIDE) as proxy:
        neither_meets_the_other(page, proxy.url, other_page, proxy.url, server, teller)


def test_by_a_proxys_header_each_user_has_their_own_in_any_browser(
    page: Page,
    other_page: Page,
    start_server: StartServer,
    model: dict[str, str],
    teller: StoryTeller,
) -> None:
    trusted = {"SPEKO_TRUSTED_USER_HEADER": "X-User", "SPEKO_TRUSTED_PROXIES": "127.0.0.1"}
    server = start_server(**model, **trusted)
    with (
        Proxy(server.port, {**FROM_OUTSIDE, "X-User": "ann"}) as for_ann,
        Proxy(server.port, {**FROM_OUTSIDE, "X-User": "ben"}) as for_ben,
    ):
        kept = neither_meets_the_other(page, for_ann.url, other_page, for_ben.url, server, teller)
        other_page.goto(f"{for_ann.url}/?c={kept}")
        expect(other_page.get_by_text(STORY).first).to_be_visible()


def neither_meets_the_other(
    page: Page,
    anns_url: str,
    other_page: Page,
    bens_url: str,
    server: PlaygroundServer,
    teller: StoryTeller,
) -> str:
    """Ann asks; Ben, who has her links, can do nothing with them. Returns her session's id."""
    ann, ben = ChatPage(page, server), ChatPage(other_page, server)
    page.goto(anns_url)
    settle(page)
    ann.begin(STORY)
    ann.wait_until_answering()
    teller.left_alone.clear()
    session = page.url.partition("c=")[2]
    for path in ("", "routing", "demo", "connections", "analytics"):
        other_page.goto(f"{bens_url}/{path}?c={session}")
        settle(other_page)
        expect(other_page.get_by_text("merger")).to_have_count(0)
        expect(other_page.get_by_role("button", name="Stop")).to_have_count(0)
        expect(other_page.get_by_text(NOT_HERE)).to_have_count(int(path in ("", "analytics")))
    ben.page.goto(f"{bens_url}/?c={session}")
    settle(other_page)
    ben.begin("Tell me a story of my own.")
    ben.wait_until_answering()
    assert other_page.url.partition("c=")[2] not in ("", session)
    ben.stop()
    expect(page.get_by_text(re.compile("is answering"))).to_be_visible()
    ann.stop()
    assert teller.left_alone.wait(PATIENCE)
    for chat, mine, theirs in ((ann, STORY, "my own"), (ben, "my own", STORY)):
        chat.page.get_by_text("Recent sessions").click()
        listed = chat.page.locator(".st-key-recent-sessions")
        expect(listed).to_contain_text(mine[:20])
        expect(listed).not_to_contain_text(theirs[:20])
    ben.page.get_by_role("button", name="Delete all ...").click()
    ben.page.get_by_role("button", name="Delete", exact=True).click()
    expect(ben.page.get_by_text("Ask once.")).to_be_visible()
    expect(ben.page.get_by_text("Recent sessions")).to_have_count(0)
    page.reload()
    expect(ann.turns).to_have_count(1)
    return session
