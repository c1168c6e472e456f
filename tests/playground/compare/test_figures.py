"""Figures side by side: who was first, by how much the others are behind, and what is not known."""

from __future__ import annotations

from typing import Any

from playground.compare.figures import Spread, medals, seat_figures
from playground.sessions.turns import Answer, Turn
from speko_client.models import CompleteUsage, Timing
from tests.turns import turn


def answered(
    seat: str, ttft: float | None, total: float, cost: float | None = None, **given: Any
) -> Turn:
    """A seat's answer to message m1, unless told otherwise."""
    usage = CompleteUsage(prompt_tokens=5, completion_tokens=20)
    timing = Timing(ttft_ms=ttft, total_ms=total)
    answer = Answer(text="Yes.", usage=usage, timing=timing, cost_usd=cost)
    values: dict[str, Any] = {"seat": seat, "message_id": "m1", "answer": answer}
    return turn(given.pop("id", seat), **(values | given))


def test_the_first_is_named_and_the_others_say_how_far_behind_they_are() -> None:
    said = medals([answered("a", 200, 900, 0.002), answered("b", 350, 800, 0.001)])
    assert said["a"] == ["first to speak", "ends 100 ms later", "2.0× the cheapest"]
    assert said["b"] == ["speaks 150 ms later", "first to finish", "cheapest"]


def test_equal_ones_share_the_first_place() -> None:
    said = medals([answered("a", 200, 900), answered("b", 200, 900)])
    assert said == {name: ["first to speak", "first to finish"] for name in "ab"}


def test_a_figure_that_only_one_has_is_no_race() -> None:
    said = medals([answered("a", 200, 900, 0.002), answered("b", None, 950)])
    assert said == {"a": ["first to finish"], "b": ["ends 50 ms later"]}


def test_who_has_not_ended_is_first_at_nothing() -> None:
    failed = answered("a", 1, 2, status="failed")
    assert medals([failed, answered("b", 200, 900)]) == {"b": []}


def test_what_cost_nothing_is_beside_a_price() -> None:
    said = medals([answered("a", None, 900, 0.0), answered("b", None, 900, 0.5)])
    assert (said["a"][-1], said["b"][-1]) == ("cheapest", "≈ $0.50")


def test_a_seats_figures_are_over_its_messages() -> None:
    turns = [
        answered("a", 100, 500, 0.1),
        answered("b", 900, 900),
        answered("a", 300, 700, None, id="a2", message_id="m2"),
    ]
    figures = seat_figures("a", turns)
    assert (figures.answered, figures.asked) == (2, 2)
    assert figures.ttft_ms == Spread(200, 100, 300, 2)
    assert figures.cost_usd == Spread(0.1, 0.1, 0.1, 1)
    assert figures.tokens == Spread(20, 20, 20, 2)


def test_of_retries_the_last_counts() -> None:
    retried = [answered("a", 1, 2, status="failed"), answered("a", 100, 500, id="again")]
    figures = seat_figures("a", retried)
    assert (figures.answered, figures.asked, figures.total_ms) == (1, 1, Spread(500, 500, 500, 1))


def test_a_seat_that_never_answered_has_no_figures() -> None:
    figures = seat_figures("a", [answered("a", 1, 2, status="stopped")])
    assert (figures.answered, figures.asked, figures.ttft_ms) == (0, 1, None)
