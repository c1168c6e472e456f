"""The search box and the filters above the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

import streamlit as st

from playground.browser import widgets
from playground.browser.slots import browser_state
from playground.intent import languages
from playground.library.selection import LABELS, LONGEST_QUERY, Mark, Place, Selection
from playground.look import palette
from playground.look.words import OPTIMIZE_FOR, VERTICALS

_NAMES: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = {
    "providers": ("Provider", palette.display_name),
    "models": ("Model", str),
    "languages": ("Language", languages.label),
    "verticals": ("Vertical", lambda value: VERTICALS.get(value, value)),
    "presets": ("Preset", lambda value: OPTIMIZE_FOR.get(value, value)),
    "kinds": ("Live, local or simulated", str.capitalize),
    "tags": ("Tag", str),
}
_MARKS: Final[Mapping[Mark, str]] = {
    "failovers": "With failovers",
    "errors": "With errors",
    "compared": "Compared",
    "imported": "Imported",
}
_KEYS: Final = [f"filter-{name}" for name in (*LABELS, "marks", "since", "until")]


def selection_of(place: Place, choices: Mapping[str, Sequence[str]]) -> Selection:
    """Draw the search box and the filters; returns what they say."""
    query = st.text_input(
        "Search all texts",
        placeholder="Search all texts, titles and tags",
        type="search",
        icon=":material/search:",
        label_visibility="collapsed",
        key="search",
        persist_state="session",
    )
    place_of_filters = st.empty()
    said = _said()
    with place_of_filters.expander(_heading(said), icon=":material/tune:", key="filters"):
        lists = _lists(choices)
        marks = _marks()
        since, until = _days()
        st.button(
            "Clear all filters",
            icon=":material/filter_alt_off:",
            on_click=clear,
            disabled=not said,
            key="clear-filters",
        )
    return Selection(
        place=place,
        query=(query or "")[:LONGEST_QUERY],
        marks=marks,
        since=since,
        until=until,
        **lists,
    )


def clear() -> None:
    """Set no filter. For callbacks."""
    for key in _KEYS:
        browser_state().pop(key, None)


def _lists(choices: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    lists: dict[str, tuple[str, ...]] = {}
    with st.grid(columns=4, min_column_width=140, gap="small", key="filter-lists"):
        for field, label in LABELS.items():
            heading, name = _NAMES[field]
            # What was chosen stays, also where no session has it any more.
            chosen = widgets.chosen(f"filter-{field}")
            options = [*choices.get(label, ()), *chosen]
            lists[field] = tuple(
                st.multiselect(
                    heading,
                    [*dict.fromkeys(options)],
                    format_func=name,
                    placeholder="Any",
                    key=f"filter-{field}",
                    persist_state="session",
                )
            )
    return lists


def _marks() -> tuple[Mark, ...]:
    chosen = st.pills(
        "Only sessions that are",
        [*_MARKS],
        format_func=lambda mark: _MARKS[mark],
        selection_mode="multi",
        label_visibility="collapsed",
        key="filter-marks",
        persist_state="session",
    )
    return tuple(chosen)


def _days() -> tuple[date | None, date | None]:
    with st.grid(columns=2, min_column_width=140, gap="small", key="filter-days"):
        since, until = (
            st.date_input(
                heading,
                value=None,
                format="YYYY-MM-DD",
                key=f"filter-{name}",
                persist_state="session",
            )
            for name, heading in (("since", "From"), ("until", "Until"))
        )
    return since, until


def _said() -> int:
    return sum(bool(browser_state().get(key)) for key in _KEYS)


def _heading(said: int) -> str:
    return f"Filters ({said} set)" if said else "Filters"
