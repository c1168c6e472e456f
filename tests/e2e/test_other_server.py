"""With a key in the environment, the same pages talk to another server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import StartServer
from tests.e2e.harness import ROOT
from tests.patience import PATIENCE

KEY = "test-key-of-another-server"


@pytest.fixture(scope="module")
def other_server() -> Iterator[str]:
    """A server elsewhere that speaks the wire; its address."""
    command = [sys.executable, "-m", "speko_gateway", "serve", "--port", "0", "--exit-with-stdin"]
    process = subprocess.Popen(
        [*command, "--fleet", "demo", "--pace", "0", "--words", "scripted"],
        cwd=ROOT,
        env={**os.environ, "SPEKO_GATEWAY_KEY": KEY},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    line = process.stdout.readline()
    yield line.removeprefix("Listening on ").strip()
    process.stdin.close()
    process.wait(PATIENCE)
    process.stdout.close()


def test_the_pages_talk_to_it_and_hide_what_it_does_not_take(
    page: Page, start_server: StartServer, other_server: str
) -> None:
    server = start_server(SPEKO_API_KEY=KEY, SPEKO_BASE_URL=other_server)
    chat = ChatPage(page, server)
    chat.open()
    expect(page.get_by_text("Connected to")).to_be_visible()
    expect(page.get_by_role("combobox", name="Language")).to_be_visible()
    expect(page.get_by_role("combobox", name="Vertical")).to_have_count(0)
    expect(page.get_by_label("Simulate an outage of")).to_have_count(0)
    chat.send("Book me an appointment for Tuesday.")
    expect(chat.chips).to_contain_text("simulated, scripted")
    assert KEY not in page.content()
    assert KEY not in server.log


def test_a_wrong_key_says_who_must_act(
    page: Page, start_server: StartServer, other_server: str
) -> None:
    chat = ChatPage(page, start_server(SPEKO_API_KEY="wrong-key", SPEKO_BASE_URL=other_server))
    chat.open()
    chat.send("Hello?")
    expect(chat.last).to_contain_text("SPEKO_API_KEY")
    expect(chat.last.get_by_role("button", name="Retry")).to_be_visible()
    assert "wrong-key" not in page.content()


def test_a_server_that_is_not_there_keeps_the_message_for_a_retry(
    page: Page, start_server: StartServer
) -> None:
    nobody = "http://127.0.0.1:9"
    chat = ChatPage(page, start_server(SPEKO_API_KEY=KEY, SPEKO_BASE_URL=nobody))
    chat.open()
    chat.send("Is anybody there?")
    expect(chat.last).to_contain_text("Is anybody there?")
    expect(chat.last).to_contain_text("127.0.0.1:9")
    chat.last.get_by_role("button", name="Retry").click()
    expect(chat.turns).to_have_count(1)
    expect(chat.last).to_contain_text("Is anybody there?")
