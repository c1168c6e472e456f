"""The main job, whole: chat, failover, chips, charts, stop, reload, in one sitting."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PlaygroundServer, settle

CHARTS = ("Provider choice", "Tokens", "Failovers", "Latency", "Flow", "Estimated cost")


@pytest.fixture(scope="module")
def server_env() -> dict[str, str]:
    """Half the vendors' pace."""
    return {"SPEKO_PACE": "2"}


def test_a_session_from_the_first_message_to_the_charts(
    page: Page, server: PlaygroundServer
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    expect(page.get_by_text("Demo fleet").first).to_be_visible()

    chat.take_pill("sample", "Book me an appointment for Tuesday.")
    expect(chat.chips).to_contain_text("simulated, scripted")
    expect(chat.chips).to_contain_text("to first token")
    expect(chat.chips).to_contain_text(re.compile(r"\d+ in · \d+ out tokens"))
    expect(chat.chips).to_contain_text("estimated")
    chat.take_pill("follow-up", "3pm, with Dr. Chen.")

    chat.choose("Allowed providers", "Anthropic · any model")
    expect(page.get_by_text("2 of 9 candidates in the pool")).to_be_visible()
    chat.send("Is there parking?")
    expect(chat.chips).to_contain_text("simulated, words by SmolLM2-135M-Instruct")
    first_choice = chat.provider()
    assert first_choice.startswith("Anthropic")

    model = first_choice.removeprefix("Anthropic ")
    chat.choose("Simulate an outage of", f"Anthropic · {model}")
    chat.send("And a bus stop?")
    assert chat.provider().startswith("Anthropic")
    assert chat.provider() != first_choice
    expect(chat.chips).to_contain_text("Failed over once")
    chat.last.get_by_role("button", name="What happened").click()
    story = page.get_by_role("dialog")
    second = chat.provider().removeprefix("Anthropic ")
    expect(story).to_contain_text(
        f"anthropic/{model} was the first choice; it was down (drill), "
        f"so anthropic/{second} answered."
    )
    page.keyboard.press("Escape")
    expect(story).to_have_count(0)

    # So long (half a minute and more) that it can be stopped in the middle on any machine.
    cap = page.get_by_role("textbox", name="Max tokens")
    cap.fill("4000")
    cap.press("Enter")
    settle(page)
    chat.begin("Tell me a very long story about a lighthouse and its keeper.")
    chat.wait_until_answering()
    chat.stop()
    expect(chat.chips).to_contain_text("stopped")
    kept = chat.said.nth(1).inner_text()

    chat.reload()
    expect(chat.turns).to_have_count(5)
    assert chat.said.nth(1).inner_text() == kept
    expect(page.get_by_text("Anthropic · any model").first).to_be_visible()

    see_the_charts(page)


def see_the_charts(page: Page) -> None:
    """The charts of the open session."""
    page.get_by_role("link", name="Analytics").click()
    expect(page.get_by_role("heading", name="Analytics").first).to_be_visible()
    settle(page)
    for title in CHARTS:
        expect(page.get_by_text(title, exact=True).first).to_be_visible()
    expect(page.get_by_test_id("stPlotlyChart").nth(6)).to_be_visible()
    expect(page.get_by_test_id("stMetric").filter(has_text="Failovers")).to_contain_text("2")


def test_the_local_model_gives_a_real_answer(page: Page, server: PlaygroundServer) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.choose("Allowed providers", "Local model · any model")
    chat.send("What is the capital of France?")
    assert chat.provider() == "Local smollm2-135m-instruct"
    expect(chat.chips).to_contain_text("local model")
    expect(chat.last).to_contain_text("Paris")
