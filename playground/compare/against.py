"""The router beside each provider it could have chosen, over the messages both were asked. Pure.

Of retries the first counts: a failure that was tried again until it went well was a failure. What a
person stopped, or a restart cut off, is nobody's outcome and is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from playground.compare.duels import label_of
from playground.compare.figures import ttft
from playground.compare.pair_votes import PairVotes, pair_votes
from playground.compare.paired import (
    Difference,
    cost_ratio,
    cross_fitted,
    looked_at,
    oracle,
    random_mix,
    time_difference,
)
from playground.compare.ratings import Vote
from playground.compare.seats import MOST, Comparison, Seat, as_token, may_be_pinned, messages
from playground.look import palette
from playground.servers.pool import candidates, covers
from playground.sessions.turns import Turn
from speko_client.models import RoutingPreview, ScoredCandidate

Kind = Literal["provider", "control", "bound"]
Outcomes = Mapping[str, Turn]
"""By message: how it ended."""

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rival:
    """One whom the router stands beside: a provider, a control made of them, or the bound.

    ``time`` is the router's time to the first token less theirs in milliseconds, ``cost`` the
    router's over theirs; None where that is not known. ``failed`` of the ``asked`` messages that
    both were asked went wrong there.
    """

    name: str
    kind: Kind
    provider: str = ""
    time: Difference | None = None
    cost: Difference | None = None
    votes: PairVotes | None = None
    asked: int | None = None
    failed: int | None = None


@dataclass(frozen=True, slots=True)
class Against:
    """What the messages so far say; the router failed at ``failed`` of its ``messages``.

    ``simulated`` and ``drilled`` count among all the ``answers`` that are compared.
    """

    messages: int
    failed: int
    answers: int
    simulated: int
    drilled: int
    rivals: tuple[Rival, ...]

    @property
    def providers(self) -> tuple[Rival, ...]:
        """The single providers, without the controls."""
        return tuple(rival for rival in self.rivals if rival.kind == "provider")


def every_candidate(ranking: RoutingPreview) -> list[ScoredCandidate]:
    """Whom the router could have chosen: each provider's best first, then the rest, best first."""
    best: dict[str, ScoredCandidate] = {}
    for each in candidates(ranking):
        best.setdefault(each.provider_id, each)
    return [*best.values(), *(each for each in candidates(ranking) if each not in best.values())]


def lined_up(
    comparison: Comparison,
    others: Sequence[ScoredCandidate],
    used: Iterable[str | None] = (),
) -> Comparison:
    """The router by the page's settings, with these pinned beside it as far as there are seats.

    A model whose id a seat cannot hold stays out. Seats that stay keep their letters, and so their
    answers; no other gets a ``used`` one.
    """
    pins = [f"{each.provider_id}:{each.model_id}" for each in others]
    seats = [Seat(id="a"), *(Seat(id="a", pin=pin) for pin in pins if may_be_pinned(pin))]
    wanted = {as_token(seat): seat for seat in seats[:MOST]}
    plain = (seat for seat in comparison.seats if seat.what_if is None)
    kept = tuple(seat for seat in plain if wanted.pop(as_token(seat), None))
    taken = {*used, *(seat.id for seat in comparison.seats)}
    after = comparison.model_copy(update={"seats": kept, "winner": None})
    return after.added(*wanted.values(), used=taken)


def against(
    comparison: Comparison, router: Seat, turns: Sequence[Turn], votes: Sequence[Vote]
) -> Against:
    """The router's seat beside every pinned one, the controls made of these, and the bound.

    ``votes`` name seats as the stored ones do (``duels.label_of``).
    """
    ours = outcomes(router.id, turns)
    theirs = {seat: outcomes(seat.id, turns) for seat in comparison.seats if seat.pin}
    met = {seat: each for seat, each in theirs.items() if each.keys() & ours.keys()}
    rivals = [
        replace(_provider(seat.pin or "", ours, each), votes=_votes(votes, router, seat))
        for seat, each in met.items()
    ]
    if len(rivals) > 1:
        pins = [seat.pin or "" for seat in met]
        rivals += [*_always(pins, rivals, ours), *_controls(ours, list(met.values()))]
    answers = [turn for each in (ours, *met.values()) for turn in each.values()]
    return Against(
        messages=len(ours),
        failed=sum(map(_has_failed, ours.values())),
        answers=len(answers),
        simulated=sum(turn.answer.simulated for turn in answers),
        drilled=sum(turn.drilled for turn in answers),
        rivals=tuple(rivals),
    )


def outcomes(seat_id: str, turns: Sequence[Turn]) -> Outcomes:
    """The first of this seat's turns that ended by itself, well or not, of each message."""
    found: dict[str, Turn] = {}
    for group in messages(turns):
        for turn in group:
            if turn.seat == seat_id and turn.status in ("done", "failed"):
                found.setdefault(turn.message_id or turn.id, turn)
    return found


def _votes(votes: Sequence[Vote], router: Seat, seat: Seat) -> PairVotes | None:
    return pair_votes(votes, label_of(router), label_of(seat))


def _provider(pin: str, ours: Outcomes, theirs: Outcomes) -> Rival:
    vendor, _, model = pin.partition(":")
    both = [message for message in theirs if message in ours]
    return Rival(
        palette.label(vendor, model or None),
        "provider",
        vendor,
        *_differences(ours, [theirs], oracle),
        asked=len(both),
        failed=sum(_has_failed(theirs[message]) for message in both),
    )


def _always(pins: Sequence[str], rivals: Sequence[Rival], ours: Outcomes) -> Iterator[Rival]:
    """The cheapest and the best by the ranking's own figures, which no answer here has changed."""
    rankings = [turn.ranking for turn in ours.values() if turn.ranking]
    figures = {
        place: each.axes
        for each in reversed(candidates(rankings[-1]) if rankings else [])
        for place, pin in enumerate(pins)
        if each.axes and covers([pin], each.provider_id, each.model_id)
    }
    prices = {place: axes.cost for place, axes in figures.items() if axes.cost is not None}
    qualities = {place: axes.quality for place, axes in figures.items() if axes.quality is not None}
    if prices:
        yield _control("Always the cheapest", rivals[min(prices, key=prices.__getitem__)])
    if qualities:
        yield _control("Always the best", rivals[max(qualities, key=qualities.__getitem__)])


def _control(name: str, rival: Rival) -> Rival:
    return replace(rival, name=f"{name}: {rival.name}", kind="control", provider="")


def _controls(ours: Outcomes, theirs: Sequence[Outcomes]) -> Iterator[Rival]:
    fitted = _differences(ours, theirs, cross_fitted)
    yield Rival("Best single provider, cross-fitted", "control", "", *fitted)
    yield Rival("A random mix of them", "control", "", *_differences(ours, theirs, random_mix))
    yield Rival("Oracle, an upper bound", "bound", "", *_differences(ours, theirs, oracle))


def _differences(
    ours: Outcomes, theirs: Sequence[Outcomes], choose: Callable[[_Floats], _Floats]
) -> tuple[Difference | None, Difference | None]:
    """In time and in cost, beside one figure a message, chosen among theirs."""
    times = _table([ours, *theirs], _time)
    time = looked_at(times, lambda rows: time_difference(*map(_or_failed, _both(rows, choose))))
    priced = [side for side in theirs if any(not np.isnan(_cost(turn)) for turn in side.values())]
    if not priced:
        return time, None
    costs = _table([ours, *priced], _cost)
    return time, looked_at(costs, lambda rows: cost_ratio(*map(list, _both(rows, choose))))


def _both(rows: _Floats, choose: Callable[[_Floats], _Floats]) -> tuple[_Floats, _Floats]:
    return rows[:, 0], choose(rows[:, 1:])


def _table(sides: Sequence[Outcomes], figure: Callable[[Turn], float]) -> _Floats:
    """A row for each message whose figure is known of every side."""
    shared = [message for message in sides[0] if all(message in side for side in sides)]
    rows = [[figure(side[message]) for side in sides] for message in shared]
    table = np.array(rows, dtype=float).reshape(-1, len(sides))
    known: _Floats = table[~np.isnan(table).any(axis=1)]
    return known


def _time(turn: Turn) -> float:
    known = ttft(turn)
    return math.inf if _has_failed(turn) else math.nan if known is None else known


def _cost(turn: Turn) -> float:
    known = None if _has_failed(turn) else turn.answer.cost_usd
    return math.nan if known is None else known


def _has_failed(turn: Turn) -> bool:
    return turn.status == "failed"


def _or_failed(times: _Floats) -> list[float | None]:
    return [None if math.isinf(time) else float(time) for time in times]
