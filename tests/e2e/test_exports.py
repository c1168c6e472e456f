"""A session leaves in every format, comes back whole, and is read by a link until revoked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Download, Page, expect

from playground.exports.session_file import read_sessions
from playground.sessions.store import Store
from playground.teams.owner import MACHINE_OWNER
from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import PATIENCE_MS, PlaygroundServer, settle

MESSAGE = "What should I check before I sign a lease?"
FILES = {
    "Web page": "html",
    "Markdown": "md",
    "JSON": "json",
    "CSV": "csv",
    "Messages": "messages.jsonl",
    "Open WebUI": "open-webui.json",
}


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """Scripted words: they come at once."""


def downloaded(page: Page, button: str, *, exact: bool = True) -> Download:
    """The file that the browser saves after a click."""
    with page.expect_download() as saving:
        page.get_by_role("button", name=button, exact=exact).click()
    return saving.value


def open_export(page: Page) -> None:
    """Open the popover at the session's head."""
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("button", name="Web page")).to_be_visible()
    settle(page)


def test_a_session_leaves_in_every_format_and_comes_back(
    page: Page, server: PlaygroundServer, browser: Browser, tmp_path: Path
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.send(MESSAGE)
    chat.send("And who pays for repairs?")
    open_export(page)
    saved: dict[str, Path] = {}
    for button, ending in FILES.items():
        file = downloaded(page, button)
        assert file.suggested_filename.endswith(f".{ending}")
        saved[ending] = tmp_path / file.suggested_filename
        file.save_as(saved[ending])
        assert MESSAGE in saved[ending].read_text("utf-8-sig")
    comes_back(saved["json"], server, tmp_path)
    reads_offline(saved["html"], browser)


def comes_back(file: Path, server: PlaygroundServer, folder: Path) -> None:
    """The JSON, put into an empty store, is the session of the first store."""
    (session,) = read_sessions(file.read_bytes())
    first = Store(f"sqlite:///{server.data_dir / 'playground.db'}")
    other = Store(f"sqlite:///{folder / 'other' / 'playground.db'}")
    other.of(MACHINE_OWNER).put([session])
    there = other.of(MACHINE_OWNER).load(session.id)
    assert there is not None
    assert there == first.of(MACHINE_OWNER).load(session.id) == session
    assert len(json.loads(file.read_text())["sessions"][0]["turns"]) == 2
    first.close()
    other.close()


def reads_offline(file: Path, browser: Browser) -> None:
    """The page opens without a network, asks for nothing, and says what a mark is."""
    context = browser.new_context(offline=True, color_scheme="dark")
    page = context.new_page()
    asked: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(file.as_uri())
    expect(page.get_by_text(MESSAGE)).to_have_count(2)  # it is the title, too
    page.get_by_text("Receipt: turn 1").click()
    expect(page.get_by_text("was the first choice and answered").first).to_be_visible()
    page.locator("[data-t*='tokens in']").first.hover()
    expect(page.locator("#tip")).to_contain_text("Turn 1")
    page.get_by_text("Table: Latency").click()
    expect(page.get_by_role("columnheader", name="First token ms")).to_be_visible()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(18, 20, 27)"
    assert asked == [file.as_uri()]
    assert not problems
    context.close()


def test_a_link_is_read_in_a_private_window_and_revoked(
    page: Page, server: PlaygroundServer, browser: Browser
) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.send(MESSAGE)
    open_export(page)
    expect(page.get_by_text("works here and nowhere else")).to_be_visible()
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_text("it cannot be shown again")).to_be_visible()
    link = page.get_by_test_id("stCode").inner_text().strip()
    private = browser.new_context()
    reads_the_link(private, link)

    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("Revoked: nobody can read it any more.")).to_be_visible()
    guest = private.new_page()
    answer = guest.goto(link, timeout=PATIENCE_MS)
    assert answer is not None
    assert answer.status == 404
    expect(guest.get_by_text("There is nothing at this link: it was revoked")).to_be_visible()
    private.close()
    settle(page)


def reads_the_link(private: BrowserContext, link: str) -> None:
    """Without a cookie, and with nothing of the playground around it."""
    guest = private.new_page()
    asked: list[str] = []
    guest.on("request", lambda request: asked.append(request.url))
    answer = guest.goto(link, timeout=PATIENCE_MS)
    assert answer is not None
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    expect(guest.get_by_role("heading", name=MESSAGE)).to_be_visible()
    guest.locator("[data-t*='tokens in']").first.hover()
    expect(guest.locator("#tip")).to_contain_text("Turn 1")
    assert [url for url in asked if not url.endswith("/favicon.ico")] == [link]
    assert private.cookies() == []


def test_a_chart_is_saved_as_a_picture(page: Page, server: PlaygroundServer) -> None:
    chat = ChatPage(page, server)
    chat.open()
    chat.send(MESSAGE)
    page.get_by_role("link", name="This session in charts").click()
    expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible()
    settle(page)
    picture = downloaded(page, "PNG of Latency")
    assert picture.suggested_filename == "speko-latency.png"
    assert Path(picture.path()).read_bytes().startswith(b"\x89PNG")
    drawn = downloaded(page, "SVG of Latency")
    assert drawn.suggested_filename == "speko-latency.svg"
    text = Path(drawn.path()).read_text()
    assert text.startswith("<svg")
    assert "Latency" in text
    assert "simulated" in text
    settle(page)


def test_many_sessions_leave_from_the_list(
    page: Page, server: PlaygroundServer, tmp_path: Path
) -> None:
    chat = ChatPage(page, server)
    for message in (MESSAGE, "And who pays for repairs?"):
        chat.open()
        chat.send(message)
    page.goto(f"{server.url}/sessions")
    page.get_by_role("button", name="Select all on this page").click()
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("button", name="Web page")).to_be_visible()
    settle(page)
    expect(page.get_by_text("Share by a link")).to_have_count(0)
    several = downloaded(page, "JSON")
    assert several.suggested_filename.endswith("-sessions.json")
    read = read_sessions(Path(several.path()).read_bytes())
    assert {MESSAGE, "And who pays for repairs?"} <= {each.turns[0].message for each in read}
    assert downloaded(page, "Web page").suggested_filename.endswith("-sessions.html.zip")
    settle(page)
