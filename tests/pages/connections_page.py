"""The Connections page as a test uses it: what is set, pressed and read there."""

from __future__ import annotations

import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"
PAGES = "../pages"


class ConnectionsPage:
    """One browser session; it begins on the Connections page."""

    def __init__(self) -> None:
        self.app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
        self.go("connections")

    def go(self, page: str) -> None:
        """Another page, by the navigation."""
        self.app.switch_page(f"{PAGES}/{page}.py").run()
        assert not self.app.exception

    def press(self, key: str) -> None:
        """A button, by its key."""
        self.app.button(key=key).click().run()
        assert not self.app.exception

    def has_button(self, key: str) -> bool:
        """Whether a button is there."""
        return any(button.key == key for button in self.app.button)

    def pick(self, key: str, option: str) -> None:
        """One of a row of options."""
        self.app.segmented_control(key=key).set_value(option).run()
        assert not self.app.exception

    def fill(self, connection: str, **fields: str) -> None:
        """A connection's form, which is then saved."""
        for field, text in fields.items():
            self.app.text_input(key=f"typed-{field}-{connection}").set_value(text)
        self.press(f"FormSubmitter:form-{connection}-Save and test")

    @property
    def text(self) -> str:
        """All that the page shows, its HTML as text."""
        markdown = [str(each.value) for each in self.app.markdown]
        captions = [str(each.value) for each in self.app.caption]
        boxes = [str(each.value) for each in [*self.app.error, *self.app.info, *self.app.warning]]
        html = [re.sub(r"<style>.*?</style>|<[^>]+>", " ", each, flags=re.S) for each in self.html]
        return " ".join(" ".join([*markdown, *captions, *boxes, *html]).split())

    @property
    def html(self) -> list[str]:
        """The page's own HTML."""
        return [str(each.proto.body) for each in self.app.get("html")]

    @property
    def everything(self) -> str:
        """All that went to the browser, and all that the session holds, as text."""
        return repr(self.app._tree) + repr(self.app.session_state)
