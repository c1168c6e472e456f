"""Several visitors in page tests: who an AppTest is."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from playground.teams.visitor import VISITOR_KEY, Visitor


def a_browser(name: str) -> Visitor:
    """A visitor known by a cookie."""
    return Visitor("browser", name, "token")


def be(app: AppTest, visitor: Visitor) -> None:
    """Have all later runs of this app be this visitor's."""
    app.user = {VISITOR_KEY: visitor.in_a_header()}
