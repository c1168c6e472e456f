"""The path of each turn: from its first choice, through who failed, to who served. Pure.

A turn's path has a first stop (the preview's winner, else who was tried first), a stop for every
candidate that failed, and an end: who gave a whole answer. Nothing is guessed: where a server names
nobody, the stop is NOBODY, and the path goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from playground.look import palette
from playground.look.palette import NOBODY
from playground.servers.pool import candidates
from playground.sessions.totals import named_failures, unnamed_failures
from playground.sessions.turns import Turn

MOST_FAILED: Final = 2
"""So many failed candidates of one turn have a stop of their own; the rest share one."""

Kind = Literal["first", "failed", "served", "unanswered"]

_NAMELESS: Final[dict[Kind, str]] = {
    "first": "unknown",
    "failed": "✕ not named",
    "served": "not named",
    "unanswered": "no whole answer",
}


class Stop(NamedTuple):
    """One place on a turn's path; ``depth`` is 0 for the first choice, then counts who failed."""

    kind: Kind
    depth: int
    provider: str
    model: str
    more: bool = False

    @property
    def label(self) -> str:
        """The stop in words: ``OpenAI gpt-4o``, ``✕ xAI grok-2``, ``no whole answer``."""
        if self.more:
            return "✕ more failed"
        if self.provider == NOBODY:
            return _NAMELESS[self.kind]
        named = palette.label(self.provider, self.model or None)
        return f"✕ {named}" if self.kind == "failed" else named


class Link(NamedTuple):
    """The turns that went from one stop to the next, by number."""

    source: Stop
    target: Stop
    turns: tuple[int, ...]
    drilled: int


class Route(NamedTuple):
    """The turns that took the same path, by number and id."""

    stops: tuple[Stop, ...]
    turns: tuple[int, ...]
    turn_ids: tuple[str, ...]

    @property
    def failed_over(self) -> bool:
        """Whether somebody failed on it."""
        return len(self.stops) > 2

    @property
    def label(self) -> str:
        """``OpenAI gpt-4o → ✕ OpenAI gpt-4o → xAI grok-2``."""
        return " → ".join(stop.label for stop in self.stops)


def path(turn: Turn) -> tuple[Stop, ...]:
    """The stops of a turn that is over; the first and the end at least."""
    failed = [(each.provider, each.model) for each, _ in named_failures(turn)]
    failed += [(NOBODY, "")] * unnamed_failures(turn)
    stops = [Stop("failed", depth, *who) for depth, who in enumerate(failed[:MOST_FAILED], start=1)]
    if len(failed) > MOST_FAILED:
        stops.append(Stop("failed", MOST_FAILED + 1, NOBODY, "", more=True))
    return (Stop("first", 0, *_first(turn)), *stops, _end(turn))


def links(turns: Iterable[Turn]) -> tuple[Link, ...]:
    """Every step between two stops, with the turns that took it."""
    taken: dict[tuple[Stop, Stop], list[Turn]] = defaultdict(list)
    for turn in turns:
        for step in pairwise(path(turn)):
            taken[step].append(turn)
    return tuple(
        Link(*step, _numbers(took), sum(turn.drilled for turn in took))
        for step, took in sorted(taken.items(), key=lambda item: (item[0], item[1][0].number))
    )


def routes(turns: Iterable[Turn]) -> tuple[Route, ...]:
    """The paths that were taken: those with a failure first, then by number of turns."""
    taken: dict[tuple[Stop, ...], list[Turn]] = defaultdict(list)
    for turn in turns:
        taken[path(turn)].append(turn)
    found = [
        Route(stops, _numbers(took), tuple(turn.id for turn in took))
        for stops, took in taken.items()
    ]
    return tuple(
        sorted(found, key=lambda each: (not each.failed_over, -len(each.turns), each.label))
    )


def _end(turn: Turn) -> Stop:
    if turn.status == "done":
        return Stop("served", -1, *served_by(turn))
    return Stop("unanswered", -1, NOBODY, "")


def served_by(turn: Turn) -> tuple[str, str]:
    """Provider and model of the answer; NOBODY where the turn failed or no provider is named."""
    if turn.status == "failed" or not turn.answer.provider:
        return NOBODY, ""
    return turn.answer.provider, turn.answer.model or ""


def _first(turn: Turn) -> tuple[str, str]:
    ranked = candidates(turn.ranking) if turn.ranking else []
    if ranked:
        return ranked[0].provider_id, ranked[0].model_id
    if turn.answer.attempts:
        return turn.answer.attempts[0].provider, turn.answer.attempts[0].model
    return served_by(turn) if turn.answer.failover_count == 0 else (NOBODY, "")


def _numbers(turns: Iterable[Turn]) -> tuple[int, ...]:
    return tuple(turn.number for turn in turns)
