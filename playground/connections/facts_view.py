"""What the connected server says of itself, asked at most every few seconds.

Remembered for all who chose nothing of their own: what a server offers depends on the keys that a
browser session brings along.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus

import streamlit as st

from playground.browser import url
from playground.connections import state
from playground.connections.remembered import Remembered
from playground.look.safe_text import literal
from playground.runtime import Runtime, get_runtime
from playground.servers import pool
from playground.servers.connection import Connection
from speko_client.errors import SpekoApiError
from speko_client.models import Fleet, KnownProvider, ProvidersHealth

_LOOK_SECONDS = 0.1
_FRAME_SECONDS = 0.3
"""So long a browser takes to show the first look; a second one that comes before holds it up."""
_SECONDS = 5.0
_SCORES_GONE = "The scores that you chose are gone: the server ranks by its own again."


@dataclass(frozen=True)
class ServerFacts:
    """``fleet`` is None where the server is not the embedded gateway; ``problem``: what failed.

    ``pending``: the embedded gateway is still starting, and the rest is not known yet.
    """

    fleet: Fleet | None = None
    known: tuple[KnownProvider, ...] = ()
    problem: str | None = None
    pending: bool = False

    @property
    def takes_drills(self) -> bool:
        """Whether faults can be injected into this session's requests."""
        return self.pending or (self.fleet is not None and bool(self.fleet.drills))


def server_facts(runtime: Runtime, connection: Connection) -> ServerFacts:
    """The fleet and the provider list; kept for 5 s, a failure is not kept."""
    if state.take_scores_gone():
        st.toast(_SCORES_GONE, icon=":material/history:", duration="long")
    question = ("facts", *who_asks(connection))
    try:
        return remembered(runtime).answer(question, _SECONDS, lambda: _ask(runtime, connection))
    except SpekoApiError as error:
        if connection.scores and error.status == HTTPStatus.BAD_REQUEST:
            return _by_its_own_scores(runtime, connection)
        return ServerFacts(problem=connection.redact(error.message))


def health(runtime: Runtime, connection: Connection) -> ProvidersHealth:
    """How recent calls went; empty where the server does not say."""
    if not connection.embedded:
        return ProvidersHealth(window_seconds=0)
    try:
        with runtime.client(connection) as client:
            return client.provider_health()
    except SpekoApiError as error:
        st.warning(literal(connection.redact(error.message)), icon=":material/cloud_off:")
        return ProvidersHealth(window_seconds=0)


def await_server(runtime: Runtime, facts: ServerFacts, *, at_once: bool) -> None:
    """Draw the page again once a gateway that is starting is up, or has failed.

    ``at_once``: draw it again as soon as the browser has drawn this, whatever the gateway does.
    """
    if facts.pending or at_once:
        st.fragment(_look, run_every=_FRAME_SECONDS if at_once else _LOOK_SECONDS)(runtime, at_once)


def _look(runtime: Runtime, at_once: bool) -> None:
    asked_by_browser = url.had_frame(drawn=True)
    due = asked_by_browser if at_once else not runtime.gateway.starting
    if due:
        st.rerun()


def try_again() -> None:
    """What to do where no server answers."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Try again", on_click=forget_server_facts, key="reconnect")
        url.way_on("connections", "Choose another server", ":material/cable:")


def forget_server_facts() -> None:
    """Ask again at the next look."""
    remembered(get_runtime()).forget()


def remembered(runtime: Runtime) -> Remembered:
    """What servers have answered in this process."""
    return runtime.shared(Remembered, Remembered)


def who_asks(connection: Connection) -> tuple[object, ...]:
    """What is the same for all to whom the server gives the same answers; no key is in it."""
    return connection.base_url, state.choice_revision(), connection.public_only


def _by_its_own_scores(runtime: Runtime, connection: Connection) -> ServerFacts:
    """Where they are what the server refused, the chosen ones are gone, and the page begins anew.

    Its own rank again from then on.
    """
    facts = server_facts(runtime, replace(connection, scores=None))
    if facts.problem is None:
        state.leave_gone_scores()
        st.rerun()
    return facts


def _ask(runtime: Runtime, connection: Connection) -> ServerFacts:
    with runtime.client(connection) as client:
        fleet = client.fleet() if connection.embedded else None
        # A server without a list can answer too.
        return ServerFacts(fleet=fleet, known=pool.listed(client) or ())
