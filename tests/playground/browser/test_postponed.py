"""What is drawn last is drawn once, and also where a page fails."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page() -> None:
    from functools import partial

    import streamlit as st

    from playground.browser.postponed import draw_postponed, postpone

    place = st.container()
    postpone(partial(place.write, "the ways on"))
    try:
        st.write("an answer")
        if st.session_state.get("fails"):
            raise RuntimeError("A bug.")
        draw_postponed()
    finally:
        draw_postponed()


def test_it_stands_in_its_place_and_only_once() -> None:
    app = AppTest.from_function(page)
    for _ in range(2):
        assert [each.value for each in app.run().markdown] == ["the ways on", "an answer"]
    app.session_state["fails"] = True
    assert [each.value for each in app.run().markdown] == ["the ways on", "an answer"]
