"""A turn, a conversation, and the one way a turn runs. No Streamlit in here.

A conversation is a tree: a retry adds a sibling, and ``leaf_id`` says which branch is shown. Each
turn keeps the settings it ran with.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.servers.connection import Connection
from playground.sessions.sound_text import sound_model
from speko_client import AsyncSpeko
from speko_client.models import (
    DRILL_HEADER,
    OUTAGE_HEADER,
    REPLY_HEADER,
    WHAT_IF_HEADER,
    AllowedProviders,
    Attempt,
    ChatMessage,
    CompleteResult,
    CompleteStreamDelta,
    CompleteStreamEvent,
    CompleteStreamMeta,
    CompleteUsage,
    DemoReply,
    Drill,
    Fault,
    Language,
    OptimizeFor,
    PipelineConstraints,
    ProviderKind,
    Region,
    RoutingIntent,
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

    ``allowed`` and ``outage`` hold ``vendor`` or ``vendor:model``; an empty ``allowed`` allows
    everyone. Only the embedded gateway obeys the last four: ``outage`` and ``reply`` (what to say)
    while it has the demo fleet on, ``drill`` and ``what_if`` always.
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
    drill: tuple[Fault, ...] = ()
    what_if: WhatIf | None = None
    reply: str | None = None

    @field_validator("optimize_for", mode="before")
    @classmethod
    def _balanced_where_none(cls, value: object) -> object:
        # A form that was cut off as it loaded said none: such a session has to open all the same.
        return value or "balanced"

    @property
    def for_the_form(self) -> TurnSettings:
        """What a form takes over from a turn: not what was staged for that turn alone."""
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

    ``prediction`` is the router's preview as the turn began, None where the server gave none.
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
    prediction: RoutingPreview | None = None
    number: int = 0

    @property
    def drilled(self) -> bool:
        """Whether faults were on for it that somebody had asked for: a drill, or an outage."""
        asked = bool(self.settings.drill or self.settings.outage)
        return asked or any(attempt.drill for attempt in self.answer.attempts)

    def numbered(self, number: int) -> Turn:
        """This turn at that place on its branch."""
        # To copy 1,000 turns takes 3 ms of every rerun; the store numbers them as it reads them.
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
        """The turns from the root to this one, numbered from 1; none for None or an unknown id."""
        by_id = {turn.id: turn for turn in self.turns}
        branch: list[Turn] = []
        current = by_id.get(turn_id or "")
        while current is not None:
            branch.append(current)
            current = by_id.get(current.parent_id or "")
        ordered = enumerate(reversed(branch), start=1)
        return tuple(turn.numbered(number) for number, turn in ordered)


ANSWER_TIMEOUT = 120.0
"""Seconds a server may stay silent: it may be trying one candidate after the other."""


async def run_turn(
    connection: Connection,
    history: Sequence[Turn],
    message: str,
    settings: TurnSettings,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> AsyncGenerator[Answer]:
    """Ask for one answer; yields it as it grows, and last of all whole.

    ``history`` is the branch so far. ``clock`` gives seconds: where the server tells no timing,
    it is measured here. Raises SpekoApiError; the answer yielded last then is what had arrived.
    Closing the generator, or cancelling its task, cancels the request.
    """
    started = clock()
    answer = Answer()
    async with (
        AsyncSpeko(
            api_key=connection.key.get_secret_value(),
            base_url=connection.base_url,
            timeout=ANSWER_TIMEOUT,
            keyless=True,
            # Here and not among the call's arguments: they hold keys, and arguments get shown.
            extra_headers=connection.headers,
        ) as client,
        client.complete_stream(**call_arguments(connection, history, message, settings)) as stream,
    ):
        async for event in stream:
            answer = _grown(answer, sound_model(event), (clock() - started) * 1000)
            yield answer
        await stream.result()


def call_arguments(
    connection: Connection, history: Sequence[Turn], message: str, settings: TurnSettings
) -> dict[str, Any]:
    """What ``complete_stream`` is called with; a field that is not set is left out."""
    arguments: dict[str, Any] = {
        "messages": messages_of(history, message),
        "intent": intent_of(connection, settings),
    }
    if settings.system_prompt.strip():
        arguments["system_prompt"] = settings.system_prompt
    if settings.temperature is not None:
        arguments["temperature"] = settings.temperature
    if settings.max_tokens is not None:
        arguments["max_tokens"] = settings.max_tokens
    if (constraints := constraints_of(settings)) is not None:
        arguments["constraints"] = constraints
    if connection.embedded and (told := embedded_headers(settings)):
        arguments["extra_headers"] = told
    return arguments


def preview_arguments(connection: Connection, settings: TurnSettings) -> dict[str, Any]:
    """What ``preview_routing`` is called with, to decide as the turn itself would be."""
    return {
        "intent": intent_of(connection, settings),
        "constraints": constraints_of(settings),
        "what_if": settings.what_if if connection.embedded else None,
    }


def intent_of(connection: Connection, settings: TurnSettings) -> RoutingIntent:
    """What the router chooses by, as far as this server takes it."""
    return RoutingIntent(
        language=settings.language,
        vertical=settings.vertical if connection.takes_vertical else None,
        region=settings.region,
        optimize_for=settings.optimize_for,
    )


def constraints_of(settings: TurnSettings) -> PipelineConstraints | None:
    """The allow-list; None allows everyone."""
    if not settings.allowed:
        return None
    allowed = AllowedProviders(llm=list(settings.allowed))
    return PipelineConstraints(allowed_providers=allowed)


def embedded_headers(settings: TurnSettings) -> dict[str, str]:
    """What only the embedded gateway obeys, as headers of the one request."""
    told: dict[str, str] = {}
    if settings.outage:
        told[OUTAGE_HEADER] = ",".join(settings.outage)
    if settings.drill:
        told[DRILL_HEADER] = Drill(faults=list(settings.drill)).to_header()
    if settings.what_if is not None:
        told[WHAT_IF_HEADER] = settings.what_if.to_header()
    if settings.reply:
        told[REPLY_HEADER] = DemoReply(text=settings.reply).to_header()
    return told


def messages_of(history: Sequence[Turn], message: str) -> list[ChatMessage]:
    """The messages to send; a turn without any answer is left out, so that roles alternate."""
    messages: list[ChatMessage] = []
    for turn in history:
        if turn.answer.text:
            messages.append(ChatMessage(role="user", content=turn.message))
            messages.append(ChatMessage(role="assistant", content=turn.answer.text))
    return [*messages, ChatMessage(role="user", content=message)]


def _grown(answer: Answer, event: CompleteStreamEvent, elapsed_ms: float) -> Answer:
    match event:
        case CompleteStreamMeta():
            return answer.model_copy(update=_meta(event))
        case CompleteStreamDelta():
            first = answer.timing.ttft_ms if answer.timing else None
            timing = Timing(ttft_ms=first or elapsed_ms, total_ms=elapsed_ms)
            return answer.model_copy(update={"text": answer.text + event.text, "timing": timing})
        case CompleteResult():
            return _whole(answer, event, elapsed_ms)
        case _:
            return answer


def _meta(event: CompleteStreamMeta) -> dict[str, Any]:
    return {
        "provider": event.provider,
        "model": event.model,
        "kind": event.kind,
        "simulated": bool(event.simulated) or event.kind == "simulated",
        "words": event.words,
        "failover_count": event.failover_count,
        "attempts": tuple(event.attempts or ()),
        "scores_run_id": event.scores_run_id,
    }


def _whole(answer: Answer, result: CompleteResult, elapsed_ms: float) -> Answer:
    measured = answer.timing.ttft_ms if answer.timing else None
    kind = result.kind or answer.kind
    return Answer(
        text=result.text or answer.text,
        provider=result.provider,
        model=result.model,
        kind=kind,
        simulated=bool(result.simulated) or kind == "simulated",
        words=result.words or answer.words,
        usage=result.usage,
        failover_count=result.failover_count,
        attempts=tuple(result.attempts or answer.attempts),
        scores_run_id=result.scores_run_id or answer.scores_run_id,
        finish_reason=result.finish_reason,
        notes=tuple(result.notes or ()),
        timing=result.timing or Timing(ttft_ms=measured, total_ms=elapsed_ms),
    )
