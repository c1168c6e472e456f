"""What tests of the engine look at: a run on its way, and what the store has of it."""

from __future__ import annotations

from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation, Run
from speko_client.models import CompleteUsage
from tests.patience import PATIENCE


def price(provider: str, model: str, usage: CompleteUsage) -> tuple[float, str] | None:
    """A price list with one entry."""
    return (0.5, "price list") if model == "gpt-4o" else None


def wait_for_text(run: Run) -> str:
    """What has arrived, as soon as there is something."""
    version = -1
    while not run.turn.answer.text:
        assert not run.done
        version = run.wait_change(version, PATIENCE)
    return run.turn.answer.text


def stored(store: OwnerStore) -> Conversation:
    """Conversation ``c`` as the store has it."""
    found = store.load("c")
    assert found is not None
    return found
