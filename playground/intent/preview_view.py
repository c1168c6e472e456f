"""The ranking for the form as it stands: a preview, which runs no model.

Remembered per browser session for a few seconds, failures too: a server that is slow to say no
must not slow down every click.
"""

from __future__ import annotations

from http import HTTPStatus

import streamlit as st

from playground.connections.state import choice_revision
from playground.found import Found
from playground.runtime import Runtime
from playground.servers.connection import Connection
from playground.sessions.asking import preview_arguments, ranking_now
from playground.sessions.turns import TurnSettings
from speko_client.errors import SpekoApiError
from speko_client.models import RoutingPreview

_SECONDS = 4


def preview(runtime: Runtime, connection: Connection, form: TurnSettings) -> Found[RoutingPreview]:
    """The ranking by the form's intent, allow-list and what-if, or why there is none."""
    asked = repr(preview_arguments(connection, form))
    return _ask(connection.base_url, choice_revision(), asked, runtime, connection, form)


@st.cache_data(ttl=_SECONDS, show_spinner=False, scope="session", max_entries=200)
def _ask(
    base_url: str,
    revision: str,
    asked: str,
    _runtime: Runtime,
    _connection: Connection,
    _form: TurnSettings,
) -> Found[RoutingPreview]:
    try:
        with _runtime.client(_connection) as client:
            return Found(ranking_now(client, _connection, _form))
    except SpekoApiError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return Found(problem="This server has no routing preview.")
        return Found(problem=f"No preview now: {_connection.redact(error.message)}")
