"""Clicks at a turn of the chat, as the browser sends them."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from playground.chat.state import Act


def act(app: AppTest, name: str, turn: str = "", to: str = "", text: str = "") -> None:
    """Click that, and wait for the page."""
    app.session_state["turn_act"] = Act(name, turn, to, text, "box")
    app.run()
    assert not app.exception


def drawn(app: AppTest) -> str:
    """All of the page's own HTML."""
    return "\n".join(str(each.proto.body) for each in app.get("html"))
