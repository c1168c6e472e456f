"""What is known of one candidate, axis by axis, and each figure's source.

Three kinds of sources meet here: the rows of a snapshot; prices, from a list or a person's own; and
times that this gateway has measured. Prices and times hold for live candidates, beside any
snapshot. The demo fleet's figures are those of its snapshot alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from speko_client.models import Figure, SnapshotFile, SnapshotRow
from speko_gateway.candidates import Candidate

FROM_ANSWERS = 5
"""A measured time of fewer answers is not used."""


class Figures(NamedTuple):
    """One candidate's figures, in the order of the weights; None where there is none."""

    accuracy: Figure | None = None
    latency: Figure | None = None
    cost: Figure | None = None

    @property
    def known(self) -> bool:
        """Whether there is any."""
        return any(each is not None for each in self)

    @property
    def values(self) -> list[float | None]:
        """The bare numbers: quality, milliseconds, blended US$ per million tokens."""
        return [None if each is None else each.value for each in self]


class MeasuredTime(NamedTuple):
    """Time to first token over ``n`` real answers; ``until`` is the last one's ISO date."""

    p50_ms: float
    n: int
    until: str


class MeasuredTimes(Protocol):
    """The times that the gateway has seen itself."""

    @property
    def revision(self) -> int:
        """Another number whenever a time has changed, so that a ranking can be kept until then."""
        ...

    def ttft(self, candidate: Candidate, region: str) -> MeasuredTime | None:
        """The candidate's time for callers in this region; None where none was measured."""
        ...


class Prices(Protocol):
    """What tokens cost. A price does not change while the process runs."""

    async def ready(self, candidates: Iterable[Candidate]) -> None:
        """Return when these candidates' prices can be asked for without waiting."""
        ...

    def cost(self, candidate: Candidate) -> Figure | None:
        """The candidate's price, blended US$ per million tokens; None where nobody knows it."""
        ...


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """What is known of live candidates beside any snapshot."""

    prices: Prices | None = None
    times: MeasuredTimes | None = None

    async def ready(self, candidates: Iterable[Candidate]) -> None:
        """Return when these candidates' figures can be asked for without waiting."""
        if self.prices:
            await self.prices.ready(candidates)

    @property
    def revision(self) -> int:
        """Another number whenever a figure has changed."""
        return self.times.revision if self.times else 0

    def cost(self, candidate: Candidate) -> Figure | None:
        """Its price, where one is known."""
        return self.prices.cost(candidate) if self.prices else None

    def latency(self, candidate: Candidate, region: str) -> Figure | None:
        """Its measured time, where there are answers enough; of another region than asked, none."""
        if self.times is None:
            return None
        time = self.times.ttft(candidate, region)
        if time is None or time.n < FROM_ANSWERS:
            return None
        return Figure(
            axis="latency",
            value=time.p50_ms,
            source="measured by this gateway",
            date=time.until,
            n=time.n,
        )


NOTHING_LIVE = LiveFigures()


def row_figures(row: SnapshotRow, file: SnapshotFile) -> Figures:
    """A row's own figures; without a source of its own, the snapshot is it."""
    source, date = row.source or file.label, file.date.isoformat()
    cost = row.cost
    return Figures(
        accuracy=None
        if row.quality is None
        else Figure(
            axis="accuracy",
            value=row.quality,
            source=source,
            date=date,
            n=row.n,
            low=row.quality_low,
            high=row.quality_high,
            effort=row.effort,
        ),
        latency=None
        if row.ttft_ms is None
        else Figure(axis="latency", value=row.ttft_ms, source=source, date=date),
        cost=None if cost is None else Figure(axis="cost", value=cost, source=source, date=date),
    )
