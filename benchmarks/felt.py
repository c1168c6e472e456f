"""What a person feels on the pages: the waits after a click, and how much a page jumps.

A real server, started as the README says, and a real Chromium with an empty cache for each try. The
demo fleet speaks its scripted words, which take no processor: what is measured is the way of the
page, and not a model. In the same minutes the least that Streamlit can do: two bare pages, one
with a chat box and one with a single chart.

A wait begins with the click or the key itself, and its end is looked for in every frame.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import watching
from benchmarks.crowd import first_words
from benchmarks.report import Row, median, p95, print_heading, print_table, verdict
from benchmarks.rerun import fill
from playground.look import palette
from playground.sessions.store import Store
from playground.teams.owner import MACHINE_OWNER
from speko_gateway.routing.scores import DATA_FOLDER
from tests.e2e.harness import BROWSER_ARGUMENTS, ROOT, PlaygroundServer, browser_path, settle

ROUNDS: Final = 10
VISITORS: Final = 50
READING_SECONDS: Final = 5.0
SIZE: Final = {"width": 1440, "height": 900}
CHARTED, LONG = 8, 30
"""Turns of the stored sessions: the one that is opened in Analytics, and the long one."""

COLUMNS: Final = ("seconds", "n", "p50", "p95", "bare page p50", "p95", "aim", "")

BARE: Final = """
import streamlit as st

def chat():
    st.title("Chat")
    if message := st.chat_input("Say something"):
        st.chat_message("user").write(message)
        st.chat_message("assistant").write("Some words")

def analytics():
    import plotly.graph_objects as go
    st.title("Analytics")
    st.plotly_chart(go.Figure(go.Bar(x=[1, 2], y=[3, 4])))

def connections():
    st.title("Connections")

pages = {"Chat": chat, "Analytics": analytics, "Connections": connections}
named = [st.Page(page, title=title, default=title == "Chat") for title, page in pages.items()]
st.navigation(named, position="top").run()
"""


class Wait(NamedTuple):
    """A line of the table: what was waited for, the figures of ours and of the bare page."""

    name: str
    ours: Sequence[float]
    bare: Sequence[float]
    aim: float | None = None
    aimed_at: Callable[[Sequence[float]], float] = median


def bare_server(folder: Path) -> PlaygroundServer:
    """Streamlit alone, with the playground's options."""
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    script = folder / "bare.py"
    script.write_text(BARE, "utf-8")
    return PlaygroundServer(folder, {}, script=script)


@contextmanager
def running(server: PlaygroundServer) -> Iterator[PlaygroundServer]:
    """The server, for as long as the block lasts."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Bench:
    """A browser and two servers for it: the playground with two sessions, and the bare one."""

    def __init__(self, browser: Browser, rounds: int, folder: Path) -> None:
        self.browser, self.rounds = browser, rounds
        self.ours, self.bare = folder / "ours", folder / "bare"
        self.ours.mkdir()
        self.bare.mkdir()
        self.playground, self.streamlit = PlaygroundServer(self.ours, {}), bare_server(self.bare)
        store = Store(f"sqlite:///{self.playground.data_dir / 'playground.db'}")
        self.charted, self.long = (
            fill(store.of(MACHINE_OWNER), turns) for turns in (CHARTED, LONG)
        )
        store.close()

    @contextmanager
    def page(self, server: PlaygroundServer, path: str = "") -> Iterator[Page]:
        """A new visitor's tab, which has just been asked for that page."""
        with self.browser.new_context(viewport=SIZE) as context:  # type: ignore[arg-type]
            page = context.new_page()
            page.add_init_script(f"({watching.WATCH})()")
            page.goto(f"{server.url}/{path}", wait_until="commit")
            yield page

    def both(
        self, measure: Callable[[PlaygroundServer, bool], float]
    ) -> tuple[list[float], list[float]]:
        """The measure in alternating rounds: of the playground, and of the bare pages."""
        ours, bare = [], []
        for _ in range(self.rounds):
            ours.append(measure(self.playground, True))
            bare.append(measure(self.streamlit, False))
        return ours, bare


def after(page: Page, event: str, act: Callable[[], None], *conditions: str) -> list[float]:
    """Seconds from the event that ``act`` brings about until each condition is true."""
    page.evaluate(watching.FROM_EVENT, [event, conditions])
    act()
    return [milliseconds / 1000 for milliseconds in page.evaluate("() => window.felt")]


def follow(page: Page, name: str) -> Callable[[], None]:
    """A click on a page's name in the navigation."""
    return page.get_by_role("link", name=name).first.click


def analytics(bench: Bench) -> list[Wait]:
    """The first look at Analytics, after some seconds of reading; each on servers of its own."""

    def once(server: PlaygroundServer, path: str) -> list[float]:
        with running(server), bench.page(server, path) as page:
            settle(page)
            page.wait_for_timeout(1000 * READING_SECONDS)
            click = follow(page, "Analytics")
            return after(page, "click", click, watching.FIRST_CHART, watching.ALL_CHARTS)

    pairs = [
        (once(bench.playground, f"?c={bench.charted}"), once(bench.streamlit, ""))
        for _ in range(bench.rounds)
    ]
    ends = (("a chart shows", None), ("all charts are drawn", 1.0))
    return [
        Wait(
            f"first Analytics: {end}",
            [ours[place] for ours, _ in pairs],
            [bare[place] for _, bare in pairs],
            aim,
        )
        for place, (end, aim) in enumerate(ends)
    ]


def switch(bench: Bench) -> list[Wait]:
    """From page to page: Chat, Connections, and back."""

    def times(server: PlaygroundServer, other: str) -> list[float]:
        with running(server), bench.page(server) as page:
            settle(page)
            taken = []
            for _ in range(bench.rounds + 1):
                ends = f"{watching.SHOWS % other} && {watching.QUIET}"
                taken += after(page, "click", follow(page, other), ends)
                settle(page)
                back = f"{watching.BOX_IS_OPEN} && {watching.QUIET}"
                taken += after(page, "click", follow(page, "Chat"), back)
                settle(page)
            return taken[2:]

    ours, bare = (times(server, "Connections") for server in (bench.playground, bench.streamlit))
    return [Wait("page switch", ours, bare, 0.3)]


def session(bench: Bench) -> list[Wait]:
    """A session of 30 turns by its URL, until its last turns and the message box are there."""

    def once(server: PlaygroundServer, ours: bool) -> float:
        with bench.page(server, f"?c={bench.long}" if ours else "") as page:
            ends = watching.SESSION_IS_THERE % (LONG - 1) if ours else watching.BOX_IS_OPEN
            return float(page.evaluate(watching.FROM_START, ends)) / 1000

    with running(bench.playground), running(bench.streamlit):
        once(bench.playground, True)
        return [Wait(f"a session of {LONG} turns by its URL", *bench.both(once), aim=1.2)]


def published() -> dict[str, float]:
    """The demo fleet's published seconds to the first token, by the name that a page shows."""
    rows = json.loads((DATA_FOLDER / "demo.json").read_text("utf-8"))["rows"]
    broad = {"language": "en", "vertical": "general", "region": "global"}
    return {
        palette.label(row["provider"], row["model"]): row["ttftMs"] / 1000
        for row in rows
        if all(row[name] == value for name, value in broad.items())
    }


def words(bench: Bench) -> list[Wait]:
    """From Enter to the first visible word, less the vendor's published time."""
    vendors = published()

    def once(server: PlaygroundServer, ours: bool) -> float:
        with bench.page(server) as page:
            settle(page)
            box = page.get_by_test_id("stChatInputTextArea")
            box.fill("Good morning")
            enter = partial(box.press, "Enter")
            (taken,) = after(page, "keydown", enter, watching.FIRST_WORDS)
            if not ours:
                return taken
            chips = page.get_by_role("group", name="About this answer").locator("b")
            return taken - vendors[chips.first.inner_text()]

    with running(bench.playground), running(bench.streamlit):
        once(bench.playground, True)
        return [Wait("first words, less the vendor's published time", *bench.both(once), aim=0.35)]


def shift(bench: Bench) -> list[Wait]:
    """Layout shift of each page's load, and while an answer streams; says what moved."""
    paths = {
        "Chat": "",
        f"{LONG} turns": f"?c={bench.long}",
        "Analytics": f"analytics?c={bench.charted}",
        **{name: name.lower() for name in ("Routing", "Connections", "Demo")},
    }

    def load(server: PlaygroundServer, path: str) -> float:
        with bench.page(server, path) as page:
            settle(page)
            page.wait_for_timeout(500)
            return shifted(page, path)

    def streaming() -> float:
        with bench.page(bench.playground) as page:
            settle(page)
            box = page.get_by_test_id("stChatInputTextArea")
            page.evaluate("() => { window.shifts = []; }")
            box.fill("Good morning")
            box.press("Enter")
            page.get_by_role("group", name="About this answer").wait_for()
            settle(page)
            return shifted(page, "streaming")

    rounds = range(bench.rounds)
    with running(bench.playground), running(bench.streamlit):
        bare = [load(bench.streamlit, "") for _ in rounds]
        found = [
            Wait(f"shift: {name}", [load(bench.playground, path) for _ in rounds], bare, 0.1)
            for name, path in paths.items()
        ]
        return [*found, Wait("shift: while streaming", [streaming() for _ in rounds], (), 0.02)]


def shifted(page: Page, about: str) -> float:
    """The sum of the page's layout shifts; what moved most is printed."""
    shifts = page.evaluate("() => window.shifts")
    for each in shifts:
        if each["value"] > 0.01:
            print(f"  {about or '/'}: {each['value']:.3f} at {each['at']:.0f} ms: {each['moved']}")
    return float(sum(each["value"] for each in shifts))


def visitors(bench: Bench) -> list[Wait]:
    """50 visitors who send in the same moment: first words at each page's WebSocket."""
    server = PlaygroundServer(bench.ours / "crowd", {"SPEKO_VISITORS": "cookie"})
    taken = []
    # A thread of its own: Playwright's event loop has this one.
    with ThreadPoolExecutor(1) as crowded:
        for each in (server, bench.streamlit):
            with running(each):
                for count in (2, VISITORS):
                    crowd = first_words(each.url, count, published())
                    taken.append(crowded.submit(asyncio.run, crowd).result())
    name = f"first words of {VISITORS} who send at once, less the published time"
    return [Wait(name, taken[1], taken[3], 1.5, p95)]


MEASURES = {
    "analytics": analytics,
    "switch": switch,
    "session": session,
    "words": words,
    "shift": shift,
    "visitors": visitors,
}


def line(wait: Wait) -> Row:
    """The wait as a table row; the aim is for the p50, but for the p95 where many wait at once."""
    figures = [
        f"{how(values):.2f}" if values else ""
        for values in (wait.ours, wait.bare)
        for how in (median, p95)
    ]
    aim = ("", "") if wait.aim is None else (wait.aim, verdict(wait.aimed_at(wait.ours), wait.aim))
    return (wait.name, len(wait.ours), *figures, *aim)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.felt", description=__doc__)
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], help="default: all")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="2 at least")
    asked = parser.parse_args()
    print_heading("What a person feels")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=list(BROWSER_ARGUMENTS)
        )
        for name in asked.measures or MEASURES:
            with tempfile.TemporaryDirectory() as folder:
                bench = Bench(browser, asked.rounds, Path(folder))
                found = MEASURES[name](bench)
            print_table(COLUMNS, [line(wait) for wait in found])
            print()
        browser.close()


if __name__ == "__main__":
    main()
