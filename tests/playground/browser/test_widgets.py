"""First values reach the browser, whatever cuts a run off."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from playground.browser import widgets

    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    key = widgets.seed("name", "stored")
    st.text_input("Name", key=key)
    if st.session_state["runs"] in st.session_state.get("cut_off", ()):
        st.stop()
    widgets.run_ended()


def test_a_first_value_stays_until_somebody_types() -> None:
    app = AppTest.from_function(page)
    app.session_state["cut_off"] = (1, 2)
    for _ in range(5):
        assert app.run().text_input[0].value == "stored"
    app.text_input[0].set_value("typed").run()
    for _ in range(3):
        assert app.run().text_input[0].value == "typed"


def test_it_is_sent_again_until_a_run_that_sent_it_again_has_ended() -> None:
    app = AppTest.from_function(page)
    app.session_state["cut_off"] = (1, 2)
    sent = [app.run().text_input[0].proto.set_value for _ in range(5)]
    assert sent == [True, True, True, False, False]
    again = AppTest.from_function(page)
    assert [again.run().text_input[0].proto.set_value for _ in range(3)] == [True, True, False]
