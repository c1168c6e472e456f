"""Runs in the store: each owner's own, a cell once, counted, found as interrupted, and deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from playground.evaluations import runs as kept
from playground.evaluations.cells import CellKey, summary_of
from playground.evaluations.runs import HEARTBEAT_LIMIT, RunGoneError, RunStore, RunTakenError
from playground.sessions.bounds import MOST_TEXT, MOST_WHOLE
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore, Store
from playground.sessions.turns import Answer, utc_now
from playground.suites.check_result import CheckResult
from playground.suites.suite import Case, Contains, Suite
from playground.teams.owner import Owner
from tests.playground.findings.made_cells import cell, failed, suite
from tests.playground.stores import opened


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def runs(store: OwnerStore) -> RunStore:
    """The runs of this machine's user."""
    return RunStore(store)


def test_a_run_is_found_again_whole(runs: RunStore, store_url: str) -> None:
    asked = suite(checks=(Contains(value="Paris"),), baseline="a0")
    run = runs.create(asked, 6, runner="me", seed=7, server="Embedded gateway", max_cost_usd=2.0)
    runs.record(run.id, "me", [cell(), failed("c1")])
    other = opened(store_url)
    found = RunStore(other).load(run.id)
    other.database.close()
    assert found == run.model_copy(update={"done": 2, "spent_usd": 0.25})


def test_what_is_left_to_the_provider_is_still_left_to_it(runs: RunStore) -> None:
    asked = suite(temperature=None, max_tokens=None)
    run = runs.create(asked, 6, runner="me")
    found = runs.load(run.id)
    assert found is not None
    assert found.suite == asked


def test_cells_come_back_whole_slim_and_one_by_one(runs: RunStore) -> None:
    run = runs.create(suite(), 4, runner="me")
    made = [cell("c0", "a0"), failed("c0", "a1"), cell("c1", "a0", 1, checks=())]
    runs.record(run.id, "me", made)
    assert sorted(runs.summaries(run.id)) == sorted(summary_of(each) for each in made)
    assert [summary_of(each).passed for each in made] == [True, False, None]
    assert list(runs.cells(run.id)) == made
    assert runs.cell(run.id, CellKey("c0", "a1", 0)) == made[1]
    assert runs.cell(run.id, CellKey("c9", "a1", 0)) is None
    assert runs.keys(run.id) == {each.key for each in made}


def test_more_cells_than_are_read_at_once(runs: RunStore) -> None:
    run = runs.create(suite(), 1_200, runner="me")
    made = [cell(f"c{n:04}", arm) for n in range(600) for arm in ("a0", "a1")]
    runs.record(run.id, "me", made)
    assert list(runs.cells(run.id)) == made


def test_a_list_has_the_latest_first_with_its_counts(runs: RunStore) -> None:
    first = runs.create(suite(2, 3), 6, runner="me", now=utc_now() - timedelta(seconds=1))
    second = runs.create(suite(), 6, runner="me")
    runs.record(first.id, "me", [cell(), failed("c1"), cell("c2", checks=())])
    runs.end(first.id, "me", "capped", "The most was spent.")
    heads = runs.runs()
    assert [head.id for head in heads] == [second.id, first.id]
    assert (heads[1].cases, heads[1].arms, heads[1].total) == (2, 3, 6)
    assert (heads[1].done, heads[1].passed, heads[1].failed) == (3, 1, 1)
    assert (heads[1].status, heads[1].note) == ("capped", "The most was spent.")
    assert heads[1].spent_usd == pytest.approx(0.5)


def test_no_cell_is_written_twice(runs: RunStore) -> None:
    run = runs.create(suite(), 4, runner="me")
    runs.record(run.id, "me", [cell()])
    with pytest.raises(StoreError, match="made twice"):
        runs.record(run.id, "me", [cell("c1"), cell(answer=Answer(text="Lyon"))])
    assert list(runs.cells(run.id)) == [cell()]
    assert runs.runs()[0].done == 1


def test_a_cell_that_is_run_again_takes_the_earlier_ones_place(runs: RunStore) -> None:
    run = runs.create(suite(), 4, runner="me")
    runs.record(run.id, "me", [failed(), cell("c1")])
    runs.replace(run.id, cell())
    head = runs.runs()[0]
    assert (head.done, head.passed, head.failed) == (2, 2, 0)
    assert head.spent_usd == pytest.approx(0.5)
    assert runs.cell(run.id, cell().key) == cell()


def test_one_runner_at_a_time(runs: RunStore) -> None:
    run = runs.create(suite(), 4, runner="first")
    with pytest.raises(RunTakenError):
        runs.claim(run.id, "second")
    with pytest.raises(RunTakenError):
        runs.record(run.id, "second", [cell()])
    runs.end(run.id, "first", "cancelled")
    runs.claim(run.id, "second")
    runs.record(run.id, "second", [cell()])
    late: list[Callable[[], None]] = [
        lambda: runs.record(run.id, "first", [cell("c1")]),
        lambda: runs.beat(run.id, "first", "running"),
        lambda: runs.end(run.id, "first", "done"),
    ]
    for write in late:
        with pytest.raises(RunTakenError):
            write()
    assert [each.key.case_id for each in runs.cells(run.id)] == ["c0"]


def test_a_run_whose_heart_has_stopped_is_interrupted_and_can_go_on(runs: RunStore) -> None:
    ended = utc_now() - 2 * HEARTBEAT_LIMIT
    run = runs.create(suite(), 4, runner="dead", now=ended)
    found = runs.load(run.id)
    assert found is not None
    assert (found.status, found.ended_at) == ("interrupted", ended)
    assert runs.runs()[0].status == "interrupted"
    runs.claim(run.id, "alive")
    again = runs.load(run.id)
    assert again is not None
    assert (again.status, again.ended_at) == ("running", None)
    with pytest.raises(RunTakenError):
        runs.record(run.id, "dead", [cell()])


def test_a_paused_run_is_alive_while_its_heart_beats(runs: RunStore) -> None:
    run = runs.create(suite(), 4, runner="me", now=utc_now() - 2 * HEARTBEAT_LIMIT)
    runs.beat(run.id, "me", "paused")
    assert [head.status for head in runs.runs()] == ["paused"]


def test_nobody_sees_or_changes_what_is_anothers(everyone: Store, runs: RunStore) -> None:
    run = runs.create(suite(), 4, runner="me")
    runs.record(run.id, "me", [cell()])
    anns = RunStore(everyone.of(Owner("ann")))
    assert (anns.runs(), anns.load(run.id), anns.delete(run.id)) == ([], None, 0)
    changes: list[Callable[[], object]] = [
        lambda: anns.summaries(run.id),
        lambda: anns.keys(run.id),
        lambda: anns.cell(run.id, cell().key),
        lambda: list(anns.cells(run.id)),
        lambda: anns.rename(run.id, "Mine"),
        lambda: anns.claim(run.id, "me"),
        lambda: anns.record(run.id, "me", [cell("c1")]),
        lambda: anns.replace(run.id, failed()),
        lambda: anns.beat(run.id, "me", "running"),
        lambda: anns.end(run.id, "me", "done"),
    ]
    for change in changes:
        with pytest.raises(RunGoneError):
            change()
    assert list(runs.cells(run.id)) == [cell()]
    assert [head.name for head in runs.runs()] == ["Capitals"]


def test_a_deleted_run_is_gone_with_its_cells(runs: RunStore, store_file: Path) -> None:
    secret = cell(answer=Answer(text="xyzzy-plugh"))
    kept = runs.create(suite(), 4, runner="me")
    run = runs.create(suite(), 4, runner="me")
    runs.record(run.id, "me", [secret])
    runs.record(kept.id, "me", [cell()])
    assert runs.delete(run.id, "nothing") == 1
    assert [head.id for head in runs.runs()] == [kept.id]
    assert list(runs.cells(kept.id)) == [cell()]
    with pytest.raises(RunGoneError):
        runs.record(run.id, "me", [cell("c1")])
    if store_file.exists():
        with closing(sqlite3.connect(store_file)) as database:
            assert database.execute("SELECT count(*) FROM cells").fetchone() == (1,)
        assert b"xyzzy-plugh" not in store_file.read_bytes()


def test_a_run_is_renamed(runs: RunStore) -> None:
    run = runs.create(suite(), 4, runner="me")
    runs.rename(run.id, "Before the change\0")
    assert [head.name for head in runs.runs()] == ["Before the change "]


def test_there_is_a_most_of_runs(runs: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 1)
    runs.create(suite(), 4, runner="me")
    with pytest.raises(StoreError, match="Delete some"):
        runs.create(suite(), 4, runner="me")


def test_runs_unused_for_long_are_deleted_with_sessions(everyone: Store, runs: RunStore) -> None:
    old = runs.create(suite(), 4, runner="me", now=utc_now() - timedelta(days=4_000))
    runs.record(old.id, "me", [cell()], now=utc_now() - timedelta(days=4_000))
    new = runs.create(suite(), 4, runner="me")
    everyone.delete_unused(30)
    assert [head.id for head in runs.runs()] == [new.id]


def test_an_answer_beyond_all_measure_is_cut_and_says_so(runs: RunStore) -> None:
    run = runs.create(suite(), 4, runner="me")
    runs.record(run.id, "me", [cell(answer=Answer(text="a" * (MOST_WHOLE + 1)))])
    found = runs.cell(run.id, cell().key)
    assert found is not None
    assert (len(found.answer.text), bool(found.answer.cut)) == (MOST_TEXT, True)


def test_what_no_file_can_hold_does_not_break_the_store(runs: RunStore) -> None:
    odd = Suite(name="A\0B", cases=(Case(id="c0", vars={"input": "\0"}),))
    run = runs.create(odd, 1, runner="me", server="\ud800")
    check = CheckResult(name="contains “\0”", passed=False)
    runs.record(run.id, "me", [cell(answer=Answer(text="\0"), checks=(check,))])
    found = runs.cell(run.id, cell().key)
    assert found is not None
    assert found.checks == (check,)
    assert [head.suite_name for head in runs.runs()] == ["A B"]
