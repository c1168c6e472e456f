"""The shelf: every snapshot that a request may name in ``X-Speko-Scores``.

Some ship with the gateway, one may be named on the command line, the others are files in a folder
of one's own. That is looked at again once a second, and at once where somebody names an id that is
not here: a snapshot that was just written can be used by the next request.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from speko_client.models import (
    SCORES_HEADER,
    ScoresProblem,
    ScoresSnapshot,
    SnapshotOrigin,
)
from speko_gateway.errors import GatewayError, invalid
from speko_gateway.routing.gating import RememberedShortlists, Shortlisting
from speko_gateway.routing.scores import Snapshot
from speko_gateway.routing.snapshot_folder import NOTHING, Contents, SnapshotFolder

LOOK_SECONDS: Final = 1.0
MOST_SHOWN: Final = 30
"""Ids that an error names."""
MOST_REMEMBERED: Final = 8
"""Snapshots whose shortlists are kept."""


class Shelf:
    """The snapshots by id. ``clock`` gives monotonic seconds.

    ``shipped`` come with the gateway; ``named`` is one more that somebody named at the start, whose
    id may be that of a shipped one, which it then replaces, and ``named_file`` its file.
    """

    def __init__(
        self,
        shipped: Iterable[Snapshot],
        named: Snapshot | None = None,
        folder: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        named_file: Path | None = None,
    ) -> None:
        self._fixed: dict[str, Snapshot] = {each.id: each for each in shipped}
        self._shipped = frozenset(self._fixed)
        if named is not None and self._fixed.get(named.id) is not named:
            self._fixed[named.id] = named
            self._shipped -= {named.id}
        taken = frozenset(self._fixed)
        self._folder = SnapshotFolder(folder, taken, named_file) if folder else None
        self._clock = clock
        self._contents = NOTHING
        self._due = 0.0
        self._look(now=True)

    def named(self, id: str) -> Snapshot:
        """The snapshot of this id. Raises GatewayError, 400, where there is none."""
        found = self.find(id)
        if found is None:
            raise invalid(f"{SCORES_HEADER}: {self._nothing_of_this_id()}")
        return found

    def asked_for(self, id: str) -> Snapshot:
        """The same for an id in a path: GatewayError, 404."""
        found = self.find(id)
        if found is None:
            raise GatewayError(404, "NOT_FOUND", self._nothing_of_this_id())
        return found

    def find(self, id: str) -> Snapshot | None:
        """The snapshot of this id, or None."""
        if (fixed := self._fixed.get(id)) is not None:
            return fixed
        return self._own(id, now=False) or self._own(id, now=True)

    def snapshots(self) -> Sequence[ScoresSnapshot]:
        """All of them, without their rows: the shipped ones first."""
        own = self._look(now=True).snapshots
        return [self.described(each) for each in (*self._fixed.values(), *own)]

    def problems(self) -> Sequence[ScoresProblem]:
        """The files that cannot be used, as they were looked at last."""
        return self._contents.problems

    def described(self, snapshot: Snapshot) -> ScoresSnapshot:
        """One of them, as the wire has it."""
        return ScoresSnapshot(
            **dict(snapshot.info),
            origin=self._origin(snapshot),
            notes=list(snapshot.file.notes),
            candidates=len(snapshot.index),
            languages=len({row.language for row in snapshot.file.rows}),
        )

    def _origin(self, snapshot: Snapshot) -> SnapshotOrigin:
        """As its file says, but only what ships is shipped."""
        if snapshot.id in self._shipped:
            return "shipped"
        return "file" if snapshot.file.origin == "shipped" else snapshot.file.origin

    def _own(self, id: str, *, now: bool) -> Snapshot | None:
        return next((each for each in self._look(now=now).snapshots if each.id == id), None)

    def _look(self, *, now: bool) -> Contents:
        if self._folder is not None and (now or self._clock() >= self._due):
            self._contents = self._folder.look()
            self._due = self._clock() + LOOK_SECONDS
        return self._contents

    def _nothing_of_this_id(self) -> str:
        own = [each.id for each in self._contents.snapshots]
        ids = [*self._fixed, *(id for id in own if id not in self._contents.owned)]
        more = f" and {len(ids) - MOST_SHOWN} more" if len(ids) > MOST_SHOWN else ""
        here = ", ".join(ids[:MOST_SHOWN])
        return f"there is no snapshot of this id here. There are {here}{more}"


class ShelvedShortlists:
    """Remembered shortlists for each snapshot, those of the latest few."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[Snapshot, RememberedShortlists]] = OrderedDict()

    def of(self, snapshot: Snapshot) -> Shortlisting:
        """Those of this snapshot; none of an earlier one with the same id."""
        kept, remembered = self._kept.get(snapshot.id, (None, None))
        if remembered is None or kept is not snapshot:
            remembered = RememberedShortlists(snapshot)
            self._kept[snapshot.id] = snapshot, remembered
        self._kept.move_to_end(snapshot.id)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return remembered
