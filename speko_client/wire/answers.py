"""One whole answer of ``POST /v1/complete``, and how the gateway got it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from speko_client.wire.base import ProviderKind, SpekoModel
from speko_client.wire.requests import ChatToolCall


class CompleteUsage(SpekoModel):
    """Token counts; ``estimated`` (*extension*) is true where no tokenizer counted them."""

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False


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
    """*Extension.* Milliseconds in the gateway, failovers included: to the first token, in all."""

    ttft_ms: float | None = None
    total_ms: float


class CompleteResult(SpekoModel):
    """One whole answer; all below ``tool_calls`` are *extensions* of the embedded gateway.

    ``words`` says who wrote the text where it was not the provider itself: a model's name, or
    ``scripted``. ``notes`` are plain sentences on what the provider did differently than asked.
    """

    text: str
    provider: str
    model: str
    usage: CompleteUsage | None = None
    failover_count: int = 0
    scores_run_id: str | None = None
    tool_calls: list[ChatToolCall] | None = None
    finish_reason: str | None = None
    attempts: list[Attempt] | None = None
    kind: ProviderKind | None = None
    simulated: bool | None = None
    words: str | None = None
    notes: list[str] | None = None
    timing: Timing | None = None
