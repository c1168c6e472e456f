"""Several visitors of one playground that others can reach: each browser is known by its cookie."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.harness import PATIENCE_MS, PlaygroundServer, settle

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server_env() -> dict[str, str]:
    """Visitors are told apart, as where others can reach the playground."""
    return {"SPEKO_PACE": "0", "SPEKO_VISITORS": "cookie"}


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """No model: nobody asks anything here."""


def cookie_of(page: Page) -> dict[str, object]:
    """The playground's cookie in this page's browser."""
    (cookie,) = [dict(c) for c in page.context.cookies() if c["name"].endswith("speko_visitor")]
    return cookie


def test_a_browser_keeps_its_cookie_until_it_is_forgotten(
    page: Page, server: PlaygroundServer
) -> None:
    page.goto(f"{server.url}/connections")
    settle(page)
    expect(page.locator(".st-key-who-you-are")).to_contain_text("belong to this browser")
    first = cookie_of(page)
    assert first["httpOnly"]
    assert first["sameSite"] == "Lax"
    page.reload()
    settle(page)
    again = cookie_of(page)
    assert str(again["value"]).partition(".")[0] == str(first["value"]).partition(".")[0]

    page.get_by_role("button", name="Forget this browser").click()
    page.get_by_role("link", name="Forget this browser").click()
    page.wait_for_url(f"{server.url}/", timeout=PATIENCE_MS)
    settle(page)
    assert str(cookie_of(page)["value"]).partition(".")[0] != str(first["value"]).partition(".")[0]


def test_two_browsers_are_two_visitors(
    page: Page, browser: Browser, server: PlaygroundServer
) -> None:
    page.goto(server.url)
    settle(page)
    with browser.new_context() as other:
        another = other.new_page()
        another.goto(server.url)
        settle(another)
        assert cookie_of(another)["value"] != cookie_of(page)["value"]


def lose_the_cookie(route: Route) -> None:
    """At the page's last question before its WebSocket, as if the browser took no cookies."""
    answer = route.fetch()
    kept = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
    route.request.frame.page.context.clear_cookies(name="speko_visitor")
    route.fulfill(response=answer, headers=kept)


def test_without_a_cookie_there_is_a_sentence_and_nobodys_sessions(
    page: Page, server: PlaygroundServer
) -> None:
    page.route(f"{server.url}/_stcore/host-config", lose_the_cookie)
    page.goto(server.url)
    expect(page.get_by_text("sent no valid cookie")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stChatInputTextArea")).to_have_count(0)
