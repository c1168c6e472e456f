"""Every page opens by its own address, as the very first request of a fresh server."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import StartServer
from tests.e2e.harness import ROOT, settle

PAGES = {path.stem for path in (ROOT / "pages").glob("*.py")}
REACHED_BY_LABELS = {"real"}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_opens_on_a_fresh_server(page: Page, start_server: StartServer, name: str) -> None:
    server = start_server()
    is_home = name == "chat"  # the default page lives at the root only
    opened = page.goto(server.url if is_home else f"{server.url}/{name}")
    assert opened is not None
    assert "img-src 'self'" in opened.headers["content-security-policy"]
    settle(page)
    main = page.get_by_role("main")
    if is_home:
        expect(page.get_by_placeholder("Message the router")).to_be_visible()
    else:
        expect(main.get_by_role("heading", name=name.capitalize())).to_be_visible()
    named = page.get_by_role("navigation").get_by_role("link")
    expect(named).to_have_count(len(PAGES - REACHED_BY_LABELS))
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert "Traceback" not in server.log
