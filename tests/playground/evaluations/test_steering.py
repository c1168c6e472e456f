"""Runs that are paused, cancelled, capped, interrupted, gone on with, and deleted."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from playground.evaluations import recording
from playground.evaluations.live_runs import Evaluations
from playground.evaluations.running import AT_ONCE
from playground.evaluations.runs import RunStore
from playground.servers.connection import Connection
from playground.sessions.database import StoreError
from playground.sessions.spending import Caps
from playground.sessions.store import Store
from playground.sessions.tables import RUNS
from playground.suites.suite import Arm
from playground.teams.owner import MACHINE_OWNER, Owner
from tests.patience import PATIENCE
from tests.playground.evaluations.asked import asked_for, finished
from tests.playground.findings.made_cells import suite
from tests.playground.running import price
from tests.playground.servers.wire_server import ThreadedWireServer, Wire, holds, says


def test_the_cap_holds(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    live = finished(
        evaluations.start(
            MACHINE_OWNER,
            gateway,
            suite(40, 1),
            most=4,
            max_cost_usd=5.0,
            expected={"a0": 0.5},
        )
    )
    assert live.progress.status == "capped"
    assert live.progress.spent_usd == pytest.approx(5.0)
    assert len(wire.asked) == live.progress.done == 10
    head = evaluations.runs(MACHINE_OWNER).runs()[0]
    assert head.status == "capped"
    assert head.spent_usd == pytest.approx(5.0)
    assert "most" in head.note


def test_without_an_estimate_the_cap_is_passed_by_what_is_in_flight_at_most(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    live = finished(
        evaluations.start(MACHINE_OWNER, gateway, suite(40, 1), most=4, max_cost_usd=2.0)
    )
    assert live.progress.status == "capped"
    assert 2.0 <= live.progress.spent_usd <= 2.0 + 4 * 0.5


def test_a_capped_run_goes_on_with_another_cap(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    run = finished(
        evaluations.start(
            MACHINE_OWNER, gateway, suite(6, 1), max_cost_usd=1.0, expected={"a0": 0.5}
        )
    ).run
    assert len(wire.asked) == 2
    live = finished(evaluations.go_on(MACHINE_OWNER, gateway, run.id, max_cost_usd=10.0))
    assert (live.progress.status, live.progress.done) == ("done", 6)
    assert len(wire.asked) == 6
    assert live.progress.spent_usd == pytest.approx(3.0)


def test_paused_it_starts_nothing_and_goes_on(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    go = threading.Event()
    wire.script = holds("Paris", go)
    live = evaluations.start(MACHINE_OWNER, gateway, suite(20, 1), most=3)
    for _ in range(3):
        assert wire.arrived.acquire(timeout=PATIENCE)
    live.pause()
    go.set()
    version = 0
    while live.progress.done < 3:
        version = live.wait_change(version, PATIENCE)
    assert live.progress.status == "paused"
    assert len(wire.asked) == 3
    live.go_on()
    finished(live)
    assert (live.progress.status, len(wire.asked)) == ("done", 20)


def test_cancelled_it_hangs_up_and_keeps_what_is_done(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    async def two_answer(wire: Wire) -> None:
        script = says("Paris") if asked_for(wire) in ("Say 0", "Say 1") else holds("Par")
        await script(wire)

    wire.script = two_answer
    live = evaluations.start(MACHINE_OWNER, gateway, suite(20, 1), most=4)
    for _ in range(6):
        assert wire.arrived.acquire(timeout=PATIENCE)
    version = 0
    while live.progress.done < 2:
        version = live.wait_change(version, PATIENCE)
    live.cancel()
    finished(live)
    assert live.progress.status == "cancelled"
    for each in wire.asked[2:]:
        assert each.gone.wait(PATIENCE)
    runs = evaluations.runs(MACHINE_OWNER)
    assert {cell.case_id for cell in runs.cells(live.run.id)} == {"c0", "c1"}
    assert runs.runs()[0].status == "cancelled"


def test_going_on_asks_only_what_is_left(
    everyone: Store, gateway: Connection, wire: ThreadedWireServer
) -> None:
    async def three_answer(wire: Wire) -> None:
        script = says("Paris") if asked_for(wire) in ("Say 0", "Say 1", "Say 2") else holds("")
        await script(wire)

    wire.script = three_answer
    first = Evaluations(everyone, price=price)
    live = first.start(MACHINE_OWNER, gateway, suite(8, 1))
    version = 0
    while live.progress.done < 3:
        version = live.wait_change(version, PATIENCE)
    first.close()
    assert live.progress.status == "interrupted"
    wire.script = says("Paris")
    wire.asked.clear()
    second = Evaluations(everyone, price=price)
    found = second.runs(MACHINE_OWNER).load(live.run.id)
    assert found is not None
    assert (found.status, found.done) == ("interrupted", 3)
    again = finished(second.go_on(MACHINE_OWNER, gateway, live.run.id))
    second.close()
    assert (again.progress.status, again.progress.done) == ("done", 8)
    assert sorted(each.body["messages"][-1]["content"] for each in wire.asked) == [
        f"Say {n}" for n in range(3, 8)
    ]


def test_a_server_that_is_gone_interrupts_the_run_and_fails_no_cell(
    evaluations: Evaluations, wire: ThreadedWireServer, gateway: Connection
) -> None:
    async def hangs_up(wire: Wire) -> None:
        wire.writer.close()

    wire.script = hangs_up
    live = finished(evaluations.start(MACHINE_OWNER, gateway, suite(4, 1)))
    assert (live.progress.status, live.progress.done) == ("interrupted", 0)
    assert live.progress.problem
    wire.script = says("Paris")
    again = finished(evaluations.go_on(MACHINE_OWNER, gateway, live.run.id))
    assert (again.progress.status, again.progress.done) == ("done", 4)


def test_a_visitor_is_held_to_the_hosts_caps(
    everyone: Store, gateway: Connection, wire: ThreadedWireServer
) -> None:
    capped = Evaluations(everyone, caps=Caps(turns_per_hour=5), price=price)
    live = finished(capped.start(Owner("ann"), gateway, suite(20, 1)))
    capped.close()
    assert (live.progress.status, live.progress.done, len(wire.asked)) == ("capped", 5, 5)
    assert "within an hour" in live.progress.problem


def test_a_run_that_is_deleted_on_its_way_ends_and_is_gone(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Par")
    live = evaluations.start(MACHINE_OWNER, gateway, suite(5, 1))
    assert wire.arrived.acquire(timeout=PATIENCE)
    evaluations.delete(MACHINE_OWNER, live.run.id)
    assert evaluations.runs(MACHINE_OWNER).runs() == []
    assert evaluations.live(MACHINE_OWNER, live.run.id) is None
    finished(live)


def test_a_store_that_fails_for_a_while_loses_no_cell(
    evaluations: Evaluations,
    gateway: Connection,
    wire: ThreadedWireServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failures = iter([StoreError("The disk is full."), StoreError("The disk is full.")])
    record, problems = RunStore.record, set[str]()

    def failing(runs: RunStore, *given: Any) -> None:
        if (failed := next(failures, None)) is not None:
            raise failed
        record(runs, *given)

    monkeypatch.setattr(recording, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(RunStore, "record", failing)
    live = evaluations.start(MACHINE_OWNER, gateway, suite(20, 1))
    version = 0
    while not live.over:
        version = live.wait_change(version, PATIENCE)
        problems.add(live.progress.problem)
    assert (live.progress.status, live.progress.done, live.progress.problem) == ("done", 20, "")
    assert len(wire.asked) == 20
    assert problems <= {"", "The disk is full."}


def test_a_write_whose_answer_was_lost_is_not_written_twice(
    evaluations: Evaluations, gateway: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, lost = RunStore.record, iter([StoreError("The connection broke.")])

    def losing(runs: RunStore, *given: Any) -> None:
        record(runs, *given)
        if (failed := next(lost, None)) is not None:
            raise failed

    monkeypatch.setattr(recording, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(RunStore, "record", losing)
    live = finished(evaluations.start(MACHINE_OWNER, gateway, suite(20, 1)))
    assert (live.progress.status, live.progress.done) == ("done", 20)
    assert evaluations.runs(MACHINE_OWNER).runs()[0].done == 20


def test_a_run_that_another_process_has_taken_over_ends_here(
    evaluations: Evaluations, gateway: Connection, wire: ThreadedWireServer, everyone: Store
) -> None:
    wire.script = holds("Par")
    live = evaluations.start(MACHINE_OWNER, gateway, suite(5, 1))
    assert wire.arrived.acquire(timeout=PATIENCE)
    with everyone.database.write() as transaction:
        transaction.execute(sa.update(RUNS).values(runner="another"))
    finished(live)
    assert live.progress.status == "interrupted"
    assert "another process" in live.progress.problem
    assert evaluations.runs(MACHINE_OWNER).runs()[0].status == "running"


def test_a_visitor_gets_no_more_calls_at_once_than_others(
    everyone: Store, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Par")
    visitors = Evaluations(everyone)
    twice = tuple(Arm(id=f"a{n}", pin=f"vendor{n}:m") for n in range(9))
    asked = suite(20, 0).model_copy(update={"arms": twice})
    live = visitors.start(Owner("ann"), gateway, asked, most=256)
    for _ in range(AT_ONCE):
        assert wire.arrived.acquire(timeout=PATIENCE)
    version = 0
    while live.progress.in_flight < AT_ONCE:
        version = live.wait_change(version, PATIENCE)
    assert (live.progress.in_flight, len(wire.asked)) == (AT_ONCE, AT_ONCE)
    visitors.close()
