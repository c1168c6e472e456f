"""What the next page needs, loaded while a person reads this one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st

SCRIPTS: Final = Path(st.__file__).parent / "static" / "static" / "js"
_LOAD: Final = Path(__file__).with_name("warm.js").read_text("utf-8")


def warm_charts() -> None:
    """Have the browser load the charts' script when it is idle, unless it is to save data.

    Plotly's 4.7 MB take it longer to run than to fetch, and that would be most of what the first
    chart waits for.
    """
    if (script := charts_script()) is None:
        return
    component = st.components.v2.component("speko_warm", js=_LOAD)
    component(key="warm", data={"script": script}, height=0)


@cache
def charts_script() -> str | None:
    """The file's name, which has a hash in it; None where this Streamlit has no such file."""
    return next((path.name for path in SCRIPTS.glob("PlotlyChart.*.js")), None)
