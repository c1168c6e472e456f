"""Offers to fetch the local model where its weights are absent, and shows how far it is."""

from __future__ import annotations

import streamlit as st

from playground.connections.facts import ServerFacts
from playground.connections.facts_view import forget_server_facts
from playground.connections.weights_job import WeightsJob
from playground.runtime import Runtime

_MEGABYTE = 1_000_000
_POLL_SECONDS = 0.5


def weights_offer(runtime: Runtime, facts: ServerFacts) -> None:
    """Nothing where the weights are there, or where no simulated vendor would speak with them."""
    if facts.fleet is None or facts.fleet.weights_present or not facts.fleet.demo:
        return
    job = _job(runtime)
    awaited = job.running
    st.fragment(_offer, run_every=_POLL_SECONDS if awaited else None)(job, awaited)


@st.cache_resource(show_spinner=False)
def _job(_runtime: Runtime) -> WeightsJob:
    return WeightsJob(_runtime.gateway.fetch_weights)


def _offer(job: WeightsJob, awaited: bool) -> None:
    """``awaited``: a fetch ran when the page was drawn; its end is drawn by the whole page, once.

    A fetch of earlier says nothing: the file may have gone again since.
    """
    with st.container(border=True, key="weights-offer"):
        if job.running:
            _progress(job)
        elif awaited:
            forget_server_facts()
            st.rerun()
        else:
            _invitation(job)


def _progress(job: WeightsJob) -> None:
    progress = job.progress
    if progress is None or not progress.total:
        st.progress(0.0, text="Asking for the local model ...")
        return
    done, total = progress.done / _MEGABYTE, progress.total / _MEGABYTE
    share = min(progress.done / progress.total, 1.0)
    st.progress(share, text=f"Fetching the local model: {done:.0f} of {total:.0f} MB")


def _invitation(job: WeightsJob) -> None:
    if job.problem:
        st.warning(job.problem, icon=":material/warning:")
    st.markdown(
        "**Answers are scripted for now.** Fetch the small local model (93 MB, once) and the "
        "words are really generated from your conversation, here on this machine."
    )
    label = "Try again" if job.problem else "Fetch the local model"
    if st.button(label, icon=":material/download:", key="fetch-weights"):
        job.start()
        forget_server_facts()
        st.rerun()
