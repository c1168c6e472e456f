"""How a session flowed: from first choice through failed attempts to who served. Pure.

A turn's path has a first stop (whom the router predicted, else who was tried first), a stop for
every candidate that failed, and an end. Nothing is guessed: where a server names nobody, the stop
is NOBODY, and the path goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple

import pandas as pd

from playground.analytics.frames import source
from playground.look import palette
from playground.look.palette import NOBODY
from playground.sessions.ranking import candidates
from playground.sessions.totals import named_failures, unnamed_failures
from playground.sessions.turns import Turn

MOST_FAILED: Final = 2
"""So many failed candidates of one turn have a stop of their own; the rest share one."""

Kind = Literal["first", "failed", "served"]

_FLOWS: Final = {
    "turn_id": "string",
    "turn": "Int64",
    "first_provider": "string",
    "first_model": "string",
    "predicted": "boolean",
    "failed": "string",
    "failures": "Int64",
    "provider": "string",
    "model": "string",
    "status": "string",
    "source": "string",
    "simulated": "boolean",
    "drill": "boolean",
}
_MOMENTS: Final = {
    "turn_id": "string",
    "turn": "Int64",
    "place": "Int64",
    "of": "Int64",
    "what": "string",
    "provider": "string",
    "model": "string",
    "reason": "string",
    "status": "string",
    "source": "string",
    "simulated": "boolean",
    "drill": "boolean",
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
        if self.provider != NOBODY:
            named = palette.label(self.provider, self.model or None)
            return f"✕ {named}" if self.kind == "failed" else named
        return {"first": "not told", "failed": "✕ not named", "served": "no whole answer"}[
            self.kind
        ]


class Link(NamedTuple):
    """The turns that went from one stop to the next, by number and id."""

    source: Stop
    target: Stop
    turns: tuple[int, ...]
    turn_ids: tuple[str, ...]
    drilled: int


class Route(NamedTuple):
    """The turns that went one whole way."""

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
    return (Stop("first", 0, *_first(turn)), *stops, Stop("served", -1, *_served(turn)))


def links(turns: Iterable[Turn]) -> tuple[Link, ...]:
    """Every step between two stops, with the turns that took it."""
    taken: dict[tuple[Stop, Stop], list[Turn]] = defaultdict(list)
    for turn in turns:
        stops = path(turn)
        for step in pairwise(stops):
            taken[step].append(turn)
    return tuple(
        Link(*step, _numbers(took), _ids(took), sum(turn.drilled for turn in took))
        for step, took in sorted(taken.items(), key=lambda item: (item[0], item[1][0].number))
    )


def routes(turns: Iterable[Turn]) -> tuple[Route, ...]:
    """The ways that were taken: those with a failure first, then by number of turns."""
    taken: dict[tuple[Stop, ...], list[Turn]] = defaultdict(list)
    for turn in turns:
        taken[path(turn)].append(turn)
    found = [Route(stops, _numbers(took), _ids(took)) for stops, took in taken.items()]
    return tuple(sorted(found, key=lambda way: (not way.failed_over, -len(way.turns), way.label)))


def flows(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per turn: its first choice, who failed (in order, in words), who served."""
    return _frame((_flow(turn) for turn in turns), _FLOWS)


def moments(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per attempt that failed and one per turn's end, in their order.

    ``what`` is "failed" or "served"; ``place`` counts a turn's rows from 0, ``of`` is how many it
    has. ``provider`` is NA where nobody is named, or nobody gave a whole answer.
    """
    return _frame((row for turn in turns for row in _moments(turn)), _MOMENTS)


def _first(turn: Turn) -> tuple[str, str]:
    ranked = candidates(turn.ranking) if turn.ranking else []
    if ranked:
        return ranked[0].provider_id, ranked[0].model_id
    if turn.answer.attempts:
        return turn.answer.attempts[0].provider, turn.answer.attempts[0].model
    return _served(turn) if turn.answer.failover_count == 0 else (NOBODY, "")


def _served(turn: Turn) -> tuple[str, str]:
    if turn.status == "failed" or not turn.answer.provider:
        return NOBODY, ""
    return turn.answer.provider, turn.answer.model or ""


def _flow(turn: Turn) -> dict[str, Any]:
    first, *failed, end = path(turn)
    return _turn(turn) | {
        "first_provider": first.provider or None,
        "first_model": first.model or None,
        "predicted": turn.ranking is not None,
        "failed": ", ".join(stop.label.removeprefix("✕ ") for stop in failed) or None,
        "failures": len(named_failures(turn)) + unnamed_failures(turn),
        "provider": end.provider or None,
        "model": end.model or None,
    }


def _moments(turn: Turn) -> Iterable[dict[str, Any]]:
    failed: list[tuple[str | None, str | None, str | None]] = [
        (each.provider, each.model, each.message or each.code) for each, _ in named_failures(turn)
    ]
    failed += [(None, None, None)] * unnamed_failures(turn)
    row = _turn(turn) | {"of": len(failed) + 1}
    for place, (provider, model, reason) in enumerate(failed):
        who = {"provider": provider, "model": model, "reason": reason}
        yield row | who | {"place": place, "what": "failed"}
    provider, model = _served(turn)
    who = {"provider": provider or None, "model": model or None, "reason": None}
    yield row | who | {"place": len(failed), "what": "served"}


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "turn_id": turn.id,
        "turn": turn.number,
        "status": turn.status,
        "source": source(turn),
        "simulated": turn.answer.simulated,
        "drill": turn.drilled,
    }


def _numbers(turns: Iterable[Turn]) -> tuple[int, ...]:
    return tuple(turn.number for turn in turns)


def _ids(turns: Iterable[Turn]) -> tuple[str, ...]:
    return tuple(turn.id for turn in turns)


def _frame(rows: Iterable[Mapping[str, Any]], types: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(types)).astype(dict(types))
