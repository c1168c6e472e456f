"""What the server says of its snapshots, remembered for a few seconds, failures too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import TypeVar

from playground.connections.facts_view import remembered, who_asks
from playground.found import Found
from playground.runtime import Runtime
from playground.servers.connection import Connection
from speko_client import Speko
from speko_client.errors import SpekoApiError
from speko_client.models import ScoresList, ScoresRows, Sweep, SweepRequest

AnswerT = TypeVar("AnswerT")

_SECONDS = 4


def snapshots(runtime: Runtime, connection: Connection) -> Found[ScoresList]:
    """Every snapshot there is, and the one that ranks this browser session's requests."""
    return _answer(runtime, connection, ("list",), lambda client: client.scores())


def rows(runtime: Runtime, connection: Connection, snapshot_id: str) -> Found[ScoresRows]:
    """What is known by one snapshot of everybody who can be called."""
    return _answer(
        runtime,
        replace(connection, scores=snapshot_id),
        ("rows", snapshot_id),
        lambda client: client.scores_rows(snapshot_id),
    )


def winners(
    runtime: Runtime, connection: Connection, snapshot_id: str, request: SweepRequest
) -> Found[Sweep]:
    """Who wins each of these intents by one snapshot."""
    return _answer(
        runtime,
        replace(connection, scores=snapshot_id),
        ("winners", snapshot_id, repr(request)),
        lambda client: client.sweep(request),
    )


def _answer(
    runtime: Runtime,
    connection: Connection,
    what: tuple[str, ...],
    ask: Callable[[Speko], AnswerT],
) -> Found[AnswerT]:
    def asked() -> Found[AnswerT]:
        try:
            with runtime.client(connection) as client:
                return Found(ask(client))
        except SpekoApiError as error:
            if error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
                return Found(problem="This server does not tell which scores it ranks by.")
            return Found(problem=f"No scores now: {connection.redact(error.message)}")

    question = ("scores", *what, *who_asks(connection))
    return remembered(runtime).answer(question, _SECONDS, asked)
