"""Importing: an export of another tool is looked at, chosen from, and goes on as a session here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import ColourScheme
from tests.e2e.harness import PlaygroundServer, settle
from tests.e2e.test_accessibility import RULES, SIZES, measured
from tests.playground.imports.exports_of_others import (
    as_json,
    as_zip,
    chatgpt,
    chatgpt_branched,
    claude,
    node,
)

HTML = "<b>Deploys</b> [here](https://example.org)"


class ImportPage:
    """What a person does on the page, and where they look."""

    def __init__(self, page: Page, server: PlaygroundServer) -> None:
        self.page = page
        self._server = server

    @property
    def panel(self) -> Locator:
        """The import that is under way."""
        return self.page.locator(".st-key-import-panel")

    def open(self) -> None:
        """Go there; nothing was chosen yet."""
        self.page.goto(f"{self._server.url}/sessions?how=import")
        expect(self.page.get_by_text("You see what would come")).to_be_visible()
        settle(self.page)

    def choose(self, file: Path) -> None:
        """Choose a file, and do not wait."""
        self.page.locator("input[type=file]").set_input_files(file)

    def store(self, label: str) -> None:
        """Import what is chosen."""
        self.panel.get_by_role("button", name=label, exact=True).click()
        expect(self.panel.get_by_text("imported, with")).to_be_visible()
        settle(self.page)

    def leave(self, label: str) -> None:
        """Be ready for another file."""
        self.panel.get_by_role("button", name=label).click()
        expect(self.page.get_by_text("You see what would come")).to_be_visible()
        settle(self.page)


def test_an_export_is_looked_at_imported_and_goes_on_here(
    page: Page, server: PlaygroundServer, tmp_path: Path
) -> None:
    export = tmp_path / "export.zip"
    circle = chatgpt(node("a", "a", "user", "x"), title="Circle")
    files = {
        "conversations-000.json": as_json(chatgpt_branched(title=HTML), circle),
        "conversations-001.json": as_json(chatgpt_branched(title=HTML))[:-1],
        "user.json": json.dumps({"id": "user-1"}).encode(),
    }
    export.write_bytes(as_zip(files))
    imports = ImportPage(page, server)
    page.goto(f"{server.url}/sessions")
    page.get_by_role("link", name="Import some").click()
    expect(page.get_by_text("You see what would come")).to_be_visible()
    settle(page)
    imports.choose(export)
    expect(imports.panel).to_contain_text("1 conversation from ChatGPT, with 3 turns")
    expect(imports.panel).to_contain_text("conversations-001.json: It ends in the middle")
    expect(imports.panel).to_contain_text("2 conversations left out")
    settle(page)
    imports.store("Import 1 conversation")
    imports.panel.get_by_role("link", name="<b>Deploys</b>").click()
    chat = ChatPage(page, server)
    expect(chat.last).to_contain_text("Restore.")
    expect(chat.chips).to_contain_text("imported from ChatGPT")
    expect(page.locator("h1.session-title")).to_have_text(HTML)
    settle(page)
    page.get_by_role("button", name="Earlier").first.click()
    expect(chat.last).to_contain_text("Run helm rollback.")
    chat.send("And then?")
    expect(chat.turns).to_have_count(2)
    page.get_by_role("link", name="This session in charts").click()
    expect(page.get_by_text("Who answered: 1 of 1 turn").first).to_be_visible()

    imports.open()
    imports.choose(export)
    expect(imports.panel).to_contain_text("Nothing new")
    settle(page)
    imports.leave("Choose another file")
    expect(page.get_by_text("export.zip")).to_have_count(0)


def test_a_large_import_shows_how_far_it_is_and_can_be_cancelled(
    page: Page, server: PlaygroundServer, tmp_path: Path
) -> None:
    export = tmp_path / "large.json"
    one = json.dumps(claude()).encode()
    export.write_bytes(b"[" + b",".join([one] * 40_000) + b"]")
    imports = ImportPage(page, server)
    imports.open()
    imports.choose(export)
    expect(imports.panel).to_contain_text("Reading large.json")
    imports.panel.get_by_role("button", name="Cancel").click()
    expect(imports.panel).to_contain_text("The import was cancelled. Nothing was stored.")
    settle(page)
    imports.leave("Choose another file")


def test_a_file_that_is_no_export_says_what_it_takes(
    page: Page, server: PlaygroundServer, tmp_path: Path
) -> None:
    holiday = tmp_path / "holiday.json"
    holiday.write_text('{"photos": []}')
    imports = ImportPage(page, server)
    imports.open()
    imports.choose(holiday)
    expect(imports.panel).to_contain_text("There is no conversation in this file.")


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_no_step_violates_wcag(
    page: Page, server: PlaygroundServer, tmp_path: Path, colour_scheme: ColourScheme
) -> None:
    circle = chatgpt(node("a", "a", "user", "x"), title="Circle")
    export = tmp_path / "export.json"
    export.write_bytes(as_json(claude(uuid=f"axe-{colour_scheme}"), circle)[:-1])
    imports = ImportPage(page, server)
    imports.open()
    found = _measured(page, colour_scheme)
    imports.choose(export)
    imports.panel.get_by_text("1 conversation left out").click()
    expect(imports.panel.get_by_role("button", name="Import 1 conversation")).to_be_visible()
    found += _measured(page, colour_scheme)
    imports.store("Import 1 conversation")
    imports.panel.get_by_text("left out or changed").click()
    found += _measured(page, colour_scheme)
    assert not found, "\n\n".join(found)


def _measured(page: Page, colour_scheme: ColourScheme) -> list[str]:
    found: list[str] = []
    for width, height in (*SIZES[1:], SIZES[0]):
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width}: {each}" for each in measured(page, RULES[colour_scheme])]
    return found
