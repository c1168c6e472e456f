"""Measured times: how long real answers took to their first word, as this gateway saw it.

The last 200 answers of each candidate count, by the caller's region. They are kept over restarts
in one small file, which is written every few seconds and at the end; two processes may share it. A
vendor's model at another address is another server's, so its times are its own; those at addresses
that came with a request end with the process.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
import statistics
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

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

_Milliseconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
_LONGEST_NAME: Final = 200
_LONGEST_ADDRESS: Final = 2_000
_Name = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME)]


class _SavedTimes(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: _Name
    model: _Name
    region: _Name
    until: datetime.date
    address: Annotated[str, Field(max_length=_LONGEST_ADDRESS)] = ""
    ms: Annotated[tuple[_Milliseconds, ...], Field(min_length=1, max_length=MOST_ANSWERS)]


class Place(NamedTuple):
    """A candidate for callers of one region. ``address`` is empty where the vendor has its own."""

    candidate: Candidate
    region: str
    address: str = ""

    @property
    def can_be_kept(self) -> bool:
        """Whether the file has room for its names: callers choose them."""
        names = (*self.candidate, self.region)
        return all(map(_is_name, names)) and len(self.address) <= _LONGEST_ADDRESS

    def saved(self, until: datetime.date, ms: Sequence[float]) -> _SavedTimes:
        """Its row in the file."""
        provider, model = self.candidate
        return _SavedTimes(
            provider=provider,
            model=model,
            region=self.region,
            address=self.address,
            until=until,
            ms=tuple(ms),
        )


class _SavedFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[int, Field(ge=1, le=1)] = 1
    times: Annotated[tuple[_SavedTimes, ...], Field(max_length=MOST_CANDIDATES, fail_fast=True)]


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and text.isprintable()


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
        self._noted: set[Place] = set()
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
        self._noted.add(place)
        if len(self._times) > MOST_CANDIDATES:
            oldest, _ = self._times.popitem(last=False)
            self._noted.discard(oldest)
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
                await asyncio.to_thread(self._write, self.revision, self._news())

    def save(self) -> None:
        """Write what is not written yet."""
        if self.revision != self._saved:
            self._write(self.revision, self._news())

    def _news(self) -> dict[Place, tuple[datetime.date, tuple[float, ...]]]:
        """What this process has noted, as far as it is to be kept."""
        return {
            place: (times.until, tuple(times.ms))
            for place, times in self._times.items()
            if place in self._noted and place.address in self._lasting and place.can_be_kept
        }

    def _write(
        self, revision: int, news: Mapping[Place, tuple[datetime.date, tuple[float, ...]]]
    ) -> None:
        """Put the news into the file; what another process has noted meanwhile stays there."""
        with self._writing:
            if self._path is None or revision <= self._saved:
                return
            rows = {_place(each): each for each in _saved_rows(self._path)}
            for place, (until, ms) in news.items():
                rows.pop(place, None)
                rows[place] = place.saved(until, ms)
            content = _SavedFile(times=tuple(rows.values())[-MOST_CANDIDATES:]).model_dump_json()
            try:
                replace_file(self._path, content.encode())
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


def _saved_rows(path: Path) -> Sequence[_SavedTimes]:
    """What is in the file now; nothing where it cannot be used."""
    try:
        return _SavedFile.model_validate_json(read_regular(path, MOST_BYTES)).times
    except (OSError, UnusableFileError, ValidationError):
        return ()


def _restored(row: _SavedTimes) -> tuple[Place, _Times]:
    return _place(row), _Times(deque(row.ms, MOST_ANSWERS), row.until)


def _place(row: _SavedTimes) -> Place:
    return Place(Candidate(row.provider, row.model), row.region, row.address)


def _unusable(path: Path, why: str) -> None:
    _log.warning("Measured times of earlier runs are lost: %s, %s.", path, why)
