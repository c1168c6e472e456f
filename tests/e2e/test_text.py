"""Text on the chat page: what a person typed is shown as they typed it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PlaygroundServer

TYPED = """Two lines,
  the second one set in: :red[x] :smile: :material/home:
# no heading, a -> b, foo:bar[baz], $1 and $2
---
<b>not bold</b>, `no code`, ![no picture](http://127.0.0.1:9/x.png)
שלום, and مرحبا"""


@pytest.fixture(scope="module")
def server_env() -> dict[str, str]:
    """No waits."""
    return {"SPEKO_PACE": "0"}


def test_what_a_person_typed_is_shown_as_typed(page: Page, server: PlaygroundServer) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.send(TYPED)
    for _ in range(2):
        said = chat.last.get_by_test_id("stChatMessage").first
        assert said.inner_text().strip().endswith(TYPED)
        assert said.locator("a, b, code, h1, img").count() == 0
        chat.reload()


def test_white_space_is_not_sent(page: Page, server: PlaygroundServer) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.begin("   ")
    chat.send("Hello")
    expect(chat.turns).to_have_count(1)
