"""Routing with the health gate: who is left out, and who is tried anyway.

Where the gate would leave nobody, those it keeps out for their errors are tried after all, the
least bad first: a call that may fail is better than one that is refused. A candidate whose vendor
asked for a pause is not tried: it would refuse again, and for longer. Where only such candidates
are left, the caller learns when the first of them is back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from speko_client.models import Attempt, ReasoningEffort, RoutingIntent
from speko_gateway.candidates import Candidate, Selection
from speko_gateway.errors import GatewayError
from speko_gateway.routing.health import HealthGate
from speko_gateway.routing.ranking import (
    Filtered,
    PoolEntry,
    Ranking,
    Shortlist,
    shortlist,
)
from speko_gateway.routing.scores import Snapshot, Weights

MOST_KEPT = 256
"""Callers name languages and allow-lists, so there is no end to different shortlists."""

MOST_ENTRIES = 100
"""No shortlist is kept for a longer allow-list: a request's body has room for 2 MiB of them."""

MOST_NAMED = 20
"""Entries of an allow-list that an error names; an allow-list may have hundreds."""
MOST_SHOWN = 80
"""Characters of one entry."""

_ALL_OUT = "Everyone in the pool failed too often lately; the least bad are tried anyway."

Shortlisting = Callable[
    [
        RoutingIntent,
        Selection | None,
        Snapshot,
        Sequence[PoolEntry],
        Mapping[Candidate, str],
        ReasoningEffort | None,
    ],
    Shortlist,
]
"""``shortlist`` itself, or something that returns the same."""


@dataclass(frozen=True, slots=True)
class GatedShortlist:
    """A shortlist under the gate. ``all_out``: the gate left nobody, so all are tried anyway."""

    shortlist: Shortlist
    health: HealthGate
    all_out: bool

    def ranking(self, weights: Weights) -> Ranking:
        """The ranking by these weights."""
        ranking = self.shortlist.ranking(weights)
        if self.all_out:
            ranking = _least_bad_first(ranking, self.health)
        return _with_trials(ranking, self.health)


def gated_shortlist(
    intent: RoutingIntent,
    allowed: Selection | None,
    snapshot: Snapshot,
    pool: Sequence[PoolEntry],
    health: HealthGate,
    make: Shortlisting = shortlist,
    effort: ReasoningEffort | None = None,
) -> GatedShortlist:
    """Filter and normalise, with the gate as it is now; ``make`` makes the shortlist."""
    out = health.unhealthy()
    found = make(intent, allowed, snapshot, pool, out, effort)
    if found.scored or found.behind or not out:
        return GatedShortlist(found, health, all_out=False)
    held = health.held()
    reasons = {candidate: reason for candidate, reason in out.items() if candidate in held}
    found = make(intent, allowed, snapshot, pool, reasons, effort)
    return GatedShortlist(found, health, all_out=True)


class RememberedShortlists:
    """``shortlist`` with the latest ones kept: most requests ask with the same few intents.

    To look one up costs a fifth of making it. Only those of ``snapshot`` are kept, and none of
    requests with a what-if or with connections of their own. While a candidate is out of the pool
    nothing is kept either: the reason names the seconds left, so it is another one each second. All
    are forgotten when a measured time has changed.
    """

    def __init__(self, snapshot: Snapshot, most: int = MOST_KEPT) -> None:
        self._snapshot = snapshot
        self._most = most
        self._kept: dict[object, Shortlist] = {}
        self._revision = snapshot.live.revision

    def __call__(
        self,
        intent: RoutingIntent,
        allowed: Selection | None,
        snapshot: Snapshot,
        pool: Sequence[PoolEntry],
        unhealthy: Mapping[Candidate, str],
        effort: ReasoningEffort | None = None,
    ) -> Shortlist:
        """The same as ``shortlist`` of these."""
        if snapshot is not self._snapshot or unhealthy or _is_long(allowed):
            return shortlist(intent, allowed, snapshot, pool, unhealthy, effort)
        if self._revision != snapshot.live.revision:
            self._kept.clear()
            self._revision = snapshot.live.revision
        where = intent.language, intent.vertical, intent.region
        key = where, effort, allowed, tuple(pool)
        found = self._kept.get(key)
        if found is None:
            found = shortlist(intent, allowed, snapshot, pool, unhealthy, effort)
            self._kept[key] = found
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return found


def nobody(
    ranking: Ranking, health: HealthGate, allowed: Selection | None, absent: Callable[[str], str]
) -> GatewayError:
    """The error where the ranking is empty.

    Of an allow-list it says why each entry cannot answer; all others are only counted. ``absent``
    is why an entry names no candidate, as a plain clause.
    """
    held = health.held()
    resting = [each for each in ranking.filtered_out if each.code == "unhealthy"]
    pauses = [held[each.candidate] for each in resting if each.candidate in held]
    if pauses:
        return pause_asked_for(min(pauses), _reasons(resting))
    return GatewayError(
        500,
        "COMPLETE_FAILED",
        "No provider is available for this intent and allow-list. Widen the allow-list or make "
        f"one available. {_why_nobody(ranking.filtered_out, allowed, absent)}".rstrip(),
    )


def pause_asked_for(
    seconds: float | None, reasons: str = "", attempts: Sequence[Attempt] = ()
) -> GatewayError:
    """Every vendor that could answer asked for a pause; the first is back in so many seconds.

    None: nobody said for how long.
    """
    wait = None if seconds is None else max(1, math.ceil(seconds))
    when = "later" if wait is None else f"in {wait} s"
    return GatewayError(
        429,
        "RATE_LIMITED",
        f"Every provider that could answer asked for a pause. Ask again {when}, "
        f"or allow others. {reasons}".rstrip(),
        attempts=attempts,
        headers=None if wait is None else {"retry-after": str(wait)},
    )


def _why_nobody(
    filtered: Sequence[Filtered], allowed: Selection | None, absent: Callable[[str], str]
) -> str:
    if allowed is None:
        return _reasons(filtered)
    own = [each for each in filtered if allowed.covers(each.candidate)]
    named = {name for each in own for name in (each.candidate.provider, each.candidate.id)}
    unknown = sorted(allowed.entries - named)
    clauses = [f"{each.candidate}: {each.reason}" for each in own]
    clauses += [f"{_shown(entry)}: {absent(entry)}" for entry in unknown[:MOST_NAMED]]
    if (more := len(unknown) - MOST_NAMED) > 0:
        clauses.append(f"{more} more entries name nobody")
    if others := len(filtered) - len(own):
        clauses.append(f"not on the allow-list: {others} {'other' if others == 1 else 'others'}")
    return "; ".join(clauses)


def _shown(entry: str) -> str:
    """A caller's text in an error: short, and without what cannot be printed."""
    text = entry if entry.isprintable() else repr(entry)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def _is_long(allowed: Selection | None) -> bool:
    return allowed is not None and len(allowed.entries) > MOST_ENTRIES


def _least_bad_first(ranking: Ranking, health: HealthGate) -> Ranking:
    if not ranking.ordered:
        return ranking
    # Stable, so that among equally bad ones the score decides.
    ordered = sorted(ranking.ordered, key=lambda each: health.badness(each.candidate))
    return replace(ranking, ordered=tuple(ordered), notes=(*ranking.notes, _ALL_OUT))


def _with_trials(ranking: Ranking, health: HealthGate) -> Ranking:
    trials = health.on_trial()
    notes = [
        _trial(each.candidate, trials[each.candidate])
        for each in ranking.ordered
        if each.candidate in trials
    ]
    return replace(ranking, notes=(*ranking.notes, *notes)) if notes else ranking


def _trial(candidate: Candidate, why: str) -> str:
    return f"{candidate} is on trial, one call at a time: {why}."


def _reasons(filtered: Sequence[Filtered]) -> str:
    return "; ".join(f"{each.candidate}: {each.reason}" for each in filtered)
