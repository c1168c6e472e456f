"""Records docs/demo.webp, the moving picture at the top of the README: `make screenshots`.

A real playground plays the outage day in a real browser at twice the normal speed: an ordinary
question, a harder one, then the outage and the failover. Every frame lasts as long as it was on the
screen, so the picture runs at the right speed on any machine.
"""

from __future__ import annotations

import io
import math
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect

from docs.take_screenshots import OUTAGE_DAY, running_browser, running_playground
from tests.e2e.harness import settle
from tests.patience import PATIENCE

FILE = Path(__file__).parent / "demo.webp"
SIZE: ViewportSize = {"width": 1280, "height": 720}
FRAME_SECONDS = 0.1
LAST_CAPTION = "amber chip"
LAST_FRAME_SECONDS = 4.0
CHARTS_SECONDS = 1.5
"""After the last caption: by then the charts have drawn the turn too."""
LONGEST_FRAME_SECONDS = 3.5
MOST_BYTES = 3_000_000

Frame = tuple[float, bytes]
"""The second at which it was seen, and its PNG."""


def main() -> None:
    """Play, record, write; a file too large for a README is an error."""
    with running_playground() as server, running_browser() as browser:
        page = browser.new_page(viewport=SIZE, color_scheme="dark")
        for _ in ("warm up: the first answer of a new gateway is slow", "record"):
            page.goto(f"{server.url}/demo")
            answer_first_turn(page)
        play_on(page)
        frames = list(recorded(page))
    write(frames)
    if FILE.stat().st_size > MOST_BYTES:
        sys.exit(f"{FILE} has {FILE.stat().st_size:,} bytes, more than {MOST_BYTES:,}.")


def answer_first_turn(page: Page) -> None:
    """Start the outage day and pause after its first answer, so that the charts show something."""
    page.locator(OUTAGE_DAY).click()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".dm-caption")).to_contain_text("answers after")
    expect(page.locator(".js-plotly-plot")).to_have_count(2)


def play_on(page: Page) -> None:
    """Continue at twice the normal speed."""
    page.get_by_role("button", name="2×").click()
    page.evaluate("document.activeElement.blur()")
    settle(page)
    page.keyboard.press("Space")


def recorded(page: Page) -> Iterator[Frame]:
    """Every change on the screen, until the last caption has been there for a moment."""
    begun, last, ends_at = time.monotonic(), b"", math.inf
    while (seen_at := time.monotonic()) < ends_at:
        if seen_at - begun > PATIENCE:
            sys.exit("The demo did not get to its failover; try again when the machine is idle.")
        if page.locator(".dm-progress", has_text="paused").count():
            page.keyboard.press("Space")  # it pauses when nobody looks, as on a busy machine
            continue
        if ends_at == math.inf and LAST_CAPTION in page.locator(".dm-caption").inner_text():
            ends_at = seen_at + CHARTS_SECONDS
        picture = page.screenshot(animations="allow", caret="initial")
        if picture != last:
            yield seen_at - begun, picture
        last = picture
        page.wait_for_timeout(max(0.0, 1000 * (seen_at + FRAME_SECONDS - time.monotonic())))


def write(frames: list[Frame]) -> None:
    """Write them as an animated WebP that repeats forever."""
    images = [Image.open(io.BytesIO(png)).convert("RGB") for _, png in frames]
    times = [seen_at for seen_at, _ in frames]
    seconds = [min(after - before, LONGEST_FRAME_SECONDS) for before, after in pairwise(times)]
    images[0].save(
        FILE,
        save_all=True,
        append_images=images[1:],
        duration=[round(1000 * each) for each in (*seconds, LAST_FRAME_SECONDS)],
        loop=0,
        quality=90,
        method=6,
        allow_mixed=True,
    )


if __name__ == "__main__":
    main()
