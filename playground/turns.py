"""A turn, a conversation, and the one way a turn runs. No Streamlit in here.

A conversation is a tree: a retry or an edit adds a sibling, and ``leaf_id`` says which branch is
shown. Each turn keeps the settings it ran with.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from speko_client.models import (
    Attempt,
    CompleteUsage,
    Language,
    OptimizeFor,
    ProviderKind,
    Region,
    Timing,
    Vertical,
)

TurnStatus = Literal["running", "done", "stopped", "failed", "interrupted"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class TurnSettings(_Value):
    """What the form says. None means: leave the field out, the provider's own default applies.

    ``allowed`` and ``outage`` hold ``vendor`` or ``vendor:model``; an empty ``allowed`` allows
    everyone. ``outage`` is only obeyed by a gateway that has the demo fleet on.
    """

    language: Language = "en"
    vertical: Vertical | None = "general"
    region: Region | None = None
    optimize_for: OptimizeFor = "balanced"
    temperature: float | None = None
    max_tokens: int | None = None
    system_prompt: str = ""
    allowed: tuple[str, ...] = ()
    outage: tuple[str, ...] = ()


class TurnError(_Value):
    """Why a turn failed: what happened, who must act, and the request's detail to copy."""

    message: str
    code: str
    status: int = 0
    advice: str = ""
    retry_after: float | None = None


class Answer(_Value):
    """What came back, whole or in part. Unknown is None and is never shown as 0."""

    text: str = ""
    provider: str | None = None
    model: str | None = None
    kind: ProviderKind | None = None
    simulated: bool = False
    words: str | None = None
    usage: CompleteUsage | None = None
    failover_count: int | None = None
    attempts: tuple[Attempt, ...] = ()
    scores_run_id: str | None = None
    finish_reason: str | None = None
    notes: tuple[str, ...] = ()
    timing: Timing | None = None
    cost_usd: float | None = None
    price_source: str | None = None


class Turn(_Value):
    """One message and its answer. ``connection`` names the server that was asked, never its key.

    Times are UTC. ``number`` is the turn's place on its branch, from 1, set when a path is read.
    """

    id: str
    conversation_id: str
    parent_id: str | None
    message: str
    settings: TurnSettings
    connection: str
    status: TurnStatus
    answer: Answer = Field(default_factory=Answer)
    error: TurnError | None = None
    created_at: datetime
    finished_at: datetime | None = None
    number: int = 0


class Conversation(_Value):
    """A session: its turns as a tree, the leaf that is shown, and the form as it was last left."""

    id: str
    title: str = ""
    leaf_id: str | None = None
    settings: TurnSettings = Field(default_factory=TurnSettings)
    turns: tuple[Turn, ...] = ()
    created_at: datetime
    updated_at: datetime

    def path(self) -> tuple[Turn, ...]:
        """The turns from the root to the leaf that is shown, numbered from 1."""
        by_id = {turn.id: turn for turn in self.turns}
        branch: list[Turn] = []
        current = by_id.get(self.leaf_id or "")
        while current is not None:
            branch.append(current)
            current = by_id.get(current.parent_id or "")
        ordered = enumerate(reversed(branch), start=1)
        return tuple(turn.model_copy(update={"number": number}) for number, turn in ordered)
