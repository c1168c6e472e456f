"""What visitors spend on the host's keys: counted before each turn, and never passed by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from genai_prices.data import providers
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.servers.connection import Connection, embedded
from playground.sessions.engine import Engine
from playground.sessions.rows import NotHereError
from playground.sessions.spending import (
    DEAREST,
    SPENDING,
    CapReachedError,
    Caps,
    Spending,
    estimated_cost,
)
from playground.sessions.store import Store
from playground.sessions.totals import estimate
from playground.sessions.turns import Answer, Turn, TurnSettings, TurnStatus
from playground.teams.owner import MACHINE_OWNER, Owner
from speko_client.models import CompleteUsage, VendorCredentials
from tests.patience import PATIENCE
from tests.playground.conftest import Clock
from tests.playground.running import price
from tests.playground.servers.wire_server import ThreadedWireServer
from tests.turns import conversation, turn

ADA, BEN, EVE = Owner("browser:ada"), Owner("browser:ben"), Owner("browser:eve")
CAPS = Caps(turns_per_hour=3, usd_per_visitor=1.0, usd_in_all=2.0)
ANY_SERVER = embedded("http://127.0.0.1:1", "k")
MILLION = CompleteUsage(prompt_tokens=1_000_000, completion_tokens=1_000_000)


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def spending(everyone: Store, clock: Clock) -> Spending:
    """Low caps."""
    return Spending(everyone.database, CAPS, now=clock)


@pytest.fixture
def capped(everyone: Store, clock: Clock) -> Iterator[Engine]:
    """An engine with low caps; an answer costs half a dollar."""
    engine = Engine(everyone, price=price, now=clock, caps=CAPS)
    yield engine
    engine.close()


def spent(spending: Spending, owner: Owner, name: str, server: Connection, **answer: Any) -> None:
    """A turn from its beginning to its end."""
    begun = turn(name, answer=Answer(text="Hi.", provider="openai", model="gpt-4o", **answer))
    spending.begin(owner, name, (), server)
    if spending.counts(name):
        spending.end(begun, (), server)


def test_so_many_turns_an_hour_and_no_more(
    spending: Spending, gateway: Connection, clock: Clock
) -> None:
    for name in ("a", "b", "c"):
        spent(spending, ADA, name, gateway, cost_usd=0.0)
        clock.advance(60)
    with pytest.raises(CapReachedError, match=r"3 messages within an hour.* Go on in 57 min\."):
        spending.begin(ADA, "d", (), gateway)
    spending.begin(BEN, "e", (), gateway)
    clock.advance(57 * 60)
    spending.begin(ADA, "f", (), gateway)


def test_turns_that_still_run_count_and_so_do_those_of_another_process(
    spending: Spending, gateway: Connection, everyone: Store, clock: Clock
) -> None:
    for name in ("a", "b", "c"):
        spending.begin(ADA, name, (), gateway)
    again = Spending(everyone.database, CAPS, now=clock)
    with pytest.raises(CapReachedError, match="3 messages"):
        again.begin(ADA, "d", (), gateway)


def test_a_visitor_spends_no_more_than_a_days_share(
    spending: Spending, gateway: Connection, clock: Clock
) -> None:
    spent(spending, ADA, "a", gateway, cost_usd=1.0)
    with pytest.raises(CapReachedError, match=r"about \$1\.00 \(estimated\)"):
        spending.begin(ADA, "b", (), gateway)
    spending.begin(BEN, "c", (), gateway)
    clock.advance(24 * 3600 + 1)
    spending.begin(ADA, "d", (), gateway)


def test_all_visitors_together_spend_no_more_than_the_host_pays(
    spending: Spending, gateway: Connection
) -> None:
    spent(spending, ADA, "a", gateway, cost_usd=1.2)
    spent(spending, BEN, "b", gateway, cost_usd=0.9)
    with pytest.raises(CapReachedError, match="all visitors"):
        spending.begin(EVE, "c", (), gateway)


def test_this_machines_user_has_no_caps(spending: Spending, gateway: Connection) -> None:
    for number in range(10):
        spent(spending, MACHINE_OWNER, str(number), gateway, cost_usd=10.0)
    spent(spending, ADA, "a", gateway)


def test_without_caps_nothing_is_written(
    everyone: Store, gateway: Connection, clock: Clock
) -> None:
    free = Spending(everyone.database, Caps(), now=clock)
    for number in range(10):
        spent(free, ADA, str(number), gateway, cost_usd=10.0)
    assert everyone.database.openings == 0


@pytest.mark.parametrize(
    "answer",
    [
        {"simulated": True},
        {"kind": "local"},
        {"provider": "ollama"},
        {"provider": "anthropic"},
    ],
)
def test_what_costs_the_host_nothing_does_not_count(
    spending: Spending, gateway: Connection, answer: dict[str, Any]
) -> None:
    own = replace(gateway, vendors={"anthropic": VendorCredentials()})
    for number in range(10):
        begun = turn(str(number), answer=Answer(text="Hi.", **({"provider": "openai"} | answer)))
        spending.begin(ADA, begun.id, (), own)
        spending.end(begun, (), own)


def test_who_pays_themselves_is_not_asked_to_wait(spending: Spending, gateway: Connection) -> None:
    for name in ("a", "b", "c"):
        spending.begin(ADA, name, (), gateway)
    vendors = replace(gateway, vendors={"anthropic": VendorCredentials()})
    only = ("anthropic", "anthropic:claude-haiku-4-5")
    spending.begin(ADA, "d", only, vendors)
    spending.begin(ADA, "e", (), replace(gateway, own=True))
    with pytest.raises(CapReachedError):
        spending.begin(ADA, "f", (), vendors)


@pytest.mark.parametrize("status", ["done", "stopped", "interrupted"])
def test_an_unknown_price_counts_as_the_dearest(status: TurnStatus) -> None:
    answer = Answer(text="Hi.", provider="custom", model="unheard-of", usage=MILLION)
    dearest = estimate(*DEAREST, MILLION)
    assert dearest is not None
    assert estimated_cost(turn("a", answer=answer, status=status), ()) == dearest[0]


def test_tokens_that_nobody_counted_are_counted_by_letters() -> None:
    begun = turn("b", "a", answer=Answer(text="x" * 40_000), message="y" * 4_000, status="stopped")
    short = estimated_cost(begun, ())
    assert short > 0
    assert estimated_cost(begun, (turn("a", text="z" * 40_000),)) > short


def test_what_failed_before_a_word_cost_nothing() -> None:
    assert estimated_cost(turn("a", answer=Answer(), status="failed"), ()) == 0


def test_no_model_of_the_table_is_dearer_than_the_dearest() -> None:
    dearest = estimate(*DEAREST, MILLION)
    assert dearest is not None
    for provider in providers:
        for model in provider.models:
            found = estimate(provider.id, model.id, MILLION)
            assert found is None or found[0] <= dearest[0], model.id


@settings(max_examples=20)
@given(st.lists(st.sampled_from([ADA, BEN]), max_size=12))
def test_no_order_of_visitors_passes_a_cap(
    tmp_path_factory: pytest.TempPathFactory, order: list[Owner]
) -> None:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('spending')}/playground.db")
    spending = Spending(store.database, Caps(turns_per_hour=2), now=Clock())
    taken: list[Owner] = []
    for number, owner in enumerate(order):
        try:
            spending.begin(owner, str(number), (), ANY_SERVER)
        except CapReachedError:
            assert taken.count(owner) == 2
        else:
            taken.append(owner)
    store.close()
    assert all(taken.count(owner) <= 2 for owner in order)


def test_the_engine_asks_nobody_once_a_cap_is_reached(
    capped: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    def ask(name: str) -> Turn:
        whole = conversation(id=name)
        run = capped.submit(ADA, gateway, whole, "Hi", TurnSettings(), parent_id=None)
        assert run.wait(PATIENCE)
        return run.turn

    assert ask("one").answer.cost_usd == 0.5
    ask("two")
    with pytest.raises(CapReachedError, match="Connections page"):
        ask("three")
    answers = [asked for asked in wire.asked if asked.path.endswith("/complete")]
    assert len(answers) == 2
    assert capped.run_for(ADA, "three") is None


def test_where_it_cannot_be_counted_nothing_is_asked(
    gateway: Connection, clock: Clock, tmp_path: Any
) -> None:
    (tmp_path / "file").write_text("no folder")
    store = Store(f"sqlite:///{tmp_path}/file/playground.db")
    with pytest.raises(CapReachedError, match="cannot be counted"):
        Spending(store.database, CAPS, now=clock).begin(ADA, "a", (), gateway)


@pytest.fixture
def commits(everyone: Store) -> Iterator[list[sa.Connection]]:
    """Each commit from now on."""
    everyone.open()
    seen: list[sa.Connection] = []
    keep = seen.append
    sa.event.listen(sa.Engine, "commit", keep)
    yield seen
    sa.event.remove(sa.Engine, "commit", keep)


def test_a_turn_is_saved_and_entered_in_one_commit(
    spending: Spending, everyone: Store, gateway: Connection, commits: list[sa.Connection]
) -> None:
    save = partial(everyone.of(ADA).save_turn, turn("a", status="running"))
    assert spending.begin(ADA, "a", (), gateway, save)
    assert len(commits) == 1
    stored = everyone.of(ADA).load("c")
    assert stored is not None
    assert [each.id for each in stored.turns] == ["a"]
    with everyone.database.read() as transaction:
        assert transaction.execute(sa.select(SPENDING.c.turn_id)).scalars().all() == ["a"]


def test_a_turn_above_the_caps_is_not_saved_either(
    spending: Spending, everyone: Store, gateway: Connection
) -> None:
    for name in "abc":
        spending.begin(ADA, name, (), gateway)
    save = partial(everyone.of(ADA).save_turn, turn("d", status="running"))
    with pytest.raises(CapReachedError):
        spending.begin(ADA, "d", (), gateway, save)
    assert everyone.of(ADA).load("c") is None
    assert not spending.counts("d")


def test_a_turn_of_a_deleted_session_is_not_entered(
    spending: Spending, everyone: Store, gateway: Connection
) -> None:
    theirs = everyone.of(ADA)
    theirs.save_turn(turn("a"))
    theirs.delete("c")
    with pytest.raises(NotHereError):
        spending.begin(ADA, "b", (), gateway, partial(theirs.save_turn, turn("b")))
    with everyone.database.read() as transaction:
        assert transaction.execute(sa.select(SPENDING.c.turn_id)).all() == []
