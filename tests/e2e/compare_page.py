"""The Compare page as a person uses it, and a watch over whose words stand where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from playwright.sync_api import Locator, Page, expect

from tests.e2e.harness import PlaygroundServer, settle
from tests.e2e.model_server import MODEL, Talker

NAMES = ("ann", "bob", "cyd")

# Watches every column as it is drawn: its words are those of the one whose name stands above.
WATCH = """() => {
    const NAMES = ["ann", "bob", "cyd"];
    window.wrong = [];
    window.seen = 0;
    const look = () => {
        for (const head of document.querySelectorAll('.compare-head')) {
            const cell = head.closest('[class*="st-key-cell-"]');
            const text = cell?.querySelector('.sp-answer')?.textContent.trim();
            if (!text) continue;
            window.seen += 1;
            const name = head.querySelector('h2').textContent.toLowerCase();
            const said = new Set(text.split(/\\s+/).slice(0, -1));
            const isTalker = NAMES.includes(name);
            // The router may have chosen a model that says other words.
            const oneVoice = isTalker || [...said].every((word) => NAMES.includes(word));
            if ((oneVoice && said.size > 1) || (isTalker && said.size && !said.has(name))) {
                window.wrong.push(`${name}: ${text.slice(0, 80)}`);
            }
        }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true,
                                                   characterData: true });
}"""


@contextmanager
def talking(names: Sequence[str]) -> Iterator[dict[str, Talker]]:
    """Models that say nothing but their own names."""
    with ExitStack() as open_ones:
        yield {
            name: open_ones.enter_context(Talker(name, seed))
            for seed, name in enumerate(names, start=7)
        }


def environment(talkers: Mapping[str, Talker]) -> dict[str, str]:
    """Of a playground where they are connected, and no demo fleet."""
    env = {"SPEKO_FLEET": "live"}
    for name, talker in talkers.items():
        env[f"SPEKO_CUSTOM_{name.upper()}_BASE_URL"] = talker.base_url
        env[f"SPEKO_CUSTOM_{name.upper()}_MODELS"] = MODEL
    return env


class ComparePage:
    """What a person does on the page, and where they look."""

    def __init__(self, page: Page, server: PlaygroundServer) -> None:
        self.page = page
        self._server = server
        page.add_init_script(f"({WATCH})()")

    def open(self, query: str) -> None:
        """Go to the page and wait until it stands."""
        self.page.goto(f"{self._server.url}/compare?{query}")
        expect(self.box).to_be_visible()
        settle(self.page)

    @property
    def box(self) -> Locator:
        """Where messages are typed."""
        return self.page.get_by_placeholder("Message all seats")

    def begin(self, message: str) -> None:
        """Send, and do not wait."""
        self.box.fill(message)
        self.box.press("Enter")

    def column(self, letter: str) -> Locator:
        """The seat's column for the last message."""
        return self.page.locator(f'[class*="st-key-cell-{letter.lower()}-"]').last

    def button(self, letter: str, name: str) -> Locator:
        """A button of that column."""
        return self.column(letter).get_by_role("button", name=re.compile(f"^{name}"))

    def is_speaking(self, letter: str) -> None:
        """Wait for the first words there."""
        expect(self.column(letter).locator(".sp-answer")).to_contain_text(re.compile(r"\w+ \w+"))

    def length(self, letter: str) -> int:
        """How much stands there."""
        return len(self.column(letter).locator(".sp-answer").inner_text())

    def check_labels(self) -> None:
        """Nothing ever stood under another's name."""
        self.page.wait_for_function("window.seen > 0")
        assert self.page.evaluate("window.wrong") == []
