"""What is compared: answers' figures, who was first, and each seat over its messages. Pure.

An answer without an end has no figures: neither a failed nor a stopped one is first at anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from playground.compare.seats import messages
from playground.look import words
from playground.sessions.totals import counted_tokens, failovers
from playground.sessions.turns import Turn


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure of a seat over its answers: the median, the least, the most, how many, and all."""

    middle: float
    low: float
    high: float
    n: int
    values: tuple[float, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class SeatFigures:
    """A seat's answers in numbers; what nobody knows is None.

    Times are milliseconds, ``cost_usd`` is estimated, ``tokens`` are those of the answers.
    """

    seat: str
    answered: int
    asked: int
    ttft_ms: Spread | None
    total_ms: Spread | None
    tokens: Spread | None
    cost_usd: Spread | None
    failovers: int


def seat_figures(seat: str, turns: Sequence[Turn]) -> SeatFigures:
    """The figures of one seat over all messages it was asked; of retries, the last counts."""
    latest = [turn for group in messages(turns) if (turn := _latest(group, seat)) is not None]
    done = [turn for turn in latest if turn.status == "done"]
    return SeatFigures(
        seat=seat,
        answered=len(done),
        asked=len(latest),
        ttft_ms=_spread(map(ttft, done)),
        total_ms=_spread(map(total, done)),
        tokens=_spread(map(tokens, done)),
        cost_usd=_spread(turn.answer.cost_usd for turn in done),
        failovers=sum(failovers(turn) for turn in latest),
    )


def medals(turns: Iterable[Turn]) -> dict[str, list[str]]:
    """By turn: who of these was first to speak and to finish, and cheapest, and how far behind.

    For the answers to one message. Nothing is said of a figure that only one of them has, and
    equal ones share the first place.
    """
    done = [turn for turn in turns if turn.status == "done"]
    said: dict[str, list[str]] = {turn.id: [] for turn in done}
    for figure, first, behind in (
        (ttft, "first to speak", _later("speaks")),
        (total, "first to finish", _later("ends")),
        (_cost, "cheapest", _dearer),
    ):
        known = [(value, turn.id) for turn in done if (value := figure(turn)) is not None]
        best = min(known)[0] if len(known) > 1 else None
        for value, turn_id in known if best is not None else ():
            said[turn_id].append(first if value == best else behind(value, best or 0.0))
    return said


def ttft(turn: Turn) -> float | None:
    """Milliseconds to the first token."""
    return turn.answer.timing.ttft_ms if turn.answer.timing else None


def total(turn: Turn) -> float | None:
    """Milliseconds to the end."""
    return turn.answer.timing.total_ms if turn.answer.timing else None


def tokens(turn: Turn) -> float | None:
    """Tokens of the answer."""
    usage = counted_tokens(turn)
    return None if usage is None else float(usage.completion_tokens)


def _cost(turn: Turn) -> float | None:
    return turn.answer.cost_usd


def _later(does: str) -> Callable[[float, float], str]:
    return lambda value, best: f"{does} {words.milliseconds(value - best)} later"


def _dearer(value: float, best: float) -> str:
    return f"{value / best:.1f}× the cheapest" if best > 0 else words.dollars(value)


def _latest(group: Sequence[Turn], seat: str) -> Turn | None:
    return next((turn for turn in reversed(group) if turn.seat == seat), None)


def _spread(values: Iterable[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    return Spread(median(known), min(known), max(known), len(known), tuple(known))
