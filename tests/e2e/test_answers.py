"""What models write, drawn in a real browser: its structure, directions, code and width."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.answer_samples import SAMPLES, expected_html
from tests.e2e.harness import ROOT, PlaygroundServer, settle

# Each node as its name, its attributes and what is in it. A formula's element carries its MathML.
SHAPES = """samples => {
    const shape = (node) => {
        if (node.nodeType === Node.TEXT_NODE) return node.data;
        const given = [...node.attributes].map(({ name, value }) => `${name}=${value}`).sort();
        return [node.localName, given, [...node.childNodes].map(shape)];
    };
    return samples.map(([name, html]) => {
        const expected = new DOMParser().parseFromString(html, "text/html").body;
        for (const formula of expected.querySelectorAll("[data-math]")) {
            formula.innerHTML = formula.dataset.math;
            delete formula.dataset.math;
        }
        const drawn = document.querySelector(`.st-key-sample-${name} .sp-answer`);
        return [name, shape(expected.firstElementChild), shape(drawn)];
    });
}"""
WIDER_THAN_THE_PAGE = """() => {
    const width = document.documentElement.clientWidth;
    const main = document.querySelector('[data-testid=stMain]');
    return [document.documentElement, main].map((each) => each.scrollWidth - width);
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaygroundServer]:
    """Streamlit with the page of samples."""
    folder = tmp_path_factory.mktemp("answers")
    (folder / ".streamlit").symlink_to(ROOT / ".streamlit")
    script = ROOT / "tests" / "e2e" / "answers_app.py"
    server = PlaygroundServer(folder, {"PYTHONPATH": str(ROOT)}, script=script)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def answers(page: Page, server: PlaygroundServer) -> Page:
    """The page of samples, drawn."""
    page.goto(server.url)
    expect(page.locator(".sp-answer")).to_have_count(len(SAMPLES))
    settle(page)
    return page


def sample(page: Page, name: str) -> Locator:
    """One of the answers."""
    return page.locator(f".st-key-sample-{name} .sp-answer")


def test_every_answer_is_drawn_as_it_was_meant_and_fetches_nothing(answers: Page) -> None:
    expect(answers.locator("[data-math]")).to_have_count(0)
    samples = [[each.stem, expected_html(each)] for each in SAMPLES]
    shapes = answers.evaluate(SHAPES, samples)
    assert len(shapes) >= 60
    for name, meant, drawn in shapes:
        assert drawn == meant, name
    assert answers.locator(".sp-answer :is(img, script, h1)").count() == 0


def test_what_is_written_from_the_right_stands_at_the_right(answers: Page) -> None:
    def direction(where: Locator) -> str:
        return str(where.evaluate("node => getComputedStyle(node).direction"))

    first, second = sample(answers, "arabic").locator("p").all()
    assert (direction(first), direction(second)) == ("rtl", "ltr")
    lists = sample(answers, "arabic_list")
    assert [direction(each) for each in lists.locator("> :is(ul, ol)").all()] == ["rtl", "ltr"]
    assert direction(sample(answers, "arabic_with_english").locator("blockquote")) == "rtl"
    assert direction(sample(answers, "hebrew_table").locator("table")) == "rtl"


@pytest.mark.parametrize("viewport", [(320, 800), (390, 844), (1440, 900)])
def test_no_answer_makes_the_page_scroll_sideways(answers: Page) -> None:
    assert answers.evaluate(WIDER_THAN_THE_PAGE) == [0, 0]


def test_code_is_copied_as_it_is_by_mouse_and_by_keyboard(
    answers: Page, context: BrowserContext
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    samples = {
        "fence_no_language": "$1, $2 :smile: -> <= **no**\n\n\n  two blank lines above",
        "fence_in_quote": "a\n  b",
    }
    for name, code in samples.items():
        button = sample(answers, name).get_by_role("button", name="Copy code")
        button.click()
        expect(button).to_have_text("Copied")
        assert answers.evaluate("navigator.clipboard.readText()") == code
        answers.evaluate("navigator.clipboard.writeText('')")
        button.press("Enter")
        answers.wait_for_function("navigator.clipboard.readText().then(text => text !== '')")
        assert answers.evaluate("navigator.clipboard.readText()") == code
    assert sample(answers, "fence_language").locator(".sp-code-head span").inner_text() == "python"


def test_code_is_copied_where_there_is_no_clipboard_for_scripts(
    context: BrowserContext, page: Page, server: PlaygroundServer
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.add_init_script(
        "window.clipboard = navigator.clipboard;"
        "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
    )
    page.goto(server.url)
    button = sample(page, "fence_in_quote").get_by_role("button", name="Copy code")
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("window.clipboard.readText()") == "a\n  b"
