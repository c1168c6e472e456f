"""Offers to fetch the local model where its file is absent, and shows the progress."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

import streamlit as st

from playground.connections.facts_view import ServerFacts, forget_server_facts
from playground.look.safe_text import literal
from playground.runtime import Runtime
from playground.servers.local_gateway import FetchProgress, ModelFetchError

_MEGABYTE = 1_000_000
_POLL_SECONDS = 0.5
_LOG = logging.getLogger(__name__)


class ModelFetch:
    """One fetch at a time; pages look at ``progress``, ``running`` and ``problem``."""

    def __init__(self, fetch: Callable[[], Iterator[FetchProgress]]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.progress: FetchProgress | None = None
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
            self._thread = threading.Thread(target=self._work, name="model-fetch", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        try:
            for progress in self._fetch():
                self.progress = progress
        except ModelFetchError as error:
            self.problem = str(error)
        except Exception:
            # A bug in fetching must not hide on a background thread.
            _LOG.exception("The local model could not be fetched")
            self.problem = "The fetch failed in the playground itself; its log says why. Try again."


def model_offer(runtime: Runtime, facts: ServerFacts) -> None:
    """Nothing where the file is there, or where no simulated vendor would speak with the model."""
    if facts.fleet is None or facts.fleet.has_model_file or not facts.fleet.demo:
        return
    job = runtime.shared(ModelFetch, lambda: ModelFetch(runtime.gateway.fetch_model))
    awaited = job.running
    st.fragment(_offer, run_every=_POLL_SECONDS if awaited else None)(job, awaited)


def _offer(job: ModelFetch, awaited: bool) -> None:
    """``awaited``: a fetch ran when the page was drawn; its end is drawn by the whole page, once.

    A fetch of earlier says nothing: the file may have gone again since.
    """
    with st.container(border=True, key="model-offer"):
        if job.running:
            _progress(job)
        elif awaited:
            forget_server_facts()
            st.rerun()
        else:
            _invitation(job)


def _progress(job: ModelFetch) -> None:
    progress = job.progress
    if progress is None or not progress.total:
        st.progress(0.0, text="Asking for the local model ...")
        return
    done, total = progress.done / _MEGABYTE, progress.total / _MEGABYTE
    share = min(progress.done / progress.total, 1.0)
    st.progress(share, text=f"Fetching the local model: {done:.0f} of {total:.0f} MB")


def _invitation(job: ModelFetch) -> None:
    if job.problem:
        st.warning(literal(job.problem), icon=":material/warning:")
    st.markdown(
        "**Answers are scripted for now.** Fetch the small local model (93 MB, once) and the "
        "words are really generated from your conversation, here on this machine."
    )
    label = "Try again" if job.problem else "Fetch the local model"
    if st.button(label, icon=":material/download:", key="fetch-model"):
        job.start()
        forget_server_facts()
        st.rerun()
