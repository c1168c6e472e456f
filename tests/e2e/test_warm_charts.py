"""The charts' script is there before the first chart needs it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PlaygroundServer


def test_charts_need_no_script_any_more_after_an_answer_was_read(
    page: Page, server: PlaygroundServer
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    with page.expect_response("**/static/js/PlotlyChart.*.js") as fetched:
        chat.send("Good morning")
    assert fetched.value.ok
    fetched.value.finished()
    asked_later: list[str] = []
    page.on("request", lambda request: asked_later.append(request.url))
    page.get_by_role("link", name="Analytics").click()
    expect(page.locator(".stPlotlyChart .main-svg").first).to_be_visible()
    assert not [url for url in asked_later if "PlotlyChart" in url]
