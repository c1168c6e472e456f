"""A call of ``POST /v1/complete``: its request, its answer as one object or as events.

Of events there is one ``meta``, then pieces, then one terminal event (docs/contract.md, section 2).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from speko_client.wire.base import (
    Language,
    Many,
    OptimizeFor,
    ProviderKind,
    Region,
    SpekoModel,
    Vertical,
)

ChatRole = Literal["system", "user", "assistant", "tool"]
ReasoningEffort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class ChatToolCall(SpekoModel):
    """One tool call by the model; ``args`` is a JSON-encoded string."""

    id: str
    name: str
    args: str


class ChatMessage(SpekoModel):
    """One message; ``tool_*`` and ``is_error`` belong to the current generation."""

    role: ChatRole
    content: str
    tool_calls: Many[ChatToolCall] | None = None
    tool_call_id: str | None = None
    is_error: bool | None = None


class RoutingIntent(SpekoModel):
    """What the router chooses by; a field that is None is not sent."""

    language: Language
    vertical: Vertical | None = None
    region: Region | None = None
    optimize_for: OptimizeFor | None = None


_Entries = Annotated[Many[str], Field(max_length=500)]


class AllowedProviders(SpekoModel):
    """Allow-lists per kind of service; an entry is ``vendor`` or ``vendor:model``."""

    llm: _Entries | None = None
    stt: _Entries | None = None
    tts: _Entries | None = None


class PipelineConstraints(SpekoModel):
    """Limits on what the router may choose."""

    allowed_providers: AllowedProviders | None = None


class CompleteRequest(SpekoModel):
    """The body of ``POST /v1/complete``; ``None`` means absent, never JSON null."""

    messages: Annotated[Many[ChatMessage], Field(min_length=1)]
    intent: RoutingIntent
    system_prompt: str | None = None
    temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    constraints: PipelineConstraints | None = None
    reasoning_effort: ReasoningEffort | None = None
    tools: Many[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    max_tool_hops: Annotated[int, Field(ge=1, le=16)] | None = None


class CompleteUsage(SpekoModel):
    """Token counts; ``estimated`` (*extension*) is true where no tokenizer counted them.

    ``reasoning_tokens`` (*extension*) is how many went into reasoning; None where nobody says.
    """

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False
    reasoning_tokens: int | None = None


class FailureCode(StrEnum):
    """*Extension.* Why a candidate failed."""

    CONNECT_FAILED = "CONNECT_FAILED"
    TIMEOUT = "TIMEOUT"
    SERVER_ERROR = "SERVER_ERROR"
    RATE_LIMITED = "RATE_LIMITED"
    AUTH_FAILED = "AUTH_FAILED"
    MODEL_NOT_FOUND = "MODEL_NOT_FOUND"
    INVALID_REQUEST = "INVALID_REQUEST"
    EMPTY_ANSWER = "EMPTY_ANSWER"
    TOKEN_LIMIT = "TOKEN_LIMIT"  # noqa: S105
    """It had used up its tokens before its first word."""
    CONTENT_FILTERED = "CONTENT_FILTERED"
    """A content filter stopped it before its first word, or refused the prompt."""
    STREAM_BROKEN = "STREAM_BROKEN"
    SIMULATED_OUTAGE = "SIMULATED_OUTAGE"
    """A drill made it fail."""


class Attempt(SpekoModel):
    """*Extension.* One candidate tried: how it ended, after how many milliseconds.

    ``code`` and ``message`` say why it failed (None where it answered); the message completes
    "openai/gpt-4o ...". ``code`` is a ``FailureCode``, or one of a newer server's.
    ``drill``: it failed, or was slow, on purpose, because of a drill.
    """

    provider: str
    model: str
    outcome: Literal["answered", "failed", "cancelled"]
    code: str | None = None
    message: str | None = None
    duration_ms: float
    drill: bool | None = None


class Timing(SpekoModel):
    """*Extension.* Milliseconds in the gateway, failovers included: to the first token, in all.

    Of a simulated vendor they are the scores snapshot's figures. ``late_ms``: how far the gateway's
    machine was behind them with the words, None where it kept up.
    """

    ttft_ms: float | None = None
    total_ms: float
    late_ms: float | None = None


class CompleteResult(SpekoModel):
    """One whole answer; all below ``tool_calls`` are *extensions* of the embedded gateway.

    ``words`` says who wrote the text where it was not the provider itself: a model's name, or
    ``scripted``. ``notes`` are plain sentences on what the provider did differently than asked.
    ``reasoning`` is what the model thought, apart from its text, where that was asked for.
    """

    text: str
    provider: str
    model: str
    usage: CompleteUsage | None = None
    failover_count: int = 0
    scores_run_id: str | None = None
    tool_calls: Many[ChatToolCall] | None = None
    finish_reason: str | None = None
    attempts: Many[Attempt] | None = None
    kind: ProviderKind | None = None
    simulated: bool | None = None
    words: str | None = None
    notes: Many[str] | None = None
    timing: Timing | None = None
    reasoning: str | None = None


class CompleteStreamMeta(SpekoModel):
    """First event: who answers. All below ``hop`` are *extensions*."""

    type: Literal["meta"] = "meta"
    provider: str
    model: str
    failover_count: int = 0
    total_failover_count: int = 0
    scores_run_id: str | None = None
    hop: int = 0
    attempts: Many[Attempt] | None = None
    kind: ProviderKind | None = None
    simulated: bool | None = None
    words: str | None = None


class CompleteStreamDelta(SpekoModel):
    """A piece of the answer's text."""

    type: Literal["delta"] = "delta"
    text: str


class CompleteStreamReasoning(SpekoModel):
    """*Extension.* A piece of what the model thinks; it is no part of the answer's text.

    It may come before the first words. Where that candidate then fails, another ``meta`` follows,
    and what the first one thought counts no more.
    """

    type: Literal["reasoning"] = "reasoning"
    text: str


class CompleteStreamToolCall(ChatToolCall):
    """A tool call by the model."""

    type: Literal["tool_call"] = "tool_call"


class CompleteStreamServerToolCall(SpekoModel):
    """A tool that the server runs itself; ``status`` is ``started``, ``completed`` or ``failed``.

    The embedded gateway runs none. A newer server's status is kept as it is.
    """

    type: Literal["server_tool_call"] = "server_tool_call"
    id: str
    name: str
    status: str


class CompleteStreamDone(CompleteResult):
    """Terminal event: the whole answer."""

    type: Literal["done"] = "done"


class StreamError(SpekoModel):
    """Terminal event: the answer failed. ``attempts`` is an *extension*."""

    type: Literal["error"] = "error"
    error: str
    code: str = "STREAM_ERROR"
    attempts: Many[Attempt] | None = None


CompleteStreamEvent = (
    CompleteStreamMeta
    | CompleteStreamDelta
    | CompleteStreamReasoning
    | CompleteStreamToolCall
    | CompleteStreamServerToolCall
    | CompleteStreamDone
    | StreamError
)
