"""The playground behind a real nginx, configured as docs/security.md says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import StartServer
from tests.e2e.harness import PATIENCE_MS, settle
from tests.e2e.nginx import NGINX, OPENSSL, nginx

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (NGINX and OPENSSL), reason="nginx or openssl is not installed"),
]

USERS = {"ada": "a-password", "eve": "e-password"}


@contextmanager
def visitor(browser: Browser, user: str | None = None) -> Iterator[Page]:
    """A browser of somebody's own, signed in at nginx where it asks for that."""
    credentials = {"username": user, "password": USERS[user]} if user else None
    with browser.new_context(
        ignore_https_errors=True,
        http_credentials=credentials,  # type: ignore[arg-type]
        extra_http_headers={"X-Forwarded-User": "eve", "X-Forwarded-For": "127.0.0.1"},
    ) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()


def ask(page: Page, url: str) -> str:
    """Send a message and wait for its answer; returns the session's address."""
    page.goto(url)
    settle(page)
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill("A message of my own.")
    box.press("Enter")
    expect(page.locator('[class*="st-key-turn-"]')).to_contain_text("total", timeout=PATIENCE_MS)
    settle(page)
    return page.url


def shows_nothing_of_it(page: Page, url: str) -> None:
    """To this visitor the session is not there, and is in no list."""
    page.goto(url)
    settle(page)
    expect(page.get_by_text("somebody else's")).to_be_visible()
    expect(page.get_by_text("A message of my own.")).to_have_count(0)


def test_each_browser_is_a_visitor_of_its_own(
    browser: Browser, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(SPEKO_PACE="0")
    with nginx(tmp_path, server.port) as url:
        with visitor(browser) as page:
            session = ask(page, url)
            (cookie,) = [c for c in page.context.cookies() if "speko" in c["name"]]
            assert cookie["name"].startswith("__Host-")
            assert cookie["secure"]
            assert cookie["httpOnly"]
            with visitor(browser) as other:
                shows_nothing_of_it(other, session)
            assert page.request.get(f"{url}/_stcore/metrics").status == 404
        # Nor is it this machine's user, who comes without nginx.
        with browser.new_context() as context:
            shows_nothing_of_it(context.new_page(), session.replace(url, server.url))


def test_whoever_nginx_signs_in_is_that_user_in_every_browser(
    browser: Browser, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(
        SPEKO_PACE="0",
        SPEKO_TRUSTED_USER_HEADER="X-Forwarded-User",
        SPEKO_TRUSTED_PROXIES="127.0.0.1",
    )
    with nginx(tmp_path, server.port, USERS) as url:
        with visitor(browser, "ada") as page:
            session = ask(page, url)
        with visitor(browser, "ada") as again:
            again.goto(session)
            settle(again)
            expect(again.locator('[class*="st-key-turn-"]')).to_contain_text("A message of my own.")
            again.goto(f"{url}/connections")
            settle(again)
            expect(again.locator(".st-key-who-you-are")).to_contain_text("Signed in as ada")
        with visitor(browser, "eve") as other:
            shows_nothing_of_it(other, session)
        # Who comes without nginx has no name, and is let in to nothing.
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(session.replace(url, server.url))
            expect(page.get_by_text("did not say who you are")).to_be_visible(timeout=PATIENCE_MS)
            expect(page.get_by_test_id("stChatInputTextArea")).to_have_count(0)
