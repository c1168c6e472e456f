"""What the router would do for the form as it stands, asked without running anything.

Remembered per browser session for a few seconds, failures too: a server that is slow to say no
must not slow down every click.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

import streamlit as st

from playground.connections.state import choice_revision
from playground.runtime import Runtime
from playground.servers.connection import Connection
from playground.sessions.sound_text import sound_model
from playground.sessions.turns import TurnSettings, intent_of, preview_arguments
from speko_client.errors import SpekoApiError
from speko_client.models import RoutingPreview

_SECONDS = 4


@dataclass(frozen=True)
class Foresight:
    """``preview`` None where there is none; ``problem`` then says why in one line."""

    preview: RoutingPreview | None = None
    problem: str | None = None


def foresee(runtime: Runtime, connection: Connection, form: TurnSettings) -> Foresight:
    """The preview for the form's intent, allow-list and what-if."""
    what_if = form.what_if if connection.embedded else None
    return _ask(
        connection.base_url,
        choice_revision(),
        intent_of(connection, form).model_dump_json(),
        form.allowed,
        what_if.model_dump_json() if what_if else "",
        runtime,
        connection,
        form,
    )


@st.cache_data(ttl=_SECONDS, show_spinner=False, scope="session", max_entries=200)
def _ask(
    base_url: str,
    revision: str,
    intent: str,
    allowed: tuple[str, ...],
    what_if: str,
    _runtime: Runtime,
    _connection: Connection,
    _form: TurnSettings,
) -> Foresight:
    try:
        with _runtime.client(_connection) as client:
            preview = client.preview_routing(**preview_arguments(_connection, _form))
    except SpekoApiError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return Foresight(problem="This server tells no one beforehand who would answer.")
        return Foresight(problem=f"No preview now: {_connection.redact(error.message)}")
    return Foresight(preview=sound_model(preview))
