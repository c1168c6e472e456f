"""Before a run: calls, a range of cost and of time, and what is assumed."""

from __future__ import annotations

import pytest

from playground.evaluations.earlier import measured_in, winners_now
from playground.evaluations.estimate import ENOUGH, Measured, estimated
from playground.evaluations.judging import JUDGE_TOKENS
from playground.evaluations.runs import RunStore
from playground.servers.connection import Connection
from playground.sessions.store import OwnerStore, Store
from playground.suites.suite import Arm, Case, Judge, Judged, Suite
from playground.teams.owner import Owner
from speko_client import Speko
from speko_client.models import CompleteUsage
from tests.playground.findings.made_cells import cell
from tests.playground.servers.wire_server import ThreadedWireServer, previews


def by_token(provider: str, model: str, usage: CompleteUsage) -> tuple[float, str] | None:
    """A dollar for a token out, a cent for one in; nobody knows the price of ``odd``."""
    if provider == "odd":
        return None
    return usage.completion_tokens + usage.prompt_tokens / 100, "list"


def asked(*arms: Arm, cases: int = 10, **fields: object) -> Suite:
    """Questions of 36 letters, so ten tokens."""
    some = tuple(Case(id=f"c{n}", vars={"input": "x" * 36}) for n in range(cases))
    return Suite.model_validate(
        {"name": "Some", "cases": some, "arms": arms, "max_tokens": 100, **fields}
    )


PINNED = Arm(id="a", pin="openai:gpt-4o")


def test_nothing_measured_is_anything_up_to_the_most_tokens() -> None:
    found = estimated(asked(PINNED), {}, {}, by_token)
    assert found.calls == 10
    assert found.usd == pytest.approx((11.0, 1001.0))
    assert found.per_cell == {"a": pytest.approx(100.1)}
    assert any("No model was measured" in each for each in found.assumes)


def test_earlier_answers_narrow_it() -> None:
    known = {"openai:gpt-4o": Measured(ENOUGH, (20, 30), (1.0, 2.0))}
    found = estimated(asked(PINNED), {}, known, by_token, most=1)
    assert found.usd == pytest.approx((201.0, 301.0))
    assert found.seconds == pytest.approx((10.0, 20.0))
    too_few = {"openai:gpt-4o": Measured(ENOUGH - 1, (20, 30), (1.0, 2.0))}
    assert estimated(asked(PINNED), {}, too_few, by_token).usd != found.usd


def test_an_unknown_price_is_named_and_in_no_sum() -> None:
    odd = Arm(id="b", pin="odd:one")
    both = estimated(asked(PINNED, odd), {}, {}, by_token)
    alone = estimated(asked(PINNED), {}, {}, by_token)
    assert both.unpriced == ("odd:one",)
    assert both.usd == alone.usd
    assert estimated(asked(odd), {}, {}, by_token).usd is None


def test_a_routed_arm_costs_what_its_winner_does() -> None:
    routed = Arm(id="r", name="Router")
    named = estimated(asked(routed), {"r": "openai:gpt-4o"}, {}, by_token)
    assert named.usd == estimated(asked(PINNED), {}, {}, by_token).usd
    nobody = estimated(asked(routed), {}, {}, by_token)
    assert nobody.usd is None
    assert "Router" in nobody.unpriced[0]


def test_this_machines_own_model_is_free() -> None:
    found = estimated(asked(Arm(id="l", pin="local:smollm2")), {}, {}, by_token)
    assert (found.usd, found.unpriced) == ((0.0, 0.0), ())


def test_the_judge_is_counted() -> None:
    judge = Judge(pin="openai:judge", pairwise=True)
    suite = asked(PINNED, Arm(id="b", pin="openai:b"), checks=(Judged(),), judge=judge)
    found = estimated(suite, {}, {}, by_token)
    assert (found.calls, found.judge_calls) == (20, 20 + 10 * 2)
    assert found.usd is not None
    assert found.usd[1] > 40 * JUDGE_TOKENS
    assert found.per_cell["b"] > found.per_cell["a"] > JUDGE_TOKENS


def test_what_is_done_already_is_not_counted() -> None:
    suite = asked(PINNED, repeats=2)
    assert estimated(suite, {}, {}, by_token).calls == 20
    assert estimated(suite, {}, {}, by_token, done=15).calls == 5


def test_earlier_answers_are_the_owners_own(everyone: Store, store: OwnerStore) -> None:
    runs = RunStore(store)
    run = runs.create(asked(PINNED), 10, runner="me")
    runs.record(run.id, "me", [cell(f"c{n}") for n in range(10)])
    assert measured_in(store) == {"openai:gpt-4o": Measured(10, (2, 2), (0.15, 0.15))}
    assert measured_in(everyone.of(Owner("ann"))) == {}


def test_the_router_is_asked_whom_it_names(gateway: Connection, wire: ThreadedWireServer) -> None:
    wire.preview = previews({"providerId": "openai", "modelId": "gpt-4o", "score": 0.9})
    scored = Arm(id="mine", scores="mine-1")

    def client_for(connection: Connection) -> Speko:
        return Speko(base_url=connection.base_url, keyless=True, extra_headers=connection.headers)

    found = winners_now(client_for, gateway, asked(PINNED, Arm(id="r"), scored))
    assert found == {"r": "openai:gpt-4o", "mine": "openai:gpt-4o"}
    sent = [each.headers.get("x-speko-scores") for each in wire.previews_asked]
    assert sent == [None, "mine-1"]
