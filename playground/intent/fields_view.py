"""The fields a ranking is made by, intent and allow-list: the same on the chat and Routing pages.

Both pages draw the same widgets under the same keys over the same form, so what is set on one is
set on the other. What a field shows is what is used; where that cannot be, ``problems`` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, get_args

import streamlit as st

from playground.browser import widgets
from playground.connections.facts_view import ServerFacts
from playground.intent import languages
from playground.look import words
from playground.look.page_view import spread
from playground.look.safe_text import literal
from playground.servers import pool
from playground.servers.connection import Connection
from playground.sessions.turns import TurnSettings
from speko_client.models import KnownProvider, OptimizeFor, Region, Vertical

_NEW_TAG = "Type a tag such as pt-BR to use one that is not listed."
_NOBODY = "Nobody is left to answer. Allow another provider."
_ELSEWHERE = (
    "None of the allowed providers is at this server. Empty “Allowed providers”, and the session "
    "goes on here."
)
_NO_FLEET = "Nobody can answer here yet. Add a key or a model server on the Connections page."


@dataclass
class Fields:
    """The fields of one conversation: the form they begin with, and what they say as it is drawn.

    While a field cannot be read, ``problems`` says so, and nothing may be sent or ranked by the
    form. ``nobody`` says why nobody could answer.
    """

    conversation_id: str
    form: TurnSettings
    connection: Connection | None
    facts: ServerFacts
    problems: list[str] = field(default_factory=list)
    nobody: str = ""

    def key(self, name: str) -> str:
        """The key of this conversation's widget."""
        return f"{name}-{self.conversation_id}"

    def put(self, **values: object) -> None:
        """Take these over into the form."""
        self.form = self.form.model_copy(update=values)

    @property
    def takes_vertical(self) -> bool:
        """Whether the server knows verticals."""
        return self.connection is None or self.connection.takes_vertical


def intent_column(fields: Fields) -> None:
    """The fields below each other, for the sidebar."""
    intent_fields(fields)
    _allow_list(st, fields)
    every = pool.models(fields.facts.known)
    if every:
        remaining = len(pool.remaining(fields.facts.known, fields.form.allowed))
        st.caption(f"{remaining} of {len(every)} candidates in the pool")


def intent_fields(fields: Fields, *, routed: bool = True) -> None:
    """The same without the allow-list; not ``routed``: there is nothing to optimise for."""
    _language(st, fields)
    if routed:
        _optimize_for(st, fields)
    if fields.takes_vertical:
        _vertical(st, fields)
    _region(st, fields)


def intent_row(fields: Fields) -> None:
    """The fields side by side, for a wide page; a phone has a line of them, which unfolds."""
    line = spread(key="intent-line")
    with st.container(key="intent-row", horizontal=True):
        _language(st, fields, width=190)
        _optimize_for(st, fields, width=340)
        if fields.takes_vertical:
            _vertical(st, fields, width=150)
        _region(st, fields, width=215)
        _allow_list(st, fields)
    line.html(f"<div>{escape(in_one_line(fields.form))}</div>", width="stretch")
    line.html("<details><summary>Change</summary></details>", width="content")


def in_one_line(form: TurnSettings) -> str:
    """What a ranking is made by: ``English, general, balanced, global, all providers``."""
    few = words.counted(len(form.allowed), "provider") if form.allowed else "all providers"
    said = (form.vertical, form.optimize_for, words.REGIONS[form.region or "global"].lower())
    return ", ".join([languages.name(form.language), *filter(None, said), few])


def entries(
    place: Any,
    label: str,
    key: str,
    chosen: Sequence[str],
    facts: ServerFacts,
    empty: str,
    on_change: Callable[[], None] | None = None,
) -> tuple[str, ...]:
    """A list of those who can be called to pick from; what was chosen before stays in it."""
    rows = pool.by_id(facts.known)
    options = [entry for entry, row in rows.items() if row.available is not False]
    options += [entry for entry in chosen if entry not in options]
    return tuple(
        place.multiselect(
            label,
            options,
            format_func=lambda entry: pool.option_label(rows[entry]) if entry in rows else entry,
            placeholder=empty,
            key=widgets.seed(key, list(chosen)),
            on_change=on_change,
            wrap=True,
        )
    )


def _allow_list(place: Any, fields: Fields) -> None:
    key, known = fields.key("allowed"), fields.facts.known
    label = "Allowed providers"
    allowed = entries(place, label, key, fields.form.allowed, fields.facts, "All")
    fields.put(allowed=allowed)
    for name, reason in pool.not_called(known, allowed):
        place.caption(f":material/block: {literal(name)} is not asked: {literal(reason)}.")
    if pool.models(known) and not pool.remaining(known, allowed):
        fields.nobody = _nobody(known, allowed)
        place.warning(fields.nobody)


def _nobody(known: Sequence[KnownProvider], allowed: Sequence[str]) -> str:
    if not allowed:
        return _NO_FLEET
    here = {row.vendor for row in known}
    is_elsewhere = not any(entry.partition(":")[0] in here for entry in allowed)
    return _ELSEWHERE if is_elsewhere else _NOBODY


def _optimize_for(place: Any, fields: Fields, **looks: Any) -> None:
    chosen = place.segmented_control(
        "Optimise for",
        get_args(OptimizeFor),
        format_func=words.OPTIMIZE_FOR.__getitem__,
        required=True,
        key=widgets.seed(fields.key("optimize"), fields.form.optimize_for),
        **({"width": "stretch"} | looks),
    )
    # A browser that has not received the first value reports that nothing is chosen.
    fields.put(optimize_for=chosen or fields.form.optimize_for)


def _vertical(place: Any, fields: Fields, **looks: Any) -> None:
    chosen = place.selectbox(
        "Vertical",
        get_args(Vertical),
        format_func=words.VERTICALS.__getitem__,
        key=widgets.seed(fields.key("vertical"), fields.form.vertical or "general"),
        **looks,
    )
    fields.put(vertical=chosen)


def _region(place: Any, fields: Fields, **looks: Any) -> None:
    chosen = place.selectbox(
        "Region",
        get_args(Region),
        format_func=words.REGIONS.__getitem__,
        key=widgets.seed(fields.key("region"), fields.form.region or "global"),
        **looks,
    )
    fields.put(region=None if chosen == "global" else chosen)


def _language(place: Any, fields: Fields, **looks: Any) -> None:
    offered = languages.tags()
    key = widgets.seed(fields.key("language"), fields.form.language)
    now = widgets.typed(key) or fields.form.language
    tag = place.selectbox(
        "Language",
        offered if now in offered else (now, *offered),
        format_func=languages.label,
        accept_new_options=True,
        help=_NEW_TAG,
        key=key,
        on_change=_tidy_language,
        args=(key,),
        **looks,
    )
    chosen = languages.tidied(tag or now)
    if languages.is_valid(chosen):
        fields.put(language=chosen)
        return
    fields.problems.append(f"“{str(tag)[:40]}” is not a language tag. {_NEW_TAG}")
    place.warning(literal(fields.problems[-1]))


def _tidy_language(key: str) -> None:
    if languages.is_valid(tag := languages.tidied(widgets.typed(key))):
        widgets.put(key, tag)
