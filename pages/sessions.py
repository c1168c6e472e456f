"""The Sessions page: all sessions, to find and to sort, a way to bring some in, and their links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from playground.browser.guide import SHORTCUTS_SWITCH
from playground.library.list_view import list_view
from playground.look.page_view import titled_views
from playground.runtime import Runtime, get_runtime
from playground.teams.state import this_owner


def imports(runtime: Runtime) -> None:
    """What brings conversations in from elsewhere."""
    from playground.imports.imports_view import import_panel

    import_panel(runtime)


def shared(runtime: Runtime) -> None:
    """The links that sessions are read by."""
    from playground.shares.shares_view import links_view

    links_view(runtime.store.of(this_owner()))


# As in the URL (``?how=...``); the style makes the first letter a capital.
VIEWS: Mapping[str, Callable[[Runtime], None]] = {
    "all": partial(list_view, place="library"),
    "archive": partial(list_view, place="archive"),
    "bin": partial(list_view, place="bin"),
    "import": imports,
    "shared": shared,
}


def main() -> None:
    """The view that was chosen."""
    VIEWS[titled_views("Sessions", [*VIEWS], "library-title")](get_runtime())
    st.html(SHORTCUTS_SWITCH)


main()
