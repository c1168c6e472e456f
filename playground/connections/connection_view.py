"""One connection on the page: its name and buttons, what a check found, and its form.

What was typed leaves the widget at once: a form's fields reach the server only when it is
submitted; a key then moves into a ``SecretStr`` and the field is emptied, so that no widget state
keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import NamedTuple

import streamlit as st

from playground.browser import widgets
from playground.connections.state import edit_connection, keep_check
from playground.connections.status_html import ago
from playground.look import words
from playground.look.page_view import spread
from playground.look.safe_text import unseen
from playground.servers.address_guard import NotUsableError
from playground.servers.connection import Checked
from playground.servers.server_choice import Typed


class Action(NamedTuple):
    """A button at a connection: ``what`` it does is in its key; ``act`` gets the connection."""

    label: str
    what: str
    act: Callable[[str], None]


def heading(connection: str, name: str, badge: str, below: str, actions: Iterable[Action]) -> None:
    """A connection's name, its badge (HTML), a line below, and its buttons beside them."""
    line = f'<div class="connection-below">{escape(below)}</div>' if below else ""
    with spread():
        with st.container(width="content"):
            st.html(f'<div class="connection"><b>{escape(name)}</b>{badge}</div>{line}')
        with st.container(horizontal=True, width="content", gap="small"):
            for label, what, act in actions:
                st.button(
                    f"{label}{unseen(f'for {name}')}",
                    key=f"{what}-{connection}",
                    type="secondary" if what in ("test", "use", "add") else "tertiary",
                    on_click=act,
                    args=(connection,),
                )


def found(check: Checked | None) -> None:
    """What a check found, how fast and how long ago; nothing where there was none."""
    if check is None:
        return
    tone, sign = ("good", "✓") if check.ok else ("bad", "✕")
    took = "" if check.latency_ms is None else words.milliseconds(check.latency_ms)
    when = "" if check.at is None else ago(check.at.isoformat(), datetime.now(UTC))
    aside = " · ".join(filter(None, [took, when]))
    st.html(
        f'<div class="found" role="status"><b class="sp-{tone}" aria-hidden="true">{sign}</b> '
        f'<span>{escape(check.message)}</span><span class="sp-quiet">{aside}</span></div>'
    )


@dataclass(frozen=True, slots=True)
class ConnectionForm:
    """The fields of one connection's form. ``url`` None: it has no address to type.

    ``save`` raises NotUsableError where something must be corrected.
    """

    name: str
    save: Callable[[Typed], None]
    key_label: str = "Key"
    url: str | None = None
    url_label: str = "Base URL"
    url_hint: str = ""
    key_first: bool = False
    own_server: bool = False
    takes_vertical: bool | None = None
    can_cancel: bool = True


def connection_form(form: ConnectionForm) -> None:
    """Draw it."""
    with st.container(key=f"fields-{form.name}"), st.form(f"form-{form.name}", border=False):
        if form.own_server:
            st.text_input("Name", key=_field("name", form), placeholder="For example: Lab")
        fields = [_url_field, _key_field]
        for field in reversed(fields) if form.key_first else fields:
            field(form)
        if form.own_server:
            st.text_input(
                "Models (optional)",
                key=_field("models", form),
                placeholder="Empty: its own list. Several: one, two",
            )
        if form.takes_vertical is not None:
            st.toggle(
                "This server takes the intent's vertical",
                key=widgets.seed(_field("vertical", form), form.takes_vertical),
            )
        with st.container(horizontal=True):
            st.form_submit_button("Save and test", type="primary", on_click=_save, args=(form,))
            if form.can_cancel:
                st.form_submit_button("Cancel", type="tertiary", on_click=_cancel, args=(form,))


def _url_field(form: ConnectionForm) -> None:
    if form.url is not None:
        st.text_input(
            form.url_label,
            key=widgets.seed(_field("url", form), form.url),
            placeholder=form.url_hint,
        )


def _key_field(form: ConnectionForm) -> None:
    st.text_input(
        form.key_label,
        type="password",
        key=_field("key", form),
        autocomplete="new-password",
        placeholder="Stays in this browser session",
    )


def _field(field: str, form: ConnectionForm) -> str:
    return f"typed-{field}-{form.name}"


def _save(form: ConnectionForm) -> None:
    # The key first: whatever else is wrong, the widget must not keep it.
    key = widgets.take_secret(_field("key", form))
    typed = Typed(
        name=widgets.typed(_field("name", form)),
        base_url=widgets.typed(_field("url", form)),
        key=key,
        models=widgets.typed(_field("models", form)),
        takes_vertical=bool(widgets.typed(_field("vertical", form))),
    )
    try:
        form.save(typed)
    except NotUsableError as error:
        keep_check(form.name, Checked(False, str(error)))
    else:
        edit_connection(None)


def _cancel(form: ConnectionForm) -> None:
    widgets.take_secret(_field("key", form))
    keep_check(form.name, None)
    edit_connection(None)
