"""The open conversation with the turn that is still running in it. No Streamlit in here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from playground.sessions.engine import Run
from playground.sessions.turns import Conversation, Turn, TurnSettings


@dataclass(frozen=True)
class OpenSession:
    """What the page shows: ``turns`` that are over, and ``run`` where one is not.

    ``is_live`` says whether the run's answer was still arriving when this was looked at. It goes
    with ``turns``: a run that ends while the page draws must not be missing from both.
    ``elsewhere`` is a turn that another process is running, or was until it ended a moment ago.
    ``missing`` is true where a link named a conversation that is not in the store.
    """

    conversation: Conversation
    turns: tuple[Turn, ...]
    run: Run | None = None
    missing: bool = False
    elsewhere: Turn | None = None
    is_live: bool = False


def new_conversation(conversation_id: str, settings: TurnSettings) -> Conversation:
    """A conversation with no turns yet."""
    now = datetime.now(UTC)
    return Conversation(id=conversation_id, settings=settings, created_at=now, updated_at=now)


def open_session(
    conversation: Conversation, run: Run | None, *, missing: bool = False
) -> OpenSession:
    """Put the engine's newest state of a run over what the store has of it."""
    if run is None:
        path = conversation.path()
        if path and path[-1].status == "running":
            return OpenSession(conversation, path[:-1], None, missing, elsewhere=path[-1])
        return OpenSession(conversation, path, None, missing)
    is_live = not run.done
    latest = run.turn
    others = tuple(turn for turn in conversation.turns if turn.id != latest.id)
    merged = conversation.model_copy(update={"turns": (*others, latest), "leaf_id": latest.id})
    path = merged.path()
    turns = path[:-1] if is_live else path
    return OpenSession(merged, turns, run, missing, is_live=is_live)
