"""Takes the screenshots in docs/screenshots: `make screenshots`.

A real playground, a real browser, one real session on the keyless default: every page, light and
dark, wide and on a phone. Compare has two sheets as well: two, four and six seats in every size.
Evaluate measures model servers of the tests: no vendor has their names, or gave their answers.

``python -m docs.take_screenshots compare sheets`` takes only these again.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, quote, urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.chat_page import ChatPage
from tests.e2e.harness import BROWSER_ARGUMENTS, PlaygroundServer, browser_path, settle
from tests.e2e.vendors_with_truth import Nature, answers_to, vendors_with_truth

FOLDER = Path(__file__).parent / "screenshots"
PULL = (sys.executable, "-m", "speko_gateway", "pull-model")
SIZES = {"wide": (1280, 860), "phone": (390, 844)}
SCHEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")
PAGES = {
    "first": "",
    "chat": "?c={session}",
    "receipt": "?c={session}",
    "compare": "compare",
    "routing": "routing",
    "sweep": "routing?view=sweep",
    "what-if": "routing?view=what-if",
    "scores": "routing?view=scores",
    "evaluate": "evaluate?run={session}",
    "drill": "routing?view=drill",
    "analytics": "analytics?c={session}",
    "connections": "connections",
    "demo": "demo",
}
TALL = {"routing", "sweep", "what-if", "scores", "evaluate", "drill", "analytics", "connections"}
"""Pages whose picture shows all of them, not just the first screenful."""

SEATS = {
    "two": ("router", "google"),
    "four": ("router", "google", "openai", "anthropic"),
    "six": ("router", "router;optimize_for=cost", "google", "openai", "anthropic", "xai"),
}
"""The rows of a sheet; its columns are the sizes."""
SHEET_SIZES = {"wide": (1280, 860), "projector": (1920, 1080), "phone": (390, 844)}
SHEETS, EVALUATE = "sheets", "evaluate"
SERVERS = {
    "custom-amber": Nature("openai", {"amber-large": 0.9}, 0.2, "AMBER_KEY"),
    "custom-birch": Nature("openai", {"birch-mini": 0.7}, 0.05, "BIRCH_KEY"),
    "custom-cedar": Nature("openai", {"cedar-2": 0.8}, 0.1, "CEDAR_KEY"),
    "custom-dune": Nature("openai", {"dune-fast": 0.5}, 0.02, "DUNE_KEY"),
}
PRICES = {
    "amber-large": (2, 10),
    "birch-mini": (0.1, 0.5),
    "cedar-2": (0.5, 2),
    "dune-fast": (0.05, 0.2),
}
"""US$ per million tokens, in and out."""
_ROW_HEIGHT = 480
_GAP = 16
_PRICE = ("inputUsdPerMillion", "outputUsdPerMillion")

OUTAGE_DAY = '[class*="st-key-play-shipped-3"] button'


def main() -> None:
    """Hold the session, then photograph every page in every look."""
    parser = argparse.ArgumentParser(prog="python -m docs.take_screenshots", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*PAGES, SHEETS, []], help="default: all")
    names = parser.parse_args().names or [*PAGES, SHEETS]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_playground() as server, running_browser() as browser:
        session = hold_a_session(browser, server)
        for name, size, scheme in product(names, SIZES, SCHEMES):
            if name not in (SHEETS, EVALUATE):
                photograph(browser, server, session, name, size, scheme)
        if SHEETS in names:
            sheets(browser, server)
        if EVALUATE in names:
            evaluate(browser)


def evaluate(browser: Browser) -> None:
    """A run that measured the model servers of ``SERVERS``, on a playground of its own."""
    prices = {
        f"{vendor}:{model}": dict(zip(_PRICE, PRICES[model], strict=True))
        for vendor, nature in SERVERS.items()
        for model in nature.models
    }
    knows = answers_to("general", "en")
    with tempfile.TemporaryDirectory() as folder, vendors_with_truth(knows, SERVERS) as (_, env):
        file = Path(folder) / "prices.json"
        file.write_text(json.dumps(prices))
        server = PlaygroundServer(Path(folder), {**env, "SPEKO_PRICES": str(file)})
        server.start()
        try:
            run = measure(browser, server)
            for size, scheme in product(SIZES, SCHEMES):
                photograph(browser, server, run, EVALUATE, size, scheme)
        finally:
            server.stop()


def measure(browser: Browser, server: PlaygroundServer) -> str:
    """Ask a starter set of the router and of every provider; returns the run's id."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto(f"{server.url}/evaluate")
    settle(page)
    page.get_by_role("button", name="Starter set").click()
    page.get_by_role("button", name="Take these 15 cases").click()
    expect(page.get_by_text("15 cases. A column is a variable")).to_be_visible()
    page.get_by_role("button", name="The router against every provider").click()
    expect(page.get_by_text("15 cases × 5 arms")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("done", exact=True)).to_be_visible()
    run = parse_qs(urlsplit(page.url).query)["run"][0]
    page.close()
    return run


def sheets(browser: Browser, server: PlaygroundServer) -> None:
    """Compare with two, four and six seats in every size, into ``compare-sheet-SCHEME.webp``."""
    sessions = {name: compare(browser, server, seats) for name, seats in SEATS.items()}
    for scheme in SCHEMES:
        pictures = [
            [
                Image.open(io.BytesIO(picture(browser, server, session, size, scheme)))
                for size in SHEET_SIZES.values()
            ]
            for session in sessions.values()
        ]
        sheet(pictures).save(FOLDER / f"compare-sheet-{scheme}.webp", quality=70, method=6)


def compare(browser: Browser, server: PlaygroundServer, seats: Sequence[str]) -> str:
    """Ask these seats the same; returns the session's id."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    query = "&".join(f"seats={quote(seat)}" for seat in seats)
    page.goto(f"{server.url}/compare?{query}")
    settle(page)
    ask_all(page, len(seats))
    settle(page)
    session = parse_qs(urlsplit(page.url).query)["c"][0]
    page.close()
    return session


def picture(
    browser: Browser,
    server: PlaygroundServer,
    session: str,
    size: tuple[int, int],
    scheme: Literal["light", "dark"],
) -> bytes:
    """The comparison in one look, as PNG."""
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.goto(f"{server.url}/compare?c={session}")
    settle(page)
    taken = page.screenshot()
    page.close()
    return taken


def sheet(rows: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """The pictures in rows of one height."""
    scaled = [
        [
            each.convert("RGB").resize((each.width * _ROW_HEIGHT // each.height, _ROW_HEIGHT))
            for each in row
        ]
        for row in rows
    ]
    width = max(sum(each.width + _GAP for each in row) for row in scaled) + _GAP
    whole = Image.new("RGB", (width, len(scaled) * (_ROW_HEIGHT + _GAP) + _GAP), "#808080")
    for number, row in enumerate(scaled):
        left = _GAP
        for each in row:
            whole.paste(each, (left, _GAP + number * (_ROW_HEIGHT + _GAP)))
            left += each.width + _GAP
    return whole


def hold_a_session(browser: Browser, server: PlaygroundServer) -> str:
    """Two turns, then one with the first choice down; returns the session's id."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    chat = ChatPage(page, server)
    chat.open()
    chat.take_pill("sample", "Book me an appointment for Tuesday.")
    chat.take_pill("follow-up", "3pm, with Dr. Chen.")
    provider, model = chat.provider().split(" ", 1)
    chat.choose("Simulate an outage of", f"{provider} · {model}")
    chat.send("Thank you, see you on Tuesday.")
    session = page.url.partition("c=")[2]
    page.close()
    return session


def photograph(
    browser: Browser,
    server: PlaygroundServer,
    session: str,
    name: str,
    size: str,
    scheme: Literal["light", "dark"],
) -> None:
    """One page in one look, into ``docs/screenshots/NAME-SIZE-SCHEME.png``."""
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.goto(f"{server.url}/{PAGES[name].format(session=session)}")
    settle(page)
    if act := ACTS.get(name):
        act(page)
        settle(page)
    if name in TALL:
        page.set_viewport_size({"width": width, "height": content_height(page)})
        settle(page)
    page.screenshot(path=FOLDER / f"{name}-{size}-{scheme}.png")
    page.close()


def open_receipt(page: Page) -> None:
    """That of the turn that failed over."""
    page.get_by_text("What happened").last.click()


def ask_all(page: Page, seats: int = 4) -> None:
    """The same of all seats."""
    box = page.get_by_placeholder("Message all seats")
    box.fill("What should I check before I sign a lease?")
    box.press("Enter")
    expect(page.get_by_role("group", name="About this answer")).to_have_count(seats)


def lower_cost(page: Page) -> None:
    """Until another candidate wins."""
    slider = page.get_by_role("slider", name="Cost")
    slider.focus()
    for _ in range(16):
        slider.press("ArrowLeft")
    expect(page.get_by_text("would take over")).to_be_visible()


def start_drill(page: Page) -> None:
    """The first story's."""
    page.locator('[class*="st-key-preset-card-"] button').first.click()
    expect(page.get_by_text("messages left")).to_be_visible()


def play_to_the_outage(page: Page) -> None:
    """The outage day, paused after the caption of its first failover."""
    page.locator(OUTAGE_DAY).click()
    page.keyboard.press("Space")
    for caption in ("answers after", "9:20", "takes the accurate ones", "9:41", "amber chip"):
        page.keyboard.press("ArrowRight")
        expect(page.locator(".dm-caption")).to_contain_text(caption)


ACTS: dict[str, Callable[[Page], None]] = {
    "receipt": open_receipt,
    "compare": ask_all,
    "what-if": lower_cost,
    "drill": start_drill,
    "demo": play_to_the_outage,
}
"""What a person does on a page before its picture is taken."""


def content_height(page: Page) -> int:
    """How high the window must be to show the whole page, in CSS pixels."""
    found: int = page.evaluate(
        "() => document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight + 60"
    )
    return found


@contextmanager
def running_playground() -> Iterator[PlaygroundServer]:
    """A playground with the local model and nothing in its store."""
    subprocess.run(PULL, check=True)  # noqa: S603
    from speko_gateway.local_model.model_file import installed_path

    with tempfile.TemporaryDirectory() as folder:
        server = PlaygroundServer(Path(folder), {}, model_file=installed_path())
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def running_browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=list(BROWSER_ARGUMENTS)
        )
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
