"""axe-core on every page and dialog in the states a person meets: WCAG 2.2 AA, zero violations.

One journey a theme; each state is measured at three widths. ``docs/accessibility.md`` says what
else was checked, and how.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import ColourScheme
from tests.e2e.harness import PATIENCE_MS, PlaygroundServer, settle

SIZES: Final = ((1440, 900), (390, 844), (320, 640))
RULES: Final = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "dark": ["color-contrast", "link-in-text-block"],
}
"""All that axe has for our level; what is not about colours is the same in both themes."""
MEASURE: Final = """async (rules) => {
    const found = await axe.run({runOnly: rules, resultTypes: ["violations"]})
    const nodes = found.violations.flatMap((each) => each.nodes.map((node) => [each.id, node]))
    const broken = []
    for (const [id, node] of nodes) {
        if (id === "target-size" && !(await isSmall(node.target.join(" ")))) continue
        broken.push(`${id}: ${node.target} ${node.html.slice(0, 160)} ${node.failureSummary}`)
    }
    return broken

    // What lies half under a bar that sticks is scrolled out from there, as a person would.
    async function isSmall(selector) {
        const target = document.querySelector(selector)
        target?.scrollIntoView({block: "center"})
        const again = await axe.run(target, {runOnly: ["target-size"]})
        return again.violations.length > 0
    }
}"""
FADED_IN: Final = """() => document.getAnimations().every((each) =>
    each.playState !== "running" || each.effect.getComputedTiming().iterations === Infinity)"""
OVERFLOW: Final = """() => ["html", "main"]
    .map((name) => document.querySelector(name))
    .filter((place) => place.scrollWidth > place.clientWidth).map((place) => place.tagName)"""
WIDER_TEXT: Final = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"""
CUT: Final = """() => [...document.querySelectorAll("main :is(p, b, span, a, button, td)")]
    .filter((each) => each.textContent.trim() && each.clientHeight > 4
        && getComputedStyle(each).overflowY === "hidden" && !each.closest(".sp-ellipsis, em")
        && each.scrollHeight > each.clientHeight + 2)
    .map((each) => each.outerHTML)"""


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """Scripted words: how it looks matters here, not what is said."""


@pytest.fixture
def viewport() -> tuple[int, int]:
    """The widest of the three."""
    return SIZES[0]


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_no_page_or_dialog_violates_wcag(
    page: Page, server: PlaygroundServer, colour_scheme: ColourScheme
) -> None:
    found: list[str] = []
    everything = (chat(page, server), routing(page), compare(page), others(page), sessions(page))
    for state in chain(*everything, evaluate(page)):
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            found += [
                f"{state} {colour_scheme} {width}: {each}"
                for each in measured(page, RULES[colour_scheme])
            ]
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    assert not found, "\n\n".join(found)


def measured(page: Page, rules: Sequence[str]) -> list[str]:
    """What axe finds on the page as it is now, and what makes it scroll sideways."""
    settle(page)
    page.wait_for_function(FADED_IN, timeout=PATIENCE_MS)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations: list[str] = page.evaluate(MEASURE, rules)
    return violations + [f"scrolls sideways: {name}" for name in page.evaluate(OVERFLOW)]


def chat(page: Page, server: PlaygroundServer) -> Iterator[str]:
    """The chat, from its first screen to a question whether to delete everything."""
    chat = ChatPage(page, server)
    chat.open()
    yield "first screen"
    chat.take_pill("sample", "Book me an appointment for Tuesday.")
    chat.take_pill("follow-up", "3pm, with Dr. Chen.")
    provider, model = chat.provider().split(" ", 1)
    chat.choose("Simulate an outage of", f"{provider} · {model}")
    chat.send("Show me a table | with | bars, and `code`.")
    yield "failover under a drill"
    page.get_by_text("What happened").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_text("What was sent, as code")).to_be_visible()
    yield "receipt with what was sent"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    yield from acts(chat, page)
    chat.choose("Allowed providers", f"{provider} · {model}")
    chat.send("And now nobody?")
    yield "error"
    page.locator(".st-key-recent-sessions summary").click()
    settle(page)
    page.get_by_role("button", name="Delete all").click()
    yield "recent sessions, about to delete them"


def acts(chat: ChatPage, page: Page) -> Iterator[str]:
    """Acting on a turn: its menu, the box to edit in, branches, the sheets, a deletion."""
    last = chat.last
    last.get_by_role("button", name="More for the answer").click()
    page.locator(":popover-open").get_by_text("Ask another provider").click()
    yield "a turn's menu"
    page.locator(":popover-open").get_by_text("Ask again as it was").click()
    expect(last).to_contain_text("2 of 2")
    settle(page)
    last.get_by_role("button", name="More for the message").click()
    page.locator(":popover-open").get_by_text("Edit and send again").click()
    last.get_by_text("What differs").click()
    yield "a box to edit in, and what differs"
    page.get_by_role("textbox", name="Message of turn").press("Escape")
    last.get_by_role("button", name="Differences").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "differences word by word"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="This session as a tree").click()
    expect(page.get_by_role("dialog").locator(".tree li").first).to_be_visible()
    yield "the tree"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Rename this session").click()
    yield "a title that is changed"
    page.keyboard.press("Escape")
    last.get_by_role("button", name="More for the answer").click()
    page.locator(":popover-open").get_by_text("Delete").click()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    yield "a deletion to undo"
    page.get_by_role("button", name="Undo").click()
    settle(page)


def routing(page: Page) -> Iterator[str]:
    """Its views, each with something going on."""
    address, _, query = page.url.partition("?")
    for view in ("ranking", "sweep", "what-if", "scores", "drill"):
        page.goto(f"{address}routing?view={view}&{query}")
        expect(page.get_by_role("radiogroup", name="View")).to_be_visible()
        settle(page)
        if view == "what-if":
            page.get_by_role("slider", name="Cost").press("ArrowLeft")
        if view == "scores":
            page.get_by_text("Add scores of your own").click()
            page.get_by_text("More about it").first.click()
            others = page.get_by_role("combobox", name="Other scores")
            others.scroll_into_view_if_needed()
            settle(page)
            others.fill("Published")
            page.get_by_role("option", name="Published").click()
            expect(page.get_by_text("get another winner")).to_be_visible()
        if view == "drill":
            page.locator('[class*="st-key-preset-card-"] button').first.click()
        yield view
    page.get_by_role("button", name="End drill").first.click()
    settle(page)


def compare(page: Page) -> Iterator[str]:
    """Its views: seats before and after a message, the forms of a seat, votes, and verdicts."""
    page.goto(f"{page.url.partition('routing')[0]}compare")
    settle(page)
    yield "compare"
    box = page.get_by_placeholder("Message all seats")
    box.fill("What should I check before I sign a lease?")
    box.press("Enter")
    expect(page.get_by_role("group", name="About this answer")).to_have_count(4)
    yield "compared answers"
    for view in ("Blind", "Ratings", "Against everyone"):
        page.get_by_role("radio", name=view).click()
        settle(page)
        yield view
        if view == "Blind":
            yield from judged(page)


def judged(page: Page) -> Iterator[str]:
    """Two answers without names, the vote that can be taken back, and who they were."""
    box = page.get_by_placeholder("Ask two at random")
    box.fill("Give me three names for a bakery.")
    box.press("Enter")
    expect(page.get_by_role("button", name="Left is better")).to_be_visible()
    yield "two answers without names"
    page.keyboard.press("1")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    yield "a vote to take back"
    expect(page.get_by_role("group", name="About this answer")).to_have_count(2)
    yield "who they were"


def others(page: Page) -> Iterator[str]:
    """Analytics, what is real, Connections with its forms, a demo from its shelf to its end."""
    address, _, query = page.url.partition("compare?")
    page.goto(f"{address}analytics?{query}")
    expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible()
    yield "analytics"
    for path in ("analytics?c=gone", "real", "connections"):
        page.goto(f"{address}{path}")
        settle(page)
        yield path
    page.get_by_role("button", name="Add key for OpenAI").click()
    settle(page)
    page.get_by_role("button", name="Save and test").first.click()
    settle(page)
    page.get_by_role("button", name="Add a server").click()
    yield "forms of connections"
    page.locator(".st-key-server-kind").get_by_text("Another server").click()
    yield "another server"
    page.goto(f"{address}demo")
    page.get_by_text("How to write one").click()
    yield "demo shelf"
    page.locator('[class*="st-key-play-shipped-3"] button').click()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible()
    yield "demo"
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="More demos")).to_be_visible()
    yield "demo at its end"
    page.get_by_role("button", name="More demos").click()
    page.locator('[class*="st-key-play-shipped-4"] button').click()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".dm-seat-figures")).to_be_visible()
    yield "demo of a comparison"


def sessions(page: Page) -> Iterator[str]:
    """The library: filters, hits, ticked sessions, the other views, a session in the bin, keys."""
    address = page.url.partition("demo")[0]
    page.goto(f"{address}sessions")
    settle(page)
    page.get_by_text("Filters", exact=True).click()
    yield "filters of sessions"
    page.get_by_role("searchbox").fill("a")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_text("found")).to_be_visible()
    page.get_by_role("button", name="Select all on this page").click()
    expect(page.get_by_text("selected")).to_be_visible()
    page.locator(".st-key-tag button").click()
    yield "hits, all ticked, and the form for tags"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete", exact=True).click()
    yield "sessions that were deleted, to undo"
    for view in ("archive", "bin", "import"):
        page.goto(f"{address}sessions?how={view}")
        settle(page)
        yield f"sessions, {view}"
    page.keyboard.press("?")
    yield "keys"
    page.keyboard.press("Escape")


def evaluate(page: Page) -> Iterator[str]:
    """Its first screen, a suite that is put together, a run with a drawer, all runs, replay."""
    page.goto(f"{page.url.partition('sessions')[0]}evaluate")
    settle(page)
    if (anew := page.get_by_role("button", name="Start anew")).count():
        anew.click()
    expect(page.get_by_role("button", name="Run it")).to_be_visible()
    yield "evaluate, first screen"
    page.get_by_role("button", name="The router against every provider").click()
    settle(page)
    page.get_by_text("Settings of each arm").click()
    page.get_by_role("button", name="Run it").click()
    expect(page.get_by_text("done", exact=True)).to_be_visible()
    settle(page)
    page.get_by_text("Compare with another run").click()
    yield "results of a run"
    page.locator("button[data-case]").first.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_text("Difference to another arm").click()
    drawer.locator("summary").filter(has_text="Receipt").click()
    expect(drawer.get_by_text("Pool and scores when the turn began")).to_be_visible()
    yield "an answer in its drawer"
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    page.get_by_role("button", name="All runs").click()
    yield "all runs"
    for view in ("Set up", "Replay"):
        page.get_by_role("radio", name=view).click()
        settle(page)
        yield f"evaluate, {view.lower()}"


@pytest.mark.parametrize("path", ["", "routing", "connections", "demo", "evaluate"])
def test_wider_text_is_not_cut(path: str, page: Page, server: PlaygroundServer) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/{path}")
    settle(page)
    page.add_style_tag(content=WIDER_TEXT)
    settle(page)
    assert page.evaluate(CUT) == []
    assert page.evaluate(OVERFLOW) == []


def test_motion_stands_still_for_who_wants_that(page: Page, server: PlaygroundServer) -> None:
    page.goto(server.url)
    settle(page)
    moving = "() => document.getAnimations().map(e => e.effect.target?.outerHTML.slice(0, 120))"
    assert page.evaluate(moving) == []


def test_what_is_chosen_shows_where_the_system_sets_the_colours(
    page: Page, server: PlaygroundServer
) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(server.url)
    settle(page)
    outline = "each => getComputedStyle(each).outlineStyle"
    assert page.get_by_role("radio", name="Balanced").evaluate(outline) == "solid"
    assert page.get_by_role("radio", name="Latency").evaluate(outline) == "none"
    mark = page.locator(".sp-mark").first
    assert mark.evaluate("each => getComputedStyle(each).forcedColorAdjust") == "none"
