"""Several answers side by side: how soon each word is there, and whether the page keeps answering.

A real server and a real Chromium. Each column is answered by a vendor at a steady pace, whose every
token is the time at which it was written, so that the browser knows how long it took: through the
gateway, the page's server and the page. Streamlit's own answer to many columns is in the same loop:
there is no bare page to hold it against.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import watching
from benchmarks.felt import SIZE, after, running
from benchmarks.paced_upstream import MODEL, WANTED
from benchmarks.processes import Child, listening, tree_cpu_seconds
from benchmarks.report import Row, median, p95, print_heading, print_table, verdict
from playground.look.differences import difference_html
from tests.e2e.harness import BROWSER_ARGUMENTS, PlaygroundServer, browser_path, settle

ROUNDS: Final = 3
COLUMNS: Final = ("measure", "n", "p50", "p95", "aim", "")
PACE: Final = 50
PATIENCE_MS: Final = 120_000


class Measure(NamedTuple):
    """A line of the table; the aim is for the p50, or for what ``aimed_at`` makes of the values."""

    name: str
    values: Sequence[float]
    aim: float | None = None
    aimed_at: Callable[[Sequence[float]], float] = median


class Bench:
    """A browser, and a playground whose vendors are all the one at a steady pace."""

    def __init__(self, browser: Browser, rounds: int, vendor: Child, folder: Path) -> None:
        self.browser, self.rounds, self.vendor = browser, rounds, vendor
        environment = {}
        for seat in "ABCDEF":
            environment[f"SPEKO_CUSTOM_{seat}_BASE_URL"] = f"{vendor.url}/v1"
            environment[f"SPEKO_CUSTOM_{seat}_MODELS"] = MODEL
        self.server = PlaygroundServer(folder, environment)

    @contextmanager
    def page(self, seats: int) -> Iterator[Page]:
        """A comparison of so many seats, in a new visitor's tab."""
        query = "&".join(f"seats=custom-{seat}:{MODEL}" for seat in "abcdef"[:seats])
        with self.browser.new_context(viewport=SIZE) as context:  # type: ignore[arg-type]
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.goto(f"{self.server.url}/compare?{query}")
            settle(page)
            page.evaluate(watching.WATCH_COLUMNS)
            yield page

    def left(self) -> list[float]:
        """When callers of the vendor have gone away, in milliseconds since 1970."""
        with urllib.request.urlopen(f"{self.vendor.url}/left") as answer:  # noqa: S310
            return [float(at) for at in json.load(answer)]


def send(page: Page, tokens: int) -> None:
    """Ask all seats for so many tokens."""
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(WANTED.format(tokens=tokens, pace=PACE))
    box.press("Enter")


def wait_for(page: Page, tokens: int, seats: str) -> None:
    """Wait until each of these columns shows so many tokens."""
    page.wait_for_function(watching.COLUMNS_HAVE, arg=[tokens, list(seats)])


def lags(page: Page, seats: str, since: float = 0.0) -> list[float]:
    """Milliseconds from written to seen, of each token of these columns written since then."""
    seen = page.evaluate("() => window.stamps")
    return [at - written for seat in seats for written, at in seen[seat] if written >= since]


def stream(bench: Bench) -> list[Measure]:
    """Four columns at 50 tokens a second, and the processor meanwhile."""
    taken, pages, gateways = [], [], []
    for _ in range(bench.rounds):
        with bench.page(4) as page:
            send(page, 500)
            wait_for(page, 25, "abcd")
            begun, before = time.monotonic(), processor(bench.server)
            wait_for(page, 475, "abcd")
            seconds = time.monotonic() - begun
            page_share, gateway_share = (
                (now - then) / seconds
                for now, then in zip(processor(bench.server), before, strict=True)
            )
            wait_for(page, 500, "abcd")
            taken += lags(page, "abcd")
            pages.append(page_share)
            gateways.append(gateway_share)
    return [
        Measure("four columns: ms from the vendor's write to the page", taken, 150, p95),
        Measure("four columns: share of a core, the page's server", pages, 0.5),
        Measure("four columns: share of a core, the gateway", gateways),
    ]


def processor(server: PlaygroundServer) -> tuple[float, float]:
    """Processor seconds so far: of the page's server, and of what it started."""
    own = Child("", server.pid).cpu_seconds() or 0.0
    return own, (tree_cpu_seconds(server.pid) or 0.0) - own


def stop(bench: Bench) -> list[Measure]:
    """One of four columns is stopped: until its call has ended, and until the page says so."""
    called, shown, others = [], [], []
    for _ in range(bench.rounds):
        with bench.page(4) as page:
            send(page, 400)
            wait_for(page, 100, "abcd")
            gone = len(bench.left())
            button = page.locator(f"{watching.COLUMN % 'b'} [class*='st-key-stop-'] button")
            page.evaluate(watching.NOTE_CLICK)
            shown += after(page, "click", button.click, watching.COLUMN_IS_STOPPED % "b")
            clicked = float(page.evaluate("() => window.clicked"))
            wait_for(page, 400, "acd")
            called.append(bench.left()[gone] - clicked)
            others += lags(page, "acd", since=clicked)
    return [
        Measure("stop one: ms from the click to the end of its call", called, 300, max),
        Measure("stop one: ms from the click until the page shows it", [1000 * s for s in shown]),
        Measure("stop one: ms from write to page in the others, after it", others, 150, p95),
    ]


def six(bench: Bench) -> list[Measure]:
    """Six columns of 1,000 words: a click while they stream, and one once they are there."""
    live, ended, differences = [], [], []
    for _ in range(bench.rounds):
        with bench.page(6) as page:
            send(page, 1000)
            wait_for(page, 50, "abcdef")
            live += widths(page, 4)
            wait_for(page, 1000, "abcdef")
            settle(page)
            ended += widths(page, 4)
            fold = page.locator("[class*='st-key-difference-'] summary").first
            differences += after(page, "click", fold.click, watching.DIFFERENCE_IS_THERE)
    return [
        Measure("six columns of 1,000 words, streaming: seconds to full width or back", live, 1.0),
        Measure("six columns of 1,000 words, ended: seconds to full width or back", ended, 1.0),
        Measure("differences of 1,000 words: seconds from the click", differences),
    ]


def widths(page: Page, clicks: int) -> list[float]:
    """Seconds from a click on the first column's width to the page in that width."""
    taken = []
    for click in range(clicks):
        button = page.locator(f"{watching.COLUMN % 'a'} [class*='st-key-wide-'] button")
        columns = 1 if click % 2 == 0 else 6
        taken += after(page, "click", button.click, watching.COLUMNS_SHOWN % columns)
    return taken


def differences(_: Bench) -> list[Measure]:
    """Two texts of 1,000 words, without the page."""
    rng = random.Random(11)  # noqa: S311
    words = [f"word{number}" for number in range(400)] + ["the", "a", "of", "to", ",", "."] * 40
    text = rng.choices(words, k=1000)

    def taken(share: float) -> list[float]:
        times = []
        for _ in range(50):
            other = [rng.choice(words) if rng.random() < share else word for word in text]
            begun = time.perf_counter()
            difference_html(" ".join(text), " ".join(other))
            times.append(1000 * (time.perf_counter() - begun))
        return times

    return [
        Measure(
            f"differences of 1,000 words, {share:.0%} of them others: ms", taken(share), 100, p95
        )
        for share in (0.05, 0.5, 1.0)
    ]


MEASURES = {"stream": stream, "stop": stop, "six": six, "differences": differences}


def line(measure: Measure) -> Row:
    """The measure as a table row."""
    places = 2 if median(measure.values) < 10 else 0
    figures = [f"{how(measure.values):.{places}f}" for how in (median, p95)]
    aim = ("", "")
    if measure.aim is not None:
        aim = (f"{measure.aim:g}", verdict(measure.aimed_at(measure.values), measure.aim))
    return (measure.name, len(measure.values), *figures, *aim)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], help="default: all")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="2 at least")
    asked = parser.parse_args()
    print_heading("Answers side by side")
    print(f"Load of the last minute at the start: {os.getloadavg()[0]:.2f}\n")
    with (
        sync_playwright() as playwright,
        listening("benchmarks.paced_upstream") as vendor,
        tempfile.TemporaryDirectory() as folder,
    ):
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=list(BROWSER_ARGUMENTS)
        )
        bench = Bench(browser, asked.rounds, vendor, Path(folder))
        with running(bench.server):
            found = [
                measure for name in asked.measures or MEASURES for measure in MEASURES[name](bench)
            ]
        print_table(COLUMNS, [line(measure) for measure in found])
        browser.close()


if __name__ == "__main__":
    main()
