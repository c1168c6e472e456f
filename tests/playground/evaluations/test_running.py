"""Runs on a real server: what is asked, what is kept, and how they end."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import pytest

from playground.evaluations.cells import CellKey
from playground.evaluations.live_runs import Evaluations
from playground.evaluations.pacing import FIRST_LIMIT
from playground.evaluations.runs import RunStore
from playground.servers.connection import Connection
from playground.suites.suite import Arm, Case, Contains, PredictedServed, Suite, SuiteError
from playground.teams.owner import MACHINE_OWNER, Owner
from tests.patience import PATIENCE
from tests.playground.evaluations.asked import asked_for, finished, pin_of
from tests.playground.findings.made_cells import suite
from tests.playground.servers.wire_server import (
    META,
    USAGE,
    ThreadedWireServer,
    Wire,
    previews,
    says,
)


async def by_pin(wire: Wire) -> None:
    """Each model answers with its own name."""
    vendor, _, model = pin_of(wire).partition(":")
    itself = {"provider": vendor, "model": model}
    await says(f"I am {vendor}", meta=itself, **itself)(wire)


def test_each_case_is_asked_of_each_arm_once(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = by_pin
    asked = suite(5, 3, repeats=2, checks=(Contains(value="vendor1"),))
    live = finished(evaluations.start(MACHINE_OWNER, gateway, asked))
    assert (live.progress.status, live.progress.done, live.progress.in_flight) == ("done", 30, 0)
    calls = Counter(
        (each.body["messages"][-1]["content"], *each.body["constraints"]["allowedProviders"]["llm"])
        for each in wire.asked
    )
    assert set(calls.values()) == {2}
    runs = evaluations.runs(MACHINE_OWNER)
    cells = list(runs.cells(live.run.id))
    assert len({cell.key for cell in cells}) == 30
    assert {cell.arm_id for cell in cells if cell.passed} == {"a1"}
    assert (live.progress.passed, live.progress.failed) == (10, 20)
    assert runs.runs()[0].status == "done"
    assert not wire.previews_asked


def test_rows_come_in_order_and_their_arms_by_the_seed(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    def order(seed: int) -> list[tuple[str, str]]:
        wire.asked.clear()
        finished(evaluations.start(MACHINE_OWNER, gateway, suite(6, 3), seed=seed, most=1))
        return [
            (
                each.body["messages"][-1]["content"],
                each.body["constraints"]["allowedProviders"]["llm"][0],
            )
            for each in wire.asked
        ]

    first = order(1)
    assert [case for case, _ in first] == [f"Say {n}" for n in range(6) for _ in range(3)]
    assert order(1) == first
    assert order(2) != first


def test_a_routed_arm_has_its_ranking_and_whom_it_named(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.preview = previews({"providerId": "openai", "modelId": "gpt-4o", "score": 0.9})
    routed = Suite(
        name="Routed",
        cases=(Case(id="c0", vars={"input": "Hi"}),),
        arms=(Arm(id="router"), Arm(id="cheap", optimize_for="cost", scores="mine-1")),
        checks=(PredictedServed(),),
    )
    live = finished(evaluations.start(MACHINE_OWNER, gateway, routed))
    cells = {cell.arm_id: cell for cell in evaluations.runs(MACHINE_OWNER).cells(live.run.id)}
    assert [cells[arm].predicted for arm in ("router", "cheap")] == ["openai:gpt-4o"] * 2
    assert cells["router"].passed is True
    assert cells["router"].ranking is not None
    assert cells["router"].answer.cost_usd == 0.5
    named = {each.headers.get("x-speko-scores") for each in wire.asked}
    assert named == {None, "mine-1"}


def test_a_429_is_waited_for_within_its_cell(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    refused: list[str] = []

    async def busy(wire: Wire) -> None:
        if len(refused) < 5:
            refused.append(asked_for(wire))
            body = {"error": "Slow down.", "code": "RATE_LIMITED"}
            await wire.fail(429, body, Retry_After="1")
            return
        await says("Paris")(wire)

    wire.script = busy
    live = finished(evaluations.start(MACHINE_OWNER, gateway, suite(12, 1)))
    cells = list(evaluations.runs(MACHINE_OWNER).cells(live.run.id))
    assert [cell.error for cell in cells] == [None] * 12
    assert len(refused) == 5


def test_a_pause_longer_than_anyone_waits_is_the_cells_result(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    async def closed(wire: Wire) -> None:
        await wire.fail(429, {"error": "Closed.", "code": "RATE_LIMITED"}, Retry_After="86400")

    wire.script = closed
    live = finished(evaluations.start(MACHINE_OWNER, gateway, suite(1, 1)))
    [cell] = evaluations.runs(MACHINE_OWNER).cells(live.run.id)
    assert cell.error is not None
    assert cell.error.code == "RATE_LIMITED"


def test_what_fails_is_a_failed_cell_and_the_others_go_on(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    async def sometimes(wire: Wire) -> None:
        if asked_for(wire) == "Say 1":
            attempt = {
                "provider": "vendor0",
                "model": "model",
                "outcome": "failed",
                "code": "TIMEOUT",
                "durationMs": 5.0,
            }
            body = {"error": "All failed.", "code": "ALL_PROVIDERS_FAILED", "attempts": [attempt]}
            await wire.fail(500, body)
            return
        await says("Paris")(wire)

    wire.script = sometimes
    live = finished(evaluations.start(MACHINE_OWNER, gateway, suite(3, 1)))
    runs = evaluations.runs(MACHINE_OWNER)
    cell = runs.cell(live.run.id, CellKey("c1", "a0", 0))
    assert cell is not None
    assert cell.error is not None
    assert cell.error.code == "ALL_PROVIDERS_FAILED"
    assert [each.code for each in cell.answer.attempts] == ["TIMEOUT"]
    assert (live.progress.status, live.progress.done, live.progress.failed) == ("done", 3, 1)


def test_a_variable_that_is_missing_fails_its_cell(
    evaluations: Evaluations, gateway: Connection
) -> None:
    odd = suite(2, 1, prompt="Say {{nothing}}")
    live = finished(evaluations.start(MACHINE_OWNER, gateway, odd))
    errors = [cell.error for cell in evaluations.runs(MACHINE_OWNER).cells(live.run.id)]
    assert all(error and "nothing" in error.message for error in errors)


def test_two_runs_at_once_do_not_mix(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    async def echo(wire: Wire) -> None:
        await says(asked_for(wire))(wire)

    wire.script = echo
    lives = [
        evaluations.start(MACHINE_OWNER, gateway, suite(20, 2, prompt=word + " {{input}}"))
        for word in ("First", "Second")
    ]
    for live, word in zip(lives, ("First", "Second"), strict=True):
        cells = list(evaluations.runs(MACHINE_OWNER).cells(finished(live).run.id))
        assert len(cells) == 40
        assert {cell.answer.text.split()[0] for cell in cells} == {word}


def test_nobody_sees_anothers_run(evaluations: Evaluations, gateway: Connection) -> None:
    live = finished(evaluations.start(MACHINE_OWNER, gateway, suite(1, 1)))
    assert evaluations.live(MACHINE_OWNER, live.run.id) is live
    assert evaluations.live(Owner("ann"), live.run.id) is None
    assert evaluations.runs(Owner("ann")).runs() == []


def test_a_cell_is_made_again(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    asked = suite(2, 1, checks=(Contains(value="Paris"),))
    live = finished(evaluations.start(MACHINE_OWNER, gateway, asked))
    assert live.progress.failed == 2
    wire.script = says("Paris")
    key = CellKey("c1", "a0", 0)
    assert evaluations.again(MACHINE_OWNER, gateway, live.run.id, key).passed is True
    runs: RunStore = evaluations.runs(MACHINE_OWNER)
    assert {cell.case_id: cell.passed for cell in runs.cells(live.run.id)} == {
        "c0": False,
        "c1": True,
    }
    with pytest.raises(SuiteError):
        evaluations.again(MACHINE_OWNER, gateway, live.run.id, CellKey("c9", "a0", 0))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (suite(0, 1), "no cases"),
        (suite(1, 0), "no arms"),
        (suite(20_000, 2, repeats=100), "at most"),
    ],
)
def test_what_cannot_be_run_is_refused(
    evaluations: Evaluations, gateway: Connection, wrong: Suite, words: str
) -> None:
    with pytest.raises(SuiteError, match=words):
        evaluations.start(MACHINE_OWNER, gateway, wrong)
    assert evaluations.runs(MACHINE_OWNER).runs() == []


def test_the_local_model_is_asked_one_thing_at_a_time(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    now, most, go = Counter[str](), Counter[str](), threading.Event()

    async def counting(wire: Wire) -> None:
        vendor = pin_of(wire).partition(":")[0]
        now[vendor] += 1
        most[vendor] = max(most[vendor], now[vendor])
        await asyncio.to_thread(go.wait, PATIENCE)
        now[vendor] -= 1
        await wire.json({**META, "text": "Hi", "usage": USAGE})

    wire.script = counting
    both = (Arm(id="local", pin="local:smollm2"), Arm(id="other", pin="openai:gpt-4o"))
    live = evaluations.start(MACHINE_OWNER, gateway, suite(12, 0).model_copy(update={"arms": both}))
    for _ in range(1 + int(FIRST_LIMIT)):
        assert wire.arrived.acquire(timeout=PATIENCE)
    go.set()
    assert finished(live).progress.done == 24
    assert most["local"] == 1
    assert most["openai"] >= FIRST_LIMIT
