"""The router beside everyone: what is paired, what counts as an outcome, and the controls."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.compare.against import Rival, against, every_candidate, lined_up, outcomes
from playground.compare.ratings import Vote
from playground.compare.seats import MOST, Comparison, Seat, as_token
from playground.sessions.turns import Turn
from speko_client.models import ScoredCandidate
from tests.playground.compare.seated import FOUR, asked, each_of, ranking

TIMES = st.lists(st.none() | st.floats(1, 5_000), min_size=1, max_size=8)
PLENTY = 25


def rivals(turns: list[Turn], votes: tuple[Vote, ...] = ()) -> dict[str, Rival]:
    """By name, those that the router's seat stands beside."""
    return {each.name: each for each in against(FOUR, FOUR.seats[0], turns, votes).rivals}


def four(cost: float = 0.001) -> list[Turn]:
    """Messages up to a look: OpenAI 100 ms later at twice the cost, Groq as much better."""
    rng = np.random.default_rng(6)
    base = rng.uniform(300, 400, PLENTY)
    return [
        *each_of("a", list(base), cost),
        *each_of("b", list(base + 100), cost * 2),
        *each_of("c", list(base - 100), cost / 2),
        *each_of("d", list(base + 1), cost),
    ]


def test_each_provider_is_judged_on_the_messages_that_both_were_asked() -> None:
    found = rivals(four())
    openai, groq, xai = (found[name] for name in ("OpenAI gpt-4o", "Groq llama", "xAI grok"))
    assert (openai.time and openai.time.word, openai.cost and openai.cost.word) == ("better",) * 2
    assert (groq.time and groq.time.word, groq.cost and groq.cost.word) == ("worse",) * 2
    assert (xai.time and xai.time.word, xai.cost and xai.cost.word) == ("no difference",) * 2
    assert openai.time is not None
    assert openai.time.value == pytest.approx(-100)
    assert openai.cost is not None
    assert openai.cost.value == pytest.approx(0.5)


def test_a_message_that_one_of_them_was_not_asked_is_left_out() -> None:
    turns = [*each_of("a", [300.0] * 10, 1.0), *each_of("b", [300.0] * 4, 1.0)]
    found = rivals([*turns, asked("b", 99, 1.0)])["OpenAI gpt-4o"]
    assert found.time is not None
    assert (found.asked, found.time.n) == (4, 4)


def test_a_seat_that_answered_nothing_is_not_there() -> None:
    assert list(rivals([*each_of("a", [300.0]), *each_of("b", [300.0])])) == ["OpenAI gpt-4o"]


def test_a_failure_that_was_tried_again_was_a_failure() -> None:
    again = asked("b", 1, 200.0, id="again")
    found = outcomes("b", [asked("b", 1), again, asked("b", 2, 100.0)])
    assert [turn.status for turn in found.values()] == ["failed", "done"]


def test_who_was_stopped_has_no_outcome() -> None:
    turns = [asked("b", 1, status="stopped"), asked("b", 2, status="interrupted")]
    assert not outcomes("b", turns)
    assert list(outcomes("b", [*turns, asked("b", 1, 90.0, id="later")])) == ["m1"]


def test_failures_count_against_whoever_failed() -> None:
    turns = [*each_of("a", [300.0] * PLENTY, 1.0), *each_of("b", [None] * PLENTY)]
    found = rivals(turns)["OpenAI gpt-4o"]
    assert found.time is not None
    assert (found.time.value, found.time.word, found.failed) == (-math.inf, "better", PLENTY)
    assert found.cost is None


def test_a_time_that_nobody_measured_is_no_failure() -> None:
    unmeasured = asked("b", 1, status="done")
    found = rivals([asked("a", 1, 300.0), unmeasured])["OpenAI gpt-4o"]
    assert (found.time, found.failed, found.asked) == (None, 0, 1)


def test_votes_are_found_by_the_names_that_urls_have() -> None:
    votes = (Vote("router", "openai:gpt-4o", "left"), Vote("openai:gpt-4o", "groq:llama", "left"))
    found = rivals(four(), votes)
    votes_on_openai = found["OpenAI gpt-4o"].votes
    assert votes_on_openai is not None
    assert (votes_on_openai.wins, votes_on_openai.losses) == (1, 0)
    assert found["Groq llama"].votes is None


def test_always_the_cheapest_and_the_best_are_the_rankings_choice() -> None:
    known = ranking(
        ("xai", "grok", 70, 2.0), ("openai", "gpt-4o", 90, 9.0), ("groq", "llama", 50, 0.1)
    )
    turns = [turn.model_copy(update={"ranking": known}) for turn in four()]
    found = rivals(turns)
    cheapest, best = (
        found["Always the cheapest: Groq llama"],
        found["Always the best: OpenAI gpt-4o"],
    )
    assert (cheapest.time, best.cost) == (found["Groq llama"].time, found["OpenAI gpt-4o"].cost)
    assert {cheapest.kind, best.kind} == {"control"}


def test_without_a_ranking_nobody_is_the_cheapest() -> None:
    assert not [name for name in rivals(four()) if name.startswith("Always")]


def test_one_provider_alone_needs_no_controls() -> None:
    turns = [turn for turn in four() if turn.seat in ("a", "b")]
    assert list(rivals(turns)) == ["OpenAI gpt-4o"]


def test_the_controls_are_made_of_the_messages_that_all_were_asked() -> None:
    turns = [turn for turn in four() if turn.seat != "d" or turn.message_id in ("m1", "m2", "m3")]
    oracle = rivals(turns)["Oracle, an upper bound"]
    assert oracle.time is not None
    assert (oracle.kind, oracle.time.n) == ("bound", 3)


def test_who_has_no_price_does_not_take_the_controls_costs_away() -> None:
    turns = [
        turn if turn.seat != "d" else asked("d", int((turn.message_id or "")[1:]), 300.0)
        for turn in four()
    ]
    found = rivals(turns)
    assert found["xAI grok"].cost is None
    oracle = found["Oracle, an upper bound"].cost
    assert oracle is not None
    assert oracle.value == pytest.approx(2.0)


@given(TIMES, TIMES, TIMES)
def test_nobody_is_ahead_of_the_oracle(
    ours: list[float | None], first: list[float | None], second: list[float | None]
) -> None:
    turns = [*each_of("a", ours), *each_of("b", first), *each_of("c", second)]
    shared = min(map(len, (ours, first, second)))
    kept = [turn for turn in turns if int((turn.message_id or "m0")[1:]) <= shared]
    found = rivals(kept)
    bound = found["Oracle, an upper bound"].time
    assert bound is not None
    for name in ("OpenAI gpt-4o", "Groq llama", "Best single provider, cross-fitted"):
        time = found[name].time
        assert time is not None
        assert time.value <= bound.value


def test_everyone_begins_with_the_best_of_each_provider() -> None:
    known = ranking(("openai", "big", 90, 9), ("openai", "small", 80, 1), ("xai", "grok", 70, 2))
    names = [f"{each.provider_id}:{each.model_id}" for each in every_candidate(known)]
    assert names == ["openai:big", "xai:grok", "openai:small"]


def test_one_click_seats_the_router_and_the_five_first() -> None:
    known = ranking(*((f"vendor-{place}", "m", 50, 1) for place in range(9)))
    before = Comparison(threads="shared", winner="t1").added(Seat(id="a", pin="old"))
    seats = lined_up(before, every_candidate(known))
    assert [as_token(seat) for seat in seats.seats] == [
        "router",
        *(f"vendor-{place}:m" for place in range(MOST - 1)),
    ]
    assert (seats.threads, seats.winner) == ("shared", None)


def test_a_model_that_no_seat_can_name_stays_out() -> None:
    known = ranking(("own", "a model; with blanks", 50, 1), ("xai", "grok", 40, 1))
    seats = lined_up(Comparison(), every_candidate(known)).seats
    assert [as_token(seat) for seat in seats] == ["router", "xai:grok"]


def test_who_stays_keeps_its_letter_and_nobody_else_gets_one_of_them() -> None:
    before = Comparison().added(Seat(id="a", pin="z:z"), Seat(id="a", pin="b:m"), Seat(id="a"))
    others = [ScoredCandidate(provider_id=name, model_id="m", score=0.5) for name in ("b", "c")]
    after = lined_up(before, others, used={"d"})
    assert [(seat.id, seat.pin) for seat in after.seats] == [
        ("b", "b:m"),
        ("c", None),
        ("e", "c:m"),
    ]
    assert lined_up(after, others) == after
