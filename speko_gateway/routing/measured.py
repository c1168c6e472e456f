"""Measured times: how long real answers took to their first word, as this gateway saw it.

The last 200 answers of each candidate count, by the caller's region. They are kept over restarts
in one small file, which is written every few seconds and at the end. A vendor's model at another
address is another server's, so its times are its own; those at addresses that came with a request
end with the process.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import logging
import statistics
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from speko_client.models import Region
from speko_gateway.candidates import Candidate
from speko_gateway.files import UnusableFileError, read_regular, replace_file
from speko_gateway.routing.figures import MeasuredTime

MOST_ANSWERS: Final = 200
"""Of one candidate in one region; the latest count."""
MOST_CANDIDATES: Final = 500
"""Those that answered last: callers bring models and addresses of their own."""
SAVE_SECONDS: Final = 3.0
"""How often the file is written at most, and so what a killed gateway loses."""
FILE_NAME: Final = "measured-times.json"
MOST_BYTES: Final = 4 * 1024 * 1024

_log = logging.getLogger(__name__)

_Milliseconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
_Name = Annotated[str, Field(min_length=1, max_length=200)]


class Place(NamedTuple):
    """A candidate for callers of one region. ``address`` is empty where the vendor has its own."""

    candidate: Candidate
    region: str
    address: str = ""


class _SavedTimes(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: _Name
    model: _Name
    region: Region
    until: datetime.date
    address: Annotated[str, Field(max_length=2_000)] = ""
    ms: Annotated[tuple[_Milliseconds, ...], Field(min_length=1, max_length=MOST_ANSWERS)]


class _SavedFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[int, Field(ge=1, le=1)] = 1
    times: Annotated[tuple[_SavedTimes, ...], Field(max_length=MOST_CANDIDATES, fail_fast=True)]


@dataclass(slots=True)
class _Times:
    ms: deque[float]
    until: datetime.date
    p50: float = field(init=False)

    def __post_init__(self) -> None:
        self.p50 = statistics.median(self.ms)

    def add(self, ms: float, today: datetime.date) -> None:
        """One more answer; the oldest one goes where there are too many."""
        self.ms.append(ms)
        self.until, self.p50 = today, statistics.median(self.ms)


class TimesKept:
    """All times of this process, and its file. ``path`` None: they end with the process.

    ``today`` is the date of an answer, in UTC. ``lasting`` are the addresses, other than vendors'
    own, whose times are kept in the file: those that the environment names.
    """

    def __init__(
        self,
        path: Path | None = None,
        today: Callable[[], datetime.date] = lambda: datetime.datetime.now(datetime.UTC).date(),
        lasting: Iterable[str] = (),
    ) -> None:
        self._path = path
        self._today = today
        # What stands before an @ or behind a ? may be secret.
        self._lasting = {"", *(each for each in lasting if not {"@", "?"} & {*each})}
        self._times: OrderedDict[Place, _Times] = OrderedDict(_read(path) if path else ())
        self._writing = threading.Lock()
        self._complained = False
        self._saved = 0
        self.revision = 0
        """Another number whenever a time has changed."""

    def note(self, place: Place, seconds: float) -> None:
        """A real answer's first words came after so many seconds."""
        ms, today = round(seconds * 1000, 1), self._today()
        times = self._times.get(place)
        if times is None:
            self._times[place] = _Times(deque([ms], MOST_ANSWERS), today)
        else:
            times.add(ms, today)
        self._times.move_to_end(place)
        if len(self._times) > MOST_CANDIDATES:
            self._times.popitem(last=False)
        self.revision += 1

    def at(self, place: Place) -> MeasuredTime | None:
        """What was measured there; None where nothing was."""
        times = self._times.get(place)
        if times is None:
            return None
        return MeasuredTime(times.p50, len(times.ms), times.until.isoformat())

    def through(self, addresses: Mapping[str, str]) -> TimesSeen:
        """These times for a request that reaches some vendors at other addresses."""
        return TimesSeen(self, addresses)

    async def keep(self) -> None:
        """Write the file every few seconds where there is news, until cancelled."""
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            if self.revision != self._saved:
                await asyncio.to_thread(self._write, self.revision, self._content())

    def save(self) -> None:
        """Write what is not written yet."""
        if self.revision != self._saved:
            self._write(self.revision, self._content())

    def _content(self) -> bytes:
        rows = [
            {
                "provider": place.candidate.provider,
                "model": place.candidate.model,
                "region": place.region,
                "address": place.address,
                "until": times.until.isoformat(),
                "ms": list(times.ms),
            }
            for place, times in self._times.items()
            if place.address in self._lasting
        ]
        return json.dumps({"version": 1, "times": rows}, separators=(",", ":")).encode()

    def _write(self, revision: int, content: bytes) -> None:
        with self._writing:
            if self._path is None or revision <= self._saved:
                return
            try:
                replace_file(self._path, content)
                self._saved = revision
            except OSError as error:
                if not self._complained:
                    self._complained = True
                    _log.warning(
                        "Measured times cannot be kept in %s: %s. They end with this process.",
                        self._path,
                        error.strerror or type(error).__name__,
                    )


@dataclass(frozen=True, slots=True)
class TimesSeen:
    """The times as one request may use them. ``addresses`` are those that are not a vendor's own,
    by vendor."""

    kept: TimesKept
    addresses: Mapping[str, str]

    @property
    def revision(self) -> int:
        """Another number whenever a time has changed."""
        return self.kept.revision

    def ttft(self, candidate: Candidate, region: str) -> MeasuredTime | None:
        """The candidate's time for callers in this region; None where none was measured."""
        return self.kept.at(self._place(candidate, region))

    def note(self, region: str, candidate: Candidate, seconds: float) -> None:
        """It answered, and its first words came after so many seconds."""
        self.kept.note(self._place(candidate, region), seconds)

    def _place(self, candidate: Candidate, region: str) -> Place:
        return Place(candidate, region, self.addresses.get(candidate.provider, ""))


def _read(path: Path) -> Iterator[tuple[Place, _Times]]:
    """What was kept; nothing, and a line in the log, where the file cannot be used."""
    try:
        saved = _SavedFile.model_validate_json(read_regular(path, MOST_BYTES))
    except FileNotFoundError:
        return
    except UnusableFileError as error:
        _unusable(path, str(error))
    except OSError as error:
        _unusable(path, f"it cannot be read: {error.strerror or type(error).__name__}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        _unusable(path, f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}")
    else:
        yield from map(_restored, saved.times)


def _restored(row: _SavedTimes) -> tuple[Place, _Times]:
    place = Place(Candidate(row.provider, row.model), row.region, row.address)
    return place, _Times(deque(row.ms, MOST_ANSWERS), row.until)


def _unusable(path: Path, why: str) -> None:
    _log.warning("Measured times of earlier runs are lost: %s, %s.", path, why)
