"""A turn and a conversation: what is sent, what came back, and how turns follow each other. Pure.

A conversation is a tree: a retry adds a sibling, and ``leaf_id`` says which branch is shown. Each
turn keeps the settings it ran with.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator, model_validator

from speko_client.models import (
    Attempt,
    CompleteUsage,
    Fault,
    Language,
    OptimizeFor,
    ProviderKind,
    Region,
    RoutingPreview,
    Timing,
    Vertical,
    WhatIf,
)

TurnStatus = Literal["running", "done", "stopped", "failed", "interrupted"]


class _Value(BaseModel):
    # An infinite number would be written as null, and the turn could not be read again.
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class TurnSettings(_Value):
    """What the form says. None means: leave the field out, the provider's own default applies.

    ``allowed`` holds ``vendor`` or ``vendor:model``; an empty one allows everyone. ``drill`` are
    the faults a turn is sent with; in the form, the outage that it simulates. Only the embedded
    gateway obeys it, ``what_if`` and, with the demo fleet, ``reply`` (what to say).
    """

    language: Language = "en"
    vertical: Vertical | None = "general"
    region: Region | None = None
    optimize_for: OptimizeFor = "balanced"
    temperature: float | None = None
    max_tokens: int | None = None
    system_prompt: str = ""
    allowed: tuple[str, ...] = ()
    drill: tuple[Fault, ...] = ()
    what_if: WhatIf | None = None
    reply: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _outage_is_a_drill(cls, stored: Any) -> Any:
        # Older versions stored a simulated outage as a list of its own.
        if isinstance(stored, dict) and (targets := stored.get("outage")):
            faults = [{"target": target, "kind": "down"} for target in targets]
            return {**stored, "drill": [*faults, *(stored.get("drill") or ())]}
        return stored

    @field_validator("optimize_for", mode="before")
    @classmethod
    def _balanced_where_none(cls, value: object) -> object:
        # A form that was cut off while it loaded stored none; its session must open too.
        return value or "balanced"

    @property
    def for_the_form(self) -> TurnSettings:
        """What a form takes over from a turn: all but what was staged for that turn."""
        return self.model_copy(update={"drill": (), "reply": None})


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

    ``ranking`` is what the router answered to the preview that was asked as the turn began, None
    where the server gave none. Older versions stored it as ``prediction``.
    Times are UTC. ``number`` is the turn's place on its branch, from 1; 0 where not yet known.
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
    ranking: RoutingPreview | None = Field(
        default=None, validation_alias=AliasChoices("ranking", "prediction")
    )
    number: int = 0

    @property
    def drilled(self) -> bool:
        """Whether faults were staged for it."""
        return bool(self.settings.drill) or any(each.drill for each in self.answer.attempts)

    def numbered(self, number: int) -> Turn:
        """This turn at that place on its branch."""
        # Copying 1,000 turns takes 3 ms of every rerun; the store numbers them as it reads them.
        return self if self.number == number else self.model_copy(update={"number": number})


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
        return self.path_to(self.leaf_id)

    def path_to(self, turn_id: str | None) -> tuple[Turn, ...]:
        """The turns from the root to this one, numbered from 1; empty for None or an unknown id."""
        by_id = {turn.id: turn for turn in self.turns}
        branch: list[Turn] = []
        current = by_id.get(turn_id or "")
        while current is not None:
            branch.append(current)
            current = by_id.get(current.parent_id or "")
        ordered = enumerate(reversed(branch), start=1)
        return tuple(turn.numbered(number) for number, turn in ordered)
