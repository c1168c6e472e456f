"""A sign-in with OpenID Connect comes before everything, and whoever signs in has their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.harness import PATIENCE_MS, PlaygroundServer, settle
from tests.e2e.oidc_provider import CLIENT, Provider

pytestmark = pytest.mark.browser

USERS = {"ada": "ada@example.org", "eve": "eve@example.org"}
MESSAGE = "A message of my own."
SECRETS = """
[auth]
redirect_uri = "{server}/oauth2callback"
cookie_secret = "a-secret-for-the-cookies-of-this-test"
client_id = "{client}"
client_secret = "any"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PlaygroundServer]:
    """A playground with a sign-in service of its own."""
    with Provider(USERS) as provider:
        server = PlaygroundServer(tmp_path, {"SPEKO_PACE": "0"})
        (tmp_path / ".streamlit").mkdir()
        (tmp_path / ".streamlit" / "secrets.toml").write_text(
            SECRETS.format(server=server.url, provider=provider.base_url, client=CLIENT)
        )
        server.start()
        yield server
        server.stop()


def sign_in(page: Page, server: PlaygroundServer, user: str) -> None:
    """From any page to the chat, as this user."""
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=user).click()
    page.wait_for_url(f"{server.url}/", timeout=PATIENCE_MS)
    settle(page)


def test_who_signs_in_has_their_own_and_nothing_after_signing_out(
    page: Page, browser: Browser, server: PlaygroundServer
) -> None:
    for path in ("", "/routing", "/analytics", "/demo", "/connections"):
        page.goto(f"{server.url}{path}")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    sign_in(page, server, "ada")
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(MESSAGE)
    box.press("Enter")
    turn = page.locator('[class*="st-key-turn-"]')
    expect(turn).to_contain_text("total", timeout=PATIENCE_MS)
    session = page.url

    with browser.new_context() as context:
        other = context.new_page()
        other.goto(session)
        sign_in(other, server, "eve")
        other.goto(session)
        settle(other)
        expect(other.get_by_text("somebody else's")).to_be_visible()
        expect(other.get_by_text(MESSAGE)).to_have_count(0)

    page.goto(f"{server.url}/connections")
    settle(page)
    expect(page.locator(".st-key-who-you-are")).to_contain_text("Signed in as ada@example.org")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.goto(session)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_text(MESSAGE)).to_have_count(0)
    sign_in(page, server, "ada")
    page.goto(session)
    settle(page)
    expect(turn).to_contain_text(MESSAGE)
