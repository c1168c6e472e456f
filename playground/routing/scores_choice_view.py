"""Which scores the chat routes by: the server's own, or a saved what-if."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.browser import widgets
from playground.look.safe_text import literal
from playground.routing.saved_what_ifs import saved_what_ifs
from playground.routing.what_if_html import chosen_html
from playground.routing.what_ifs import gone, still_saved
from playground.runtime import get_runtime
from playground.servers.connection import Connection
from playground.sessions.store_errors import StoreError
from playground.sessions.turns import TurnSettings
from speko_client.models import WhatIf

_HELP = "Try and save what-ifs on the Routing page. One chosen here affects this session only."


def scores_choice(owner: str, form: TurnSettings, connection: Connection | None) -> TurnSettings:
    """Draw the choice where there is one, and return the form with it.

    A what-if in use is always offered and marked. Clearing the field, or deleting the what-if,
    ends its use.
    """
    if connection is not None and not connection.embedded:
        if form.what_if is not None:
            st.caption(f"This server ranks by its own scores, not by “{form.what_if.name}”.")
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
        key=widgets.seed(f"scores-{owner}", used.name if used else None, offered),
    )
    what_if = offered.get(name) if name else None
    if what_if is not None:
        st.html(chosen_html(what_if))
    return form.model_copy(update={"what_if": what_if})


def scores_in_force(form: TurnSettings) -> TurnSettings:
    """The form with its what-if as saved now; without it, and a message, if it was deleted."""
    return form if form.what_if is None else _in_force(form, _saved())


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
        return [each.what_if for each in saved_what_ifs(get_runtime().store)]
    except StoreError:
        # The page already says what is wrong with the store; what is in use stays.
        return None
