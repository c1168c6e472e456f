"""A field for a number that shows what is used, whatever was typed into it.

Streamlit's own number field turns red beyond its limits while the script goes on with the number
before, and a browser reports text that is no number as an empty field.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from playground.browser import widgets
from playground.intent.numbers import Entry, Limits, read
from playground.look.safe_text import literal


def number_field(
    place: Any, label: str, limits: Limits, key: str, value: float | None, **looks: Any
) -> Entry:
    """Draw the field, which begins with ``value``; ``looks`` are those of ``st.text_input``."""
    if not widgets.is_drawn(key):
        # A stored value may be beyond the limits, too.
        widgets.seed(key, limits.written(value))
        _put_right(key, limits)
    place.text_input(label, key=key, on_change=_put_right, args=(key, limits), **looks)
    return replace(read(widgets.typed(key), limits), changed=widgets.typed(_changed(key)))


def tell(label: str, entry: Entry) -> list[str]:
    """Say what was made of a number, or why it is none; returns the latter too."""
    if entry.problem:
        st.warning(literal(problem := f"{label}: {entry.problem}"))
        return [problem]
    if entry.changed:
        st.caption(f":material/straighten: {label}: {literal(entry.changed)}")
    return []


def _put_right(key: str, limits: Limits) -> None:
    entry = read(widgets.typed(key), limits)
    widgets.put(key, entry.text)
    widgets.put(_changed(key), entry.changed)


def _changed(key: str) -> str:
    # Ends as the field's own key does, so that both are forgotten together.
    return f"changed-{key}"
