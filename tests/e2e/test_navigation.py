"""Nine pages by name: a bar that needs no scroll at 1024 pixels, a labelled menu on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.harness import ROOT, PlaygroundServer, settle
from tests.e2e.nine_pages import GROUPS

NAMES = [name for names in GROUPS.values() for name in names]
BOXES = """links => links.map(link => {
    const { left, right, top, bottom } = link.getBoundingClientRect();
    return { left, right, top, bottom, cut: link.scrollWidth > link.clientWidth };
})"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaygroundServer]:
    """The small app with nine pages, in place of the playground."""
    folder = tmp_path_factory.mktemp("nine-pages")
    (folder / ".streamlit").symlink_to(ROOT / ".streamlit")
    script = ROOT / "tests" / "e2e" / "nine_pages.py"
    server = PlaygroundServer(folder, {"PYTHONPATH": str(ROOT)}, script=script)
    server.start()
    yield server
    server.stop()


def links(page: Page) -> Locator:
    """The ways to the pages, as far as they can be seen."""
    return page.get_by_role("navigation", name="Pages").get_by_role("link")


def menu(page: Page) -> Locator:
    """What opens the menu where the bar has no room."""
    return page.get_by_role("button", name="Menu:")


def boxes_in_sight(page: Page, width: int) -> list[dict[str, Any]]:
    """Where each link is, once none is cut or beyond the window's edge."""
    expect(links(page)).to_have_text(NAMES)
    boxes: list[dict[str, Any]] = links(page).evaluate_all(BOXES)
    assert not [box for box in boxes if box["cut"] or box["left"] < 0 or box["right"] > width]
    return boxes


@pytest.mark.parametrize("viewport", [(1024, 768)])
def test_nine_names_stand_beside_an_open_sidebar(page: Page, server: PlaygroundServer) -> None:
    page.goto(server.url)
    settle(page)
    sidebar = page.get_by_test_id("stSidebar").bounding_box()
    boxes = boxes_in_sight(page, 1024)
    assert sidebar is not None
    assert boxes[0]["left"] >= sidebar["x"] + sidebar["width"] == 340
    assert len({box["top"] for box in boxes}) == 1
    expect(menu(page)).to_be_hidden()


@pytest.mark.parametrize("viewport", [(1024, 768)])
def test_nine_names_stand_beside_a_closed_sidebar(page: Page, server: PlaygroundServer) -> None:
    page.goto(server.url)
    settle(page)
    page.get_by_test_id("stSidebar").hover()
    page.get_by_role("button", name="Collapse sidebar").click()
    expand = page.get_by_role("button", name="Expand sidebar")
    expect(expand).to_be_visible()
    boxes = boxes_in_sight(page, 1024)
    beside = expand.bounding_box()
    assert beside is not None
    assert boxes[0]["left"] >= beside["x"] + beside["width"]
    assert len({box["top"] for box in boxes}) == 1


@pytest.mark.parametrize("viewport", [(390, 844), (320, 640)])
def test_a_phone_has_them_in_a_labelled_menu(
    page: Page, server: PlaygroundServer, viewport: tuple[int, int]
) -> None:
    page.goto(f"{server.url}/routing")
    settle(page)
    expect(menu(page)).to_have_text("Menu: Routing")
    expect(links(page)).to_have_count(0)
    menu(page).click()
    boxes = boxes_in_sight(page, viewport[0])
    assert all(box["bottom"] - box["top"] >= 36 for box in boxes)
    links(page).get_by_text("Sessions").click()
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
    expect(menu(page)).to_have_text("Menu: Sessions")
    expect(links(page)).to_have_count(0)


def test_the_groups_have_names_and_the_open_page_is_marked(
    page: Page, server: PlaygroundServer
) -> None:
    page.goto(f"{server.url}/analytics")
    settle(page)
    for group, names in GROUPS.items():
        expect(page.get_by_role("list", name=group).get_by_role("link")).to_have_text(names)
    expect(page.locator('[aria-current="page"]')).to_have_text("Analytics")


def test_a_link_works_by_key_in_a_new_tab_and_back(page: Page, server: PlaygroundServer) -> None:
    page.goto(server.url)
    settle(page)
    links(page).get_by_text("Compare").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()
    expect(page).to_have_url(f"{server.url}/compare")
    focused = page.evaluate("() => document.activeElement.textContent")
    assert focused == "Compare"
    page.go_back()
    expect(page.get_by_role("heading", name="Chat")).to_be_visible()
    expect(page.locator('[aria-current="page"]')).to_have_text("Chat")
    with page.context.expect_page() as opened:
        links(page).get_by_text("Evaluate").click(modifiers=["ControlOrMeta"])
    expect(opened.value.get_by_role("heading", name="Evaluate")).to_be_visible()
    expect(page.get_by_role("heading", name="Chat")).to_be_visible()


def test_a_click_draws_the_page_once(page: Page, server: PlaygroundServer) -> None:
    """Two runs take longer, and what the old page repeats could clear the new one between them."""
    asked: list[str | bytes] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framesent", lambda payload: asked.append(payload)),
    )
    page.goto(server.url)
    settle(page)
    before = len(asked)
    links(page).get_by_text("Analytics").click()
    expect(page.get_by_role("heading", name="Analytics")).to_be_visible()
    settle(page)
    assert len(asked) == before + 1
