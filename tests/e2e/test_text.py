"""Text on the chat page: a person's as they typed it, a model's as the Markdown it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.connections_page import ConnectionsPage
from tests.e2e.harness import PlaygroundServer
from tests.e2e.model_server import ModelServer
from tests.patience import PATIENCE

TYPED = """Two lines,
  the second one set in: :red[x] :smile: :material/home:
# no heading, a -> b, foo:bar[baz], $1 and $2
---
<b>not bold</b>, `no code`, ![no picture](http://127.0.0.1:9/x.png)
שלום, and مرحبا"""

CODE = 'echo "$HOME" :smile:'
ANSWER = f"""# The sea
Roses are red,
violets are blue. It costs $1, or $2.

| Tide | When |
|---|---|
| high | 6 -> 7 |

```sh
{CODE}
```

So \\(a^2\\) is **very PAUSED much** :red[here]."""


class Pausing(ModelServer):
    """Stops in the middle of a bold word, until it may go on."""

    def __init__(self) -> None:
        super().__init__(ANSWER)
        self.go = threading.Event()

    def events(self, message: str) -> Iterator[str]:
        """The answer with its pause."""
        for event in super().events(message):
            if "PAUSED" in event:
                self.go.wait(PATIENCE)
            yield event


@pytest.fixture(scope="module")
def server_env() -> dict[str, str]:
    """No waits."""
    return {"SPEKO_PACE": "0"}


def test_what_a_person_typed_is_shown_as_typed(page: Page, server: PlaygroundServer) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.send(TYPED)
    for _ in range(2):
        said = chat.said.first.locator(".sp-typed")
        assert said.inner_text().strip().endswith(TYPED)
        assert said.locator("a, b, code, h1, img").count() == 0
        chat.reload()


def test_white_space_is_not_sent(page: Page, server: PlaygroundServer) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.begin("   ")
    chat.send("Hello")
    expect(chat.turns).to_have_count(1)


def assert_drawn(answer: Locator) -> None:
    """All of it but its last words."""
    expect(answer.locator("h2")).to_have_text("The sea")
    lines = answer.locator("p").first.inner_text().splitlines()
    assert lines == ["Roses are red,", "violets are blue. It costs $1, or $2."]
    expect(answer.locator("td").last).to_have_text("6 -> 7")
    expect(answer.locator("pre")).to_have_text(CODE)
    expect(answer.locator("math msup")).to_have_text("a2")


def test_an_answer_is_markdown_while_it_arrives_and_when_it_is_over(
    page: Page, context: BrowserContext, server: PlaygroundServer
) -> None:
    chat, connections = ChatPage(page, server), ConnectionsPage(page, server)
    with Pausing() as desk:
        connections.open()
        connections.add_server("Desk", desk.base_url)
        connections.chat_with("custom-desk")
        chat.begin("Tell me of the sea.")
        arriving = page.locator(".sp-answer")
        expect(arriving.locator("strong")).to_have_text("very")
        assert_drawn(arriving)
        desk.go.set()
        expect(chat.turns).to_have_count(1)
        chat.reload()
    answer = chat.last.locator(".sp-answer")
    expect(answer.locator("strong")).to_have_text("very PAUSED much")
    expect(answer).to_contain_text(":red[here].")
    assert_drawn(answer)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer.get_by_role("button", name="Copy code").click()
    expect(answer.get_by_role("button", name="Copy code")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == CODE
