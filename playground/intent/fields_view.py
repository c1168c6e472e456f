"""The fields a ranking is made by, intent and allow-list: the same on the chat and Routing pages.

Both pages draw the same widgets under the same keys over the same form, so what is set on one is
set on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args

import streamlit as st

from playground.browser import widgets
from playground.connections.facts_view import ServerFacts
from playground.intent import languages
from playground.look import words
from playground.look.safe_text import literal
from playground.servers import pool
from playground.servers.connection import Connection
from playground.sessions.turns import TurnSettings
from speko_client.models import KnownProvider, OptimizeFor, Region, Vertical

_NEW_TAG = "Type a tag such as pt-BR to use one that is not listed."
_Fields = dict[str, object]


def intent_column(
    conversation_id: str, form: TurnSettings, connection: Connection | None, facts: ServerFacts
) -> TurnSettings:
    """The fields below each other, for the sidebar; returns the form as it says now."""
    language = _language(st, conversation_id, form)
    optimize_for = _optimize_for(st, conversation_id, form)
    if _takes_vertical(connection):
        left, right = st.columns(2)
        narrow = {**_vertical(left, conversation_id, form), **_region(right, conversation_id, form)}
    else:
        narrow = _region(st, conversation_id, form)
    allowed = _allow_list(st, conversation_id, form, facts)
    every = pool.models(facts.known)
    if every:
        remaining = len(pool.remaining(facts.known, allowed["allowed"]))
        st.caption(f"{remaining} of {len(every)} candidates in the pool")
    return form.model_copy(update={**language, **optimize_for, **narrow, **allowed})


def intent_row(
    conversation_id: str, form: TurnSettings, connection: Connection | None, facts: ServerFacts
) -> TurnSettings:
    """The fields side by side, for a wide page; on a narrow one they stand below each other."""
    takes_vertical = _takes_vertical(connection)
    widths = (2, 3.3, 1.4, 1.4, 2.1) if takes_vertical else (2, 3.3, 1.4, 2.1)
    with st.container(key="intent-row"):
        first, second, *middle, last = st.columns(widths)
    update = {
        **_language(first, conversation_id, form),
        **_optimize_for(second, conversation_id, form),
        **(_vertical(middle[0], conversation_id, form) if takes_vertical else {}),
        **_region(middle[-1], conversation_id, form),
        **_allow_list(last, conversation_id, form, facts),
    }
    return form.model_copy(update=update)


def entries(
    place: Any,
    label: str,
    key: str,
    chosen: Sequence[str],
    known: Iterable[KnownProvider],
    empty: str,
    on_change: Callable[[], None] | None = None,
) -> tuple[str, ...]:
    """A list of vendors and models to pick from; what was chosen before stays in it."""
    rows = pool.by_id(known)
    options = [*rows, *(entry for entry in chosen if entry not in rows)]
    return tuple(
        place.multiselect(
            label,
            options,
            format_func=lambda entry: pool.option_label(rows[entry]) if entry in rows else entry,
            placeholder=empty,
            key=widgets.seed(key, list(chosen)),
            on_change=on_change,
        )
    )


def _allow_list(
    place: Any, conversation_id: str, form: TurnSettings, facts: ServerFacts
) -> dict[str, tuple[str, ...]]:
    allowed = entries(
        place, "Allowed providers", f"allowed-{conversation_id}", form.allowed, facts.known, "All"
    )
    if pool.models(facts.known) and not pool.remaining(facts.known, allowed):
        place.warning("Nobody is left to answer. Allow another provider.")
    return {"allowed": allowed}


def _takes_vertical(connection: Connection | None) -> bool:
    return connection is None or connection.takes_vertical


def _optimize_for(place: Any, conversation_id: str, form: TurnSettings) -> _Fields:
    chosen = place.segmented_control(
        "Optimise for",
        get_args(OptimizeFor),
        format_func=words.OPTIMIZE_FOR.__getitem__,
        required=True,
        width="stretch",
        key=widgets.seed(f"optimize-{conversation_id}", form.optimize_for),
    )
    # A browser that has not received the first value reports that nothing is chosen.
    return {"optimize_for": chosen or form.optimize_for}


def _vertical(place: Any, conversation_id: str, form: TurnSettings) -> _Fields:
    chosen = place.selectbox(
        "Vertical",
        get_args(Vertical),
        format_func=words.VERTICALS.__getitem__,
        key=widgets.seed(f"vertical-{conversation_id}", form.vertical or "general"),
    )
    return {"vertical": chosen}


def _region(place: Any, conversation_id: str, form: TurnSettings) -> _Fields:
    chosen = place.selectbox(
        "Region",
        get_args(Region),
        format_func=words.REGIONS.__getitem__,
        key=widgets.seed(f"region-{conversation_id}", form.region or "global"),
    )
    return {"region": None if chosen == "global" else chosen}


def _language(place: Any, conversation_id: str, form: TurnSettings) -> _Fields:
    offered = languages.tags()
    options = offered if form.language in offered else (form.language, *offered)
    tag = place.selectbox(
        "Language",
        options,
        format_func=languages.label,
        accept_new_options=True,
        help=_NEW_TAG,
        key=widgets.seed(f"language-{conversation_id}", form.language),
    )
    chosen = languages.tidied(tag or form.language)
    if languages.is_valid(chosen):
        return {"language": chosen}
    stays = languages.label(form.language)
    place.warning(f"“{literal(chosen[:40])}” is not a language tag. {stays} stays. {_NEW_TAG}")
    return {"language": form.language}
