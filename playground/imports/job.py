"""One import in the background: it reads, waits for the person's choice, and stores the chosen.

Any thread may look at it. One import runs at a time in a process, for reading keeps a processor
busy; the others wait.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import BinaryIO, Final

from playground.imports.foreign import ImportFileError
from playground.imports.preview import Preview, previewed
from playground.imports.reading import Ended, Found, conversations
from playground.imports.storing import Report, Shelf, stored, stored_already
from playground.sessions.database import StoreError

_WAIT_SECONDS: Final = 0.2
_LOG = logging.getLogger(__name__)
_FAILED: Final = (
    "The import failed in the playground itself; its log says why. Nothing more was read."
)


class ImportQueue:
    """Whose turn it is to read; one for all imports of a process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes of JSON that were read, of how many, and how many conversations were found in them."""

    done: int = 0
    total: int = 0
    found: int = 0

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


class _CancelledError(Exception):
    """The person does not want it any more."""


class ImportJob:
    """The import of one file. Of ``preview``, ``report`` and ``problem`` the latest counts.

    ``problem`` says why there is nothing to choose from; ``cancelled`` that the person ended it.
    ``keep_dates``: False where sessions are deleted for their age, so that these are not at once.
    """

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        shelf: Shelf,
        queue: ImportQueue,
        now: Callable[[], datetime],
        *,
        keep_dates: bool = True,
    ) -> None:
        self.name = name
        self.progress = Progress()
        self.preview: Preview | None = None
        self.report: Report | None = None
        self.problem: str | None = None
        self.cancelled = False
        self._file = file
        self._shelf = shelf
        self._queue = queue
        self._now = now
        self._keep_dates = keep_dates
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it is reading or storing."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def storing(self) -> bool:
        """Whether a choice was made already."""
        return self.preview is not None

    def read(self) -> None:
        """Begin to read the file for the preview."""
        self._begin(self._read)

    def store(self, chosen: Collection[int]) -> None:
        """Begin to store the conversations with these numbers."""
        if not self.running and self.report is None:
            self._begin(lambda: self._store(frozenset(chosen)))

    def cancel(self) -> None:
        """End it; what was stored by then stays."""
        self._stop.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it rests; returns whether it does."""
        if self._thread is not None:
            self._thread.join(timeout)
        return not self.running

    def _begin(self, work: Callable[[], None]) -> None:
        self.progress = Progress()
        self._thread = threading.Thread(target=self._run, args=(work,), name="import", daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            self._wait_in_line()
            try:
                work()
            finally:
                self._queue.lock.release()
        except _CancelledError:
            self.cancelled = True
        except (ImportFileError, StoreError) as error:
            self.problem = str(error)
        except Exception:
            # A bug must not hide on a background thread.
            _LOG.exception("An import failed")
            self.problem = _FAILED

    def _wait_in_line(self) -> None:
        while not self._queue.lock.acquire(timeout=_WAIT_SECONDS):
            self._look(0, 0)
        try:
            self._look(0, 0)
        except _CancelledError:
            self._queue.lock.release()
            raise

    def _read(self) -> None:
        self.preview = previewed(self._found(), partial(stored_already, self._shelf))

    def _store(self, chosen: frozenset[int]) -> None:
        report = Report()
        self.report = report
        try:
            used_at = None if self._keep_dates else self._now()
            stored(self._found(), chosen, self._shelf, report, used_at)
        except _CancelledError:
            report.stopped = "You stopped it. What was imported by then stays."
        except (ImportFileError, StoreError) as error:
            report.stopped = str(error)

    def _found(self) -> Iterable[Found | Ended]:
        for number, each in enumerate(
            conversations(self._file, self.name, self._look, self._now())
        ):
            self.progress = Progress(self.progress.done, self.progress.total, number + 1)
            yield each

    def _look(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise _CancelledError
        self.progress = Progress(done, total, self.progress.found)
