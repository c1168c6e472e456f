"""Surveys kept for the intents that come again.

A survey is a pure function of its arguments, and most requests of a gateway ask with the same few:
looking one up costs a fifth of making it. Only what concerns everybody is kept: one snapshot's
surveys, and none of requests that bring a what-if or connections of their own along. While
somebody is out of the pool none is kept either: why tells for how long still, so that each second
would leave others behind that never come again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from speko_client.models import RoutingIntent
from speko_gateway.candidates import Candidate, Selection
from speko_gateway.routing.ranking import PoolEntry, Survey, survey
from speko_gateway.routing.scores import Snapshot

Surveying = Callable[
    [RoutingIntent, Selection | None, Snapshot, Sequence[PoolEntry], Mapping[Candidate, str]],
    Survey,
]
"""``survey`` itself, or something that gives the same."""

MOST_KEPT = 256
"""Callers name languages and allow-lists, so there is no end to different surveys."""

MOST_ENTRIES = 100
"""A survey is not kept for a longer allow-list: a request's body has room for 2 MiB of them."""


class RememberedSurveys:
    """``survey``, the latest ones of ``snapshot`` remembered."""

    def __init__(self, snapshot: Snapshot, most: int = MOST_KEPT) -> None:
        self._snapshot = snapshot
        self._most = most
        self._kept: dict[object, Survey] = {}

    def __call__(
        self,
        intent: RoutingIntent,
        allowed: Selection | None,
        snapshot: Snapshot,
        pool: Sequence[PoolEntry],
        unhealthy: Mapping[Candidate, str],
    ) -> Survey:
        """The same as ``survey`` of these."""
        if snapshot is not self._snapshot or unhealthy or _is_long(allowed):
            return survey(intent, allowed, snapshot, pool, unhealthy)
        key = intent.language, intent.vertical, intent.region, allowed, tuple(pool)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = survey(intent, allowed, snapshot, pool, unhealthy)
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return found


def _is_long(allowed: Selection | None) -> bool:
    return allowed is not None and len(allowed.entries) > MOST_ENTRIES
