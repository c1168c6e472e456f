"""The open conversation comes along when the page changes, and only then."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE


def script() -> None:
    """A page that says which conversation is open."""
    import streamlit as st

    from playground.browser import url
    from playground.intent.state import new_conversation

    url.carry_over(st.session_state["shown"])
    st.button("New", on_click=new_conversation)
    st.text(url.conversation_id() or "none")


def visit(app: AppTest, shown: str, conversation: str | None) -> str:
    """Open a page with what its URL names; which conversation it shows."""
    app.session_state["shown"] = shown
    app.query_params.clear()
    if conversation:
        app.query_params["c"] = conversation
    return str(app.run().text[0].value)


def test_another_page_shows_the_open_conversation() -> None:
    app = AppTest.from_function(script, default_timeout=PATIENCE)
    assert visit(app, "chat", "one") == "one"
    assert visit(app, "analytics", None) == "one"
    assert "one" in app.query_params["c"]
    assert visit(app, "chat", None) == "one"


def test_the_url_comes_first() -> None:
    app = AppTest.from_function(script, default_timeout=PATIENCE)
    visit(app, "chat", "one")
    assert visit(app, "analytics", "two") == "two"
    assert visit(app, "chat", None) == "two"


def test_back_to_the_fresh_page_stays_fresh() -> None:
    app = AppTest.from_function(script, default_timeout=PATIENCE)
    visit(app, "chat", None)
    visit(app, "chat", "one")
    assert visit(app, "chat", None) == "none"
    assert visit(app, "analytics", None) == "none"


def test_a_new_session_leaves_the_old_one_behind() -> None:
    app = AppTest.from_function(script, default_timeout=PATIENCE)
    visit(app, "analytics", "one")
    app.button[0].click().run()
    assert visit(app, "chat", None) == "none"
