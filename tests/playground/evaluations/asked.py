"""What a run asked, and the run at its end."""

from __future__ import annotations

from playground.evaluations.progress import LiveRun
from tests.patience import PATIENCE
from tests.playground.servers.wire_server import Wire


def finished(live: LiveRun) -> LiveRun:
    """The run at its end."""
    assert live.wait(PATIENCE)
    return live


def pin_of(wire: Wire) -> str:
    """Who was asked."""
    return str(wire.asked.body["constraints"]["allowedProviders"]["llm"][0])


def asked_for(wire: Wire) -> str:
    """The last message of a request."""
    return str(wire.asked.body["messages"][-1]["content"])
