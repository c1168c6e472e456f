"""Evaluate without a key: a starter set, its results, a pause, and the page closed meanwhile."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.harness import PlaygroundServer, settle

FIRST_RESULT_SECONDS = 60
NOTE_RUN = """() => {
    const app = document.querySelector('[data-testid=stApp]')
    window.ran = new Promise(done => new MutationObserver(() => {
        if (app.dataset.testScriptState === 'running') done(true)
    }).observe(app, {attributes: true}))
}"""
"""Sets ``window.ran``, which resolves when the page is next drawn anew."""


@pytest.fixture(scope="module")
def server_env() -> dict[str, str]:
    """The simulated fleet takes its time, so that a run can be paused."""
    return {"SPEKO_PACE": "2"}


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """Scripted words: what is said does not matter here."""


def run_for_long(page: Page) -> None:
    """Ask each case so often that the run takes a while."""
    page.get_by_role("radio", name="Set up").click()
    repeats = page.get_by_role("textbox", name="Repeats")
    repeats.fill("20")
    repeats.press("Enter")
    expect(page.get_by_text("300 calls: 15 cases × 1 arm × 20 repeats")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Run", exact=True).click()


def test_a_starter_set_runs_is_looked_at_paused_and_found_again(
    page: Page, context: BrowserContext, server: PlaygroundServer
) -> None:
    begun = time.monotonic()
    page.goto(f"{server.url}/evaluate")
    page.get_by_role("button", name="Run it").click()
    squares = page.locator("button[data-case]")
    expect(squares.first).to_be_visible()
    assert time.monotonic() - begun < FIRST_RESULT_SECONDS
    expect(page.get_by_text("done", exact=True)).to_be_visible()
    expect(squares).to_have_count(15)
    settle(page)
    expect(page.get_by_text("all simulated")).to_be_visible()
    expect(page.get_by_role("button", name="Use as scores")).to_be_disabled()

    page.get_by_role("radio", name=re.compile("Failed over")).click()
    expect(page.get_by_text("No case is like that.")).to_be_visible()
    page.get_by_role("radio", name=re.compile("^All")).click()
    squares.nth(2).click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("What was asked")).to_be_visible()
    expect(drawer.get_by_text("simulated", exact=True)).to_be_visible()
    drawer.locator("summary").filter(has_text="Receipt").click()
    expect(drawer.get_by_text("Pool and scores when the turn began")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)

    run_for_long(page)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(page.get_by_text("Paused:")).to_be_visible()

    address = page.url
    page.close()
    again = context.new_page()
    again.goto(address)
    expect(again.get_by_text("Paused:")).to_be_visible()
    again.get_by_role("button", name="Resume").click()
    expect(again.get_by_role("button", name="Pause")).to_be_visible()
    again.get_by_role("button", name="Cancel").click()
    expect(again.get_by_text("cancelled", exact=True)).to_be_visible()
    expect(again.get_by_role("button", name=re.compile("^Go on with"))).to_be_visible()
    settle(again)
    again.get_by_role("button", name="All runs").click()
    expect(again.get_by_role("button", name=re.compile("^General, English"))).to_have_count(2)


def test_a_run_that_its_server_did_not_survive_can_go_on(
    page: Page, server: PlaygroundServer, complaints: list[str]
) -> None:
    page.goto(f"{server.url}/evaluate")
    settle(page)
    run_for_long(page)
    expect(page.locator("button[data-case]").first).to_be_visible()
    address = page.url
    server.kill()
    server.start()
    page.goto(address)
    on = page.get_by_role("button", name=re.compile("^Go on with"))
    expect(on).to_be_visible()
    expect(page.get_by_text("interrupted", exact=True)).to_be_visible()
    settle(page)
    on.click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("cancelled", exact=True)).to_be_visible()
    complaints.clear()


def test_a_run_leaves_as_files_and_its_suite_comes_back(
    page: Page, server: PlaygroundServer, tmp_path: Path
) -> None:
    page.goto(f"{server.url}/evaluate?how=results")
    settle(page)
    page.get_by_role("button", name=re.compile("^General, English")).first.click()
    page.get_by_role("button", name="Export").click()
    files = {}
    for name in ("CSV", "JSON", "JUnit", "Report", "Suite"):
        with page.expect_download() as download:
            page.locator(f".st-key-evaluate-export-{name} button").click()
        files[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[name])
    assert [path.name for path in files.values()] == [
        "speko-general-english.csv",
        "speko-general-english.json",
        "speko-general-english.xml",
        "speko-general-english.html",
        "general-english.yaml",
    ]
    assert "<testsuite" in files["JUnit"].read_text("utf-8")
    assert "General, English" in files["Report"].read_text("utf-8")

    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Set up").click()
    page.get_by_role("button", name="Start anew").click()
    expect(page.get_by_role("button", name="Run it")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Upload", exact=True).click()
    page.locator("input[type=file]").set_input_files(files["Suite"])
    expect(page.get_by_text("15 cases. A column is a variable")).to_be_visible()


def test_what_is_typed_into_the_sheet_is_there_after_a_reload(
    page: Page, server: PlaygroundServer
) -> None:
    page.goto(f"{server.url}/evaluate?how=set+up")
    settle(page)
    page.get_by_role("button", name="Starter set").click()
    page.get_by_role("button", name="Take these 15 cases").click()
    expect(page.get_by_text("15 cases. A column is a variable")).to_be_visible()
    settle(page)
    sheet = page.locator('[class*="st-key-evaluate-cases-"] canvas').first
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    # Something lies over the canvas, so the click goes to a place: the first line's second column.
    page.mouse.dblclick(box["x"] + 250, box["y"] + 52)
    page.locator("textarea.gdg-input").fill("What is two plus two?")
    page.evaluate(NOTE_RUN)
    page.keyboard.press("Enter")
    page.evaluate("window.ran")
    settle(page)
    page.reload()
    expect(page.get_by_text("15 cases. A column is a variable")).to_be_visible()
    settle(page)
    with page.expect_download() as file:
        page.get_by_role("button", name="Download the suite file").click()
    assert "What is two plus two?" in file.value.path().read_text("utf-8")
