"""A suggested message is sent one time, however often the browser says that it was chosen."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE


def script() -> None:
    """Pills that only trigger something, and a list of what they triggered."""
    import streamlit as st

    from playground.chat.state import take_choice

    def chosen() -> None:
        if (label := take_choice("pills", "first screen")) is not None:
            st.session_state.setdefault("sent", []).append(label)

    st.pills("Try one", ["Book", "Ask"], key="pills", on_change=chosen)


def test_a_choice_that_the_browser_repeats_is_taken_once() -> None:
    page = AppTest.from_function(script, default_timeout=PATIENCE).run()
    for label in ("Book", "Book", "Ask"):
        page.button_group(key="pills").set_value(label).run()
    assert page.session_state["sent"] == ["Book", "Ask"]
