"""A turn and a conversation: what is sent, what came back, and how turns follow each other. Pure.

A turn that runs is a ``Run``; the conversation that is open, with its run, an ``OpenSession``.

A conversation is a tree: a retry adds a sibling, and ``leaf_id`` says which branch is shown. Each
turn keeps the settings it ran with.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from string import ascii_letters
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator, model_validator

from playground.sessions import tree
from playground.sessions.origins import Origin
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


def new_id() -> str:
    """An id nobody can guess, short enough for a URL (96 random bits); a letter begins it.

    Older ids may begin with a hyphen, which a spreadsheet takes for a formula.
    """
    return secrets.choice(ascii_letters) + secrets.token_urlsafe(12)


class TurnSettings(_Value):
    """What the form says. None means: leave the field out, the provider's own default applies.

    ``allowed`` holds ``vendor`` or ``vendor:model``; an empty one allows everyone. ``drill`` are
    the faults a turn is sent with; a form has none of its own. Only the embedded gateway obeys it,
    ``what_if`` and, with the demo fleet, ``reply`` (what to say).
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
    """What came back, whole or in part. Unknown is None and is never shown as 0.

    ``reasoning`` is what the model thought: shown beside ``text``, and never sent back. It took
    ``reasoning_ms`` milliseconds, up to the first words. ``cut`` says what was left out when it was
    stored, because it was too large (see ``bounds``).
    """

    text: str = ""
    reasoning: str = ""
    reasoning_ms: float | None = None
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
    cut: str | None = None


class Turn(_Value):
    """One message and its answer. ``connection`` names the server that was asked, never its key.

    ``ranking`` is what the router answered to the preview that was asked as the turn began, None
    where the server gave none. Older versions stored it as ``prediction``.
    Times are UTC. ``number`` is the turn's place on its branch, from 1; 0 where not yet known.
    In a comparison, ``seat`` was asked; all who were asked this message share a ``message_id``, and
    ``threads`` is what of the answers before it was sent (``playground.compare.seats``).
    ``origin`` says that the turn was imported: then ``connection`` is the tool it comes from.
    ``removed`` is the id of the turn that it was deleted with (see ``tree``).
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
    seat: str | None = None
    message_id: str | None = None
    threads: str | None = None
    origin: Origin | None = None
    removed: str | None = None

    @property
    def drilled(self) -> bool:
        """Whether faults were staged for it."""
        return bool(self.settings.drill) or any(each.drill for each in self.answer.attempts)

    def numbered(self, number: int) -> Turn:
        """This turn at that place on its branch."""
        # Copying 1,000 turns takes 3 ms of every rerun; the store numbers them as it reads them.
        return self if self.number == number else self.model_copy(update={"number": number})


class Conversation(_Value):
    """A session: its turns as a tree, the leaf that is shown, and the form as it was last left.

    ``comparison`` is the JSON of its seats where it is a comparison (``playground.compare.seats``).
    ``origin`` is where an imported one came from, "tool:id". One in the bin is deleted for good 30
    days after ``binned_at``.
    """

    id: str
    title: str = ""
    tags: tuple[str, ...] = ()
    origin: str | None = None
    pinned_at: datetime | None = None
    archived_at: datetime | None = None
    binned_at: datetime | None = None
    leaf_id: str | None = None
    settings: TurnSettings = Field(default_factory=TurnSettings)
    comparison: str | None = None
    turns: tuple[Turn, ...] = ()
    created_at: datetime
    updated_at: datetime

    @property
    def kept(self) -> tuple[Turn, ...]:
        """Its turns without those that were deleted."""
        return tree.kept(self.turns)

    def without_deleted(self) -> Conversation:
        """The conversation as if what was deleted had never been, to be copied or handed on."""
        leaf = tree.shown_leaf(self.turns, self.leaf_id)
        return self.model_copy(update={"turns": self.kept, "leaf_id": leaf})

    def path(self) -> tuple[Turn, ...]:
        """The turns from the root to the end of the branch that is shown, numbered from 1."""
        return self.path_to(tree.shown_leaf(self.turns, self.leaf_id))

    def path_to(self, turn_id: str | None) -> tuple[Turn, ...]:
        """The turns from the root to this one, numbered from 1; none where it is not kept."""
        return tree.path_to(self.kept, turn_id)

    def siblings(self, turn: Turn) -> tuple[Turn, ...]:
        """The turns that follow the same one as this turn does, itself too, the oldest first."""
        return tuple(each for each in self.kept if each.parent_id == turn.parent_id)

    def latest_below(self, turn: Turn) -> Turn:
        """The end of the branch that goes on with this turn, along the latest of its turns."""
        return tree.latest_below(self.kept, turn)


@dataclass(frozen=True, slots=True)
class Place:
    """A turn's place in a comparison; ``history`` is sent before it (None: its branch)."""

    seat: str
    message_id: str
    history: tuple[Turn, ...] | None = None
    threads: str | None = None


class Run:
    """A turn that runs in the background. Any thread may look; only the engine changes it.

    ``turn`` is the latest snapshot, ``version`` grows with each change. ``done`` is True once the
    turn has ended and was saved, or could not be: then ``save_error`` says why.
    """

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.version = 0
        self.done = False
        self.save_error: str | None = None
        self._changed = threading.Condition()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run is done, at most ``timeout`` seconds; returns whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self.done, timeout)

    def wait_change(self, version: int, timeout: float | None = None) -> int:
        """Wait for a later version than this, or the end; returns the latest version."""
        with self._changed:
            self._changed.wait_for(lambda: self.version > version or self.done, timeout)
            return self.version

    def grow(self, answer: Answer) -> None:
        """The answer as far as it has come. For the engine."""
        self.become(self.turn.model_copy(update={"answer": answer}))

    def become(self, turn: Turn) -> None:
        """The turn's next snapshot. For the engine."""
        with self._changed:
            self.turn = turn
            self._change()

    def saved(self, problem: str | None) -> None:
        """How the latest save went. For the engine."""
        if problem != self.save_error:
            with self._changed:
                self.save_error = problem
                self._change()

    def finish(self) -> None:
        """Nothing will change any more. For the engine."""
        with self._changed:
            self.done = True
            self._change()

    def _change(self) -> None:
        self.version += 1
        self._changed.notify_all()


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

    @property
    def last(self) -> str | None:
        """The turn that the next message follows; beside one that runs elsewhere, as a branch."""
        if self.elsewhere is not None:
            return self.elsewhere.parent_id
        return next((turn.id for turn in reversed(self.conversation.path())), None)

    @cached_property
    def forks(self) -> frozenset[str | None]:
        """The turns that more than one turn follows; None among them: there are several first."""
        followed = Counter(turn.parent_id for turn in self.conversation.kept)
        return frozenset(parent for parent, count in followed.items() if count > 1)


def new_conversation(conversation_id: str, settings: TurnSettings) -> Conversation:
    """A conversation with no turns yet."""
    now = datetime.now(UTC)
    return Conversation(id=conversation_id, settings=settings, created_at=now, updated_at=now)


def open_session(
    conversation: Conversation, run: Run | None, *, missing: bool = False
) -> OpenSession:
    """The conversation as stored, with the run's newest state in it."""
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


def utc_now() -> datetime:
    """The current time, in UTC."""
    return datetime.now(UTC)
