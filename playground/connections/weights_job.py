"""Fetches the local model's weights in the background, once for all who wait for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

from playground.servers.local_gateway import WeightsFetchError, WeightsProgress

_LOG = logging.getLogger(__name__)

Fetch = Callable[[], Iterator[WeightsProgress]]


class WeightsJob:
    """One fetch at a time; pages look at ``progress``, ``running`` and ``problem``."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.progress: WeightsProgress | None = None
        self.problem: str | None = None

    @property
    def running(self) -> bool:
        """Whether a fetch is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin a fetch, unless one is under way."""
        with self._lock:
            if self.running:
                return
            self.progress, self.problem = None, None
            self._thread = threading.Thread(target=self._work, name="weights", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        try:
            for progress in self._fetch():
                self.progress = progress
        except WeightsFetchError as error:
            self.problem = str(error)
        except Exception:
            # A bug in fetching must not hide on a background thread.
            _LOG.exception("The local model could not be fetched")
            self.problem = "The fetch failed in the playground itself; its log says why. Try again."
