"""Two playgrounds with one store write into one session: both answers stay, as branches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import StartServer
from tests.e2e.harness import settle
from tests.e2e.model_server import MODEL, StoryTeller

FIRST, SECOND = "A story of the sea, please.", "A story of the hills, please."


@pytest.fixture
def teller() -> Iterator[StoryTeller]:
    """A model whose stories last for as long as somebody listens."""
    with StoryTeller() as teller:
        yield teller


def messages(chat: ChatPage) -> Locator:
    """What people asked, as the page shows it."""
    return chat.page.get_by_label("Chat message from user")


def test_what_two_servers_answer_at_once_is_one_click_apart(
    page: Page,
    context: BrowserContext,
    start_server: StartServer,
    teller: StoryTeller,
    tmp_path: Path,
) -> None:
    shared = {
        "SPEKO_DATABASE_URL": f"sqlite:///{tmp_path / 'shared.db'}",
        "SPEKO_CUSTOM_BASE_URL": teller.base_url,
        "SPEKO_CUSTOM_MODELS": MODEL,
    }
    here, there = start_server(**shared), start_server(**shared)
    first, second = ChatPage(page, here), ChatPage(context.new_page(), there)
    first.open()
    first.begin(FIRST)
    first.wait_until_answering()
    second.page.goto(f"{there.url}/{page.url.removeprefix(here.url).lstrip('/')}")
    expect(messages(second)).to_contain_text([FIRST])
    second.begin(SECOND)
    expect(messages(second)).to_contain_text([SECOND])
    second.stop()
    expect(second.last).to_contain_text("2 of 2")
    second.page.get_by_role("button", name="Earlier").click()
    expect(second.page.get_by_text("1 of 2")).to_be_visible()
    expect(messages(second)).to_contain_text([FIRST])
    expect(second.page.get_by_text(re.compile("is answering"))).to_be_visible()
    first.stop()
    expect(first.last).to_contain_text("1 of 2")
    page.get_by_role("button", name="Later").click()
    expect(first.last).to_contain_text(SECOND)
    settle(page)
