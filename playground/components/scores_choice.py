"""Which scores the chat routes by: the server's own, or a saved what-if."""

from __future__ import annotations

import streamlit as st

from playground import session
from playground.connections import Connection
from playground.runtime import get_runtime
from playground.saved_what_ifs import saved_what_ifs
from playground.store_errors import StoreError
from playground.turns import TurnSettings
from playground.what_if_html import chosen_html
from speko_client.models import WhatIf

_HELP = "A what-if is tried and saved on the Routing page. It ranks this session's requests only."


def scores_choice(owner: str, form: TurnSettings, connection: Connection | None) -> TurnSettings:
    """Draw the choice where there is one, and return the form with it.

    A what-if in use is marked, whatever else is saved; clearing the field ends it.
    """
    if connection is not None and not connection.embedded:
        if form.what_if is not None:
            st.caption(f"This server ranks by its own scores, not by “{form.what_if.name}”.")
        return form
    offered = _offered(form)
    if not offered:
        return form
    name = st.selectbox(
        "Scores",
        list(offered),
        index=None,
        placeholder="The server's own",
        help=_HELP,
        key=session.seed(f"scores-{owner}", form.what_if.name if form.what_if else None),
    )
    what_if = offered.get(name) if name else None
    if what_if is not None:
        st.html(chosen_html(what_if))
    return form.model_copy(update={"what_if": what_if})


def _offered(form: TurnSettings) -> dict[str, WhatIf]:
    """The saved what-ifs by name, and the one in use, as it is in use."""
    try:
        saved = {each.what_if.name: each.what_if for each in saved_what_ifs(get_runtime().store)}
    except StoreError:
        # The page says already what is wrong with the store; what is in use stays.
        saved = {}
    return saved | ({form.what_if.name: form.what_if} if form.what_if else {})
