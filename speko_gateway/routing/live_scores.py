"""Snapshots with what is known of live candidates beside them: prices, and measured times.

The demo fleet is ranked by the bare snapshots: its times are made up, and none of them is measured.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from speko_gateway.routing.figures import LiveFigures, Prices
from speko_gateway.routing.measured import TimesKept
from speko_gateway.routing.scores import Snapshot

MOST_KEPT: Final = 16
"""Snapshots that are kept as they were made, so that the shortlists remembered for them count."""


@dataclass(frozen=True, slots=True)
class LiveScores:
    """The prices and times of this process; ``on`` puts them beside a snapshot."""

    times: TimesKept = field(default_factory=TimesKept)
    prices: Prices | None = None
    _made: OrderedDict[object, tuple[Snapshot, Snapshot]] = field(default_factory=OrderedDict)

    def on(self, snapshot: Snapshot, addresses: Mapping[str, str]) -> Snapshot:
        """The snapshot with prices and times for a request that reaches vendors at these
        addresses. The same one each time, as long as there is no other of its id."""
        key = snapshot.id, frozenset(addresses.items())
        plain, made = self._made.get(key, (None, None))
        if made is None or plain is not snapshot:
            live = LiveFigures(self.prices, self.times.through(addresses))
            made = replace(snapshot, live=live)
            self._made[key] = snapshot, made
        self._made.move_to_end(key)
        if len(self._made) > MOST_KEPT:
            self._made.popitem(last=False)
        return made
