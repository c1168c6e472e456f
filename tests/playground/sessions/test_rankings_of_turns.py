"""A turn keeps the router's ranking of when it began, and never suffers from asking."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from playground.servers.connection import Connection, other
from playground.sessions import engine as engine_module
from playground.sessions import rankings
from playground.sessions.asking import ranking_for
from playground.sessions.engine import Engine
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Run, TurnSettings
from playground.teams.owner import MACHINE_OWNER
from speko_client.models import WHAT_IF_HEADER, WhatIf
from tests.patience import PATIENCE
from tests.playground.running import stored, wait_for_text
from tests.playground.servers.wire_server import ThreadedWireServer, Wire, holds, previews
from tests.turns import conversation

FORM = TurnSettings()
PREVIEW: dict[str, Any] = {
    "providerId": "openai",
    "modelId": "gpt-4o",
    "score": 0.81,
    "runnersUp": [{"providerId": "xai", "modelId": "grok-2", "score": 0.4}],
    "scoresRunId": "demo-1",
}


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ranking that comes is waited for, however busy the machine is."""
    monkeypatch.setattr(engine_module, "RANKING_GRACE", PATIENCE)
    monkeypatch.setattr(rankings, "ranking_for", partial(ranking_for, within=PATIENCE))


def test_a_turn_keeps_the_ranking(
    engine: Engine, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    wire.preview = previews(PREVIEW)
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    ranking = run.turn.ranking
    assert ranking is not None
    assert (ranking.provider_id, ranking.model_id, ranking.score) == (
        "openai",
        "gpt-4o",
        0.81,
    )
    assert stored(store).path() == (run.turn,)


def test_it_is_asked_with_the_turns_own_intent_limits_and_what_if(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    form = TurnSettings(
        language="es",
        vertical="finance",
        optimize_for="cost",
        allowed=("openai", "xai:grok-2"),
        what_if=WhatIf(name="Cheap", without=["anthropic"]),
    )
    engine.submit(MACHINE_OWNER, gateway, conversation(), "Hola", form, parent_id=None).wait(
        PATIENCE
    )
    asked = wire.previews_asked[0]
    assert parse_qs(urlsplit(asked.path).query) == {
        "language": ["es"],
        "vertical": ["finance"],
        "optimize_for": ["cost"],
        "allowed_provider": ["openai", "xai:grok-2"],
    }
    assert asked.headers[WHAT_IF_HEADER.lower()] == wire.asked[0].headers[WHAT_IF_HEADER.lower()]
    assert asked.headers["authorization"] == wire.asked[0].headers["authorization"]


def test_another_server_is_told_no_what_if(engine: Engine, wire: ThreadedWireServer) -> None:
    form = TurnSettings(what_if=WhatIf(name="Cheap", without=["anthropic"]))
    server = other(wire.base_url, None, takes_vertical=False)
    engine.submit(MACHINE_OWNER, server, conversation(), "Hi", form, parent_id=None).wait(PATIENCE)
    assert WHAT_IF_HEADER.lower() not in wire.previews_asked[0].headers
    assert "vertical" not in wire.previews_asked[0].path


@pytest.mark.parametrize("body", [{}, {"providerId": 3}, {**PREVIEW, "score": float("inf")}])
def test_a_preview_that_is_none_leaves_the_answer_alone(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer, body: dict[str, Any]
) -> None:
    wire.preview = previews(body)
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    assert (run.turn.status, run.turn.answer.text) == ("done", "Hello there.")
    assert run.turn.ranking is None


def test_a_server_without_previews_leaves_the_answer_alone(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    assert len(wire.previews_asked) == 1
    assert (run.turn.status, run.turn.ranking) == ("done", None)


def test_a_preview_that_hangs_holds_up_neither_the_words_nor_the_end(
    engine: Engine,
    gateway: Connection,
    wire: ThreadedWireServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine_module, "RANKING_GRACE", 0.01)
    asked, go_on = threading.Event(), threading.Event()

    async def hangs(wire: Wire) -> None:
        asked.set()
        await asyncio.Event().wait()

    wire.preview = hangs
    wire.script = holds("So far", go_on)
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert wait_for_text(run) == "So far"
    assert asked.wait(PATIENCE)
    go_on.set()
    assert run.wait(PATIENCE)
    assert (run.turn.status, run.turn.ranking) == ("done", None)
    assert wire.previews_asked[0].gone.wait(PATIENCE)


def test_turns_that_ask_the_same_at_once_share_the_answer_and_stop_for_themselves(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    go_on, asked = threading.Event(), threading.Event()

    async def late(wire: Wire) -> None:
        asked.set()
        await asyncio.to_thread(go_on.wait, PATIENCE)
        await wire.json(PREVIEW)

    def submit(conversation_id: str, form: TurnSettings = FORM) -> Run:
        session = conversation().model_copy(update={"id": conversation_id})
        return engine.submit(MACHINE_OWNER, gateway, session, "Hi", form, parent_id=None)

    wire.preview, wire.script = late, holds("Half")
    first, second, other_intent = submit("a"), submit("b"), submit("o", TurnSettings(language="es"))
    for run in (first, second, other_intent):
        wait_for_text(run)
    assert asked.wait(PATIENCE)
    engine.stop(MACHINE_OWNER, "a")
    go_on.set()
    for run in (second, other_intent):
        version = -1
        while run.turn.ranking is None:
            version = run.wait_change(version, PATIENCE)
    languages = [parse_qs(urlsplit(each.path).query)["language"] for each in wire.previews_asked]
    assert sorted(languages) == [["en"], ["es"]]


def test_a_turn_that_fails_has_its_ranking_too(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    async def fails(wire: Wire) -> None:
        await wire.fail(500, {"error": "No.", "code": "ALL_PROVIDERS_FAILED"})

    wire.preview, wire.script = previews(PREVIEW), fails
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    assert run.turn.status == "failed"
    assert run.turn.ranking is not None


def test_a_turn_that_is_stopped_has_its_ranking_too(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.preview, wire.script = previews(PREVIEW), holds("Half")
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    wait_for_text(run)
    version = -1
    while run.turn.ranking is None:
        version = run.wait_change(version, PATIENCE)
    engine.stop(MACHINE_OWNER, "c")
    assert run.wait(PATIENCE)
    assert run.turn.status == "stopped"
    assert run.turn.ranking is not None
