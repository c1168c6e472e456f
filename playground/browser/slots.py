"""One typed value in the browser session; the only module that touches Streamlit's session state.

A package's ``state.py`` makes its slots and gives them names to work by. What a widget keeps under
its own key is read in ``widgets``.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Generic, TypeVar, cast

import streamlit as st

ValueT = TypeVar("ValueT")


class Slot(Generic[ValueT]):
    """A value of one type, kept under ``key`` until the browser session ends."""

    def __init__(self, key: str, kind: type[ValueT]) -> None:
        self._key = key
        self._kind = kind

    def get(self) -> ValueT | None:
        """The value; None where there is none, or one of another type."""
        value = browser_state().get(self._key)
        return value if isinstance(value, self._kind) else None

    def set(self, value: ValueT | None) -> None:
        """Keep the value; None forgets it."""
        if value is None:
            browser_state().pop(self._key, None)
        else:
            browser_state()[self._key] = value


def cancellation_point() -> None:
    """Let Streamlit end this run here when the person has clicked something else."""
    st.session_state.get("any key")


def browser_state() -> MutableMapping[str, Any]:
    """Everything this browser session keeps, widgets' values too."""
    return cast(MutableMapping[str, Any], st.session_state)
