"""The demo page: a scripted session that plays by itself, made for a projector."""

from __future__ import annotations

import streamlit as st

from playground.demos.demos_view import DemoDesk, demo_picker, open_demo_desk
from playground.look.safe_text import literal


def main() -> None:
    """The demo that is open, or the choice of one."""
    desk = open_demo_desk()
    if desk.run is not None:
        stage(desk)
        return
    if desk.problem:
        st.error(literal(desk.problem), icon=":material/error:")
    demo_picker(desk)


def stage(desk: DemoDesk) -> None:
    """The demo, large."""
    # Charts take their time to load: not before there is something to play.
    from playground.demos.stage_view import demo_stage

    if desk.run is not None:
        demo_stage(desk, desk.run)


main()
