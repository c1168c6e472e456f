"""Saved what-ifs: on the Routing page to save, load and rename; in the chat, which scores it uses.

The chat routes by the server's own scores, or by a saved what-if.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from playground.browser import widgets
from playground.browser.url import chat_link
from playground.intent.state import form_settings
from playground.look.page_view import spread
from playground.look.safe_text import literal, unseen
from playground.routing.ranking_html import chosen_html, in_use_html, saved_html
from playground.routing.saved_what_ifs import (
    SavedWhatIf,
    delete_what_if,
    rename_what_if,
    save_what_if,
    saved_what_ifs,
)
from playground.routing.state import keep_what_if, what_if_on_view
from playground.routing.what_ifs import WhatIfError, changes_nothing, gone, named, still_saved
from playground.runtime import get_runtime
from playground.servers.connection import Connection
from playground.sessions.database import StoreError
from playground.sessions.turns import TurnSettings
from playground.teams.state import this_owner
from speko_client.models import LONGEST_WHAT_IF_NAME, WhatIf

if TYPE_CHECKING:
    from playground.routing.desk_view import RoutingDesk

_HELP = "Try and save what-ifs on the Routing page. One chosen here affects this session only."


def saved_list(desk: RoutingDesk) -> None:
    """What the chat uses, the field to save under a name, and the saved ones."""
    st.markdown("**Saved what-ifs**")
    _in_use(desk)
    _save_form(desk)
    if notice := what_if_on_view().notice:
        st.warning(literal(notice), icon=":material/edit_off:")
        _notice("")
    try:
        saved = saved_what_ifs(desk.store)
    except StoreError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    for each in saved:
        with spread(border=True, key=f"what-if-row-{each.id}"):
            st.html(saved_html(each.what_if), width="content")
            with st.container(horizontal=True, width="content", gap="small"):
                _row_buttons(desk, each)


def scores_choice(
    conversation_id: str, form: TurnSettings, connection: Connection | None
) -> TurnSettings:
    """Draw the choice where there is one, and return the form with it.

    A what-if in use is always offered and marked. Clearing the field, or deleting the what-if,
    ends its use.
    """
    if connection is not None and not connection.embedded:
        if form.what_if is not None:
            st.caption(
                f"This server ranks by its own scores, not by “{literal(form.what_if.name)}”."
            )
        return form
    saved = _saved()
    form = _in_force(form, saved)
    used = form.what_if
    offered = {each.name: each for each in saved or ()} | ({used.name: used} if used else {})
    if not offered:
        return form
    name = st.selectbox(
        "Scores",
        list(offered),
        index=None,
        placeholder="The server's own",
        help=_HELP,
        key=widgets.seed(f"scores-{conversation_id}", used.name if used else None, offered),
    )
    what_if = offered.get(name) if name else None
    if what_if is not None:
        st.html(chosen_html(what_if))
    return form.model_copy(update={"what_if": what_if})


def scores_in_force(form: TurnSettings) -> TurnSettings:
    """The form with its what-if as saved now; without it, and a message, if it was deleted."""
    return form if form.what_if is None else _in_force(form, _saved())


def _in_use(desk: RoutingDesk) -> None:
    used = form_settings().what_if
    if used is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="what-if-in-use"):
        st.html(in_use_html(used), width="content")
        chat_link("Go to the chat", desk.conversation_id)
        st.button(
            "Stop using it", type="tertiary", on_click=_use, args=(desk, None), key="what-if-stop"
        )


def _save_form(desk: RoutingDesk) -> None:
    with (
        st.form("what-if-save", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input(
            "Name",
            placeholder="Save these changes under a name",
            max_chars=LONGEST_WHAT_IF_NAME,
            key="what-if-name",
        )
        asked = st.form_submit_button("Save", icon=":material/bookmark_add:")
    if asked:
        _save(desk, name)


def _save(desk: RoutingDesk, name: str) -> None:
    on_view = what_if_on_view()
    try:
        if changes_nothing(on_view.tried):
            raise WhatIfError("Nothing is changed yet: move a weight, or change a candidate.")
        if on_view.problems:
            raise WhatIfError(f"Not saved yet. {on_view.problems[0]}")
        saved = save_what_if(desk.store, named(on_view.tried, name))
    except (WhatIfError, StoreError) as error:
        st.warning(literal(str(error)), icon=":material/edit_off:")
        return
    keep_what_if(on_view.typed(saved.what_if, on_view.problems))
    st.toast("Saved.", icon=":material/bookmark_added:")


def _row_buttons(desk: RoutingDesk, each: SavedWhatIf) -> None:
    used = _is_used(each)
    whose = unseen(each.what_if.name)
    st.button(
        f"{'In use' if used else 'Use in chat'}{whose}",
        icon=":material/check:" if used else ":material/forum:",
        disabled=used,
        on_click=_use,
        args=(desk, each.what_if),
        key=f"use-{each.id}",
    )
    st.button(
        f"Load{whose}",
        icon=":material/tune:",
        type="tertiary",
        on_click=lambda: keep_what_if(what_if_on_view().put(each.what_if)),
        key=f"look-{each.id}",
    )
    _rename(desk, each)
    st.button(
        f"Delete{whose}",
        icon=":material/delete:",
        type="tertiary",
        on_click=_delete,
        args=(desk, each),
        key=f"delete-{each.id}",
    )


def _rename(desk: RoutingDesk, each: SavedWhatIf) -> None:
    label = f"Rename{unseen(each.what_if.name)}"
    with st.popover(label, icon=":material/edit:", type="tertiary", key=f"rename-{each.id}"):
        key = f"new-name-{each.id}"
        st.text_input("New name", each.what_if.name, max_chars=LONGEST_WHAT_IF_NAME, key=key)
        st.button("Rename", on_click=_renamed, args=(desk, each, key), key=f"do-rename-{each.id}")


def _renamed(desk: RoutingDesk, each: SavedWhatIf, key: str) -> None:
    try:
        name = named(each.what_if, widgets.typed(key)).name
        rename_what_if(desk.store, each, name)
    except (WhatIfError, StoreError) as error:
        _notice(str(error))
        return
    if _is_used(each):
        _use(desk, each.what_if.model_copy(update={"name": name}))


def _delete(desk: RoutingDesk, each: SavedWhatIf) -> None:
    try:
        delete_what_if(desk.store, each.id)
    except StoreError as error:
        _notice(str(error))
        return
    if _is_used(each):
        _notice(gone(each.what_if))
        _use(desk, None)


def _is_used(each: SavedWhatIf) -> bool:
    return form_settings().what_if == each.what_if


def _use(desk: RoutingDesk, what_if: WhatIf | None) -> None:
    """Let this session's chat route by it and save that; None: by the server's own scores."""
    desk.problem = None
    desk.set_form(form_settings().model_copy(update={"what_if": what_if}))
    if desk.problem:
        _notice(f"In use, but not saved with the session. {desk.problem}")


def _notice(text: str) -> None:
    keep_what_if(replace(what_if_on_view(), notice=text))


def _in_force(form: TurnSettings, saved: Sequence[WhatIf] | None) -> TurnSettings:
    used = form.what_if
    if used is None or saved is None:
        return form
    now = still_saved(used, saved)
    if now is None:
        st.toast(literal(gone(used)), icon=":material/science_off:", duration="long")
    return form.model_copy(update={"what_if": now})


def _saved() -> list[WhatIf] | None:
    """The saved what-ifs, the newest first; None where the store cannot be read."""
    try:
        return [each.what_if for each in saved_what_ifs(get_runtime().store.of(this_owner()))]
    except StoreError:
        # The page already says what is wrong with the store; what is in use stays.
        return None
