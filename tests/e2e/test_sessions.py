"""Sessions last: reloads, tabs, back and forward, links, and a server that is killed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.chat_page import ChatPage, focused_turn
from tests.e2e.harness import PlaygroundServer, settle
from tests.e2e.model_server import MODEL, StoryTeller
from tests.patience import PATIENCE

STORY = "Tell me a very long story about the sea."


@pytest.fixture(scope="module")
def teller() -> Iterator[StoryTeller]:
    """A model whose stories last for as long as somebody listens."""
    with StoryTeller() as teller:
        yield teller


@pytest.fixture(scope="module")
def server_env(teller: StoryTeller) -> dict[str, str]:
    """The story teller answers: what has to happen in the middle of an answer finds it there."""
    return {"SPEKO_CUSTOM_BASE_URL": teller.base_url, "SPEKO_CUSTOM_MODELS": MODEL}


def test_what_was_typed_survives_a_reload(page: Page, server: PlaygroundServer) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.box.fill("Half a thought")
    prompt = page.get_by_label("System prompt")
    prompt.fill("You are a pirate.")
    prompt.press("Control+Enter")
    settle(page)
    chat.reload()
    expect(chat.box).to_have_value("Half a thought")
    expect(page.get_by_label("System prompt")).to_have_value("You are a pirate.")


def test_a_second_tab_and_a_link_show_the_same_session(
    page: Page, context: BrowserContext, server: PlaygroundServer
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.send("Say hello.")
    other = context.new_page()
    other.goto(page.url)
    settle(other)
    expect(ChatPage(other, server).turns).to_have_count(1)
    expect(ChatPage(other, server).last).to_contain_text("Say hello.")


def test_a_second_tab_sees_the_answer_arrive_and_cannot_send_twice(
    page: Page, context: BrowserContext, server: PlaygroundServer, teller: StoryTeller
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.begin(STORY)
    chat.wait_until_answering()
    teller.left_alone.clear()
    other = ChatPage(context.new_page(), server)
    other.page.goto(page.url)
    other.wait_until_answering()
    other.begin("And another one")
    expect(other.page.get_by_text("An answer is still arriving")).to_be_visible()
    expect(other.box).to_have_value("And another one")
    other.stop()
    expect(other.turns).to_have_count(1)
    expect(chat.last).to_contain_text("Stopped by you")
    assert teller.left_alone.wait(PATIENCE), "Stop did not reach the model"


def test_who_sends_from_further_up_sees_the_answer(page: Page, server: PlaygroundServer) -> None:
    chat = ChatPage(page, server)
    chat.open()
    for _ in range(6):
        chat.send("Say hello.")
    first = chat.turns.first.get_by_text("Say hello.")
    name = re.search(r"st-key-turn-(\S+)", chat.turns.first.get_attribute("class") or "")
    assert name
    page.goto(f"{page.url}&t={name[1]}")
    expect(focused_turn(page)).to_contain_text("Say hello.")
    expect(first).to_be_in_viewport()
    chat.begin(STORY)
    expect(page.get_by_text(STORY)).to_be_in_viewport()
    chat.wait_until_answering()
    chat.stop()
    expect(chat.chips).to_be_in_viewport()
    expect(first).not_to_be_in_viewport()


def test_the_charts_take_in_an_answer_as_soon_as_it_is_over(
    page: Page, context: BrowserContext, server: PlaygroundServer
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.begin(STORY)
    chat.wait_until_answering()
    charts = context.new_page()
    charts.goto(f"{server.url}/analytics?{page.url.partition('?')[2]}")
    expect(charts.get_by_text("no finished turn yet")).to_be_visible()
    chat.stop()
    expect(charts.get_by_role("heading", name="Provider choice")).to_be_visible()


def test_back_leads_to_the_first_screen_and_forward_to_the_session(
    page: Page, server: PlaygroundServer
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.send("Say hello.")
    page.go_back()
    expect(page.get_by_text("Ask once.")).to_be_visible()
    page.go_forward()
    expect(chat.last).to_contain_text("Say hello.")


def test_a_new_session_is_one_click_and_the_old_one_is_in_the_list(
    page: Page, server: PlaygroundServer
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.send("Tell me about tides.")
    page.get_by_role("button", name="New session").click()
    expect(page.get_by_text("Ask once.")).to_be_visible()
    page.get_by_text("Recent sessions").click()
    page.get_by_role("button", name="Tell me about tides.", exact=True).click()
    expect(chat.last).to_contain_text("Tell me about tides.")


def test_a_suggestion_that_is_clicked_twice_is_sent_once(
    page: Page, server: PlaygroundServer
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.pill("sample", "Give me three names for a bakery.").dblclick()
    expect(chat.turns).to_have_count(1)
    settle(page)
    expect(chat.turns).to_have_count(1)


def test_a_link_to_a_session_that_is_not_here_says_so(page: Page, server: PlaygroundServer) -> None:
    ChatPage(page, server).open("?c=nowhere")
    expect(page.get_by_text("This session is not here")).to_be_visible()


def test_a_killed_server_loses_nothing_that_had_arrived(
    page: Page, server: PlaygroundServer, complaints: list[str]
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.send("Say hello.")
    chat.begin(STORY)
    chat.wait_until_answering()
    # So many words that the store must have some of them: it is told every half second.
    expect(page.get_by_label("Chat message from assistant").last).to_contain_text(
        re.compile(r"(\w+\W+){60}")
    )
    address = page.url
    page.goto("about:blank")
    server.kill()
    server.start()
    complaints.clear()
    page.goto(address)
    expect(chat.turns).to_have_count(2)
    expect(chat.last).to_contain_text("Interrupted")
    expect(chat.said.nth(1)).to_contain_text(re.compile(r"\w+ \w+"))
    expect(chat.turns.first).to_contain_text("Say hello.")
