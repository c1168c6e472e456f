"""The events of a streamed answer: one ``meta``, then pieces, then one terminal event."""

from __future__ import annotations

from typing import Literal

from speko_client.wire.answers import Attempt, CompleteResult
from speko_client.wire.base import ProviderKind, SpekoModel
from speko_client.wire.requests import ChatToolCall


class CompleteStreamMeta(SpekoModel):
    """First event: who answers. All below ``hop`` are *extensions*."""

    type: Literal["meta"] = "meta"
    provider: str
    model: str
    failover_count: int = 0
    total_failover_count: int = 0
    scores_run_id: str | None = None
    hop: int = 0
    attempts: list[Attempt] | None = None
    kind: ProviderKind | None = None
    simulated: bool | None = None
    words: str | None = None


class CompleteStreamDelta(SpekoModel):
    """A piece of the answer's text."""

    type: Literal["delta"] = "delta"
    text: str


class CompleteStreamToolCall(ChatToolCall):
    """A tool call by the model."""

    type: Literal["tool_call"] = "tool_call"


class CompleteStreamDone(CompleteResult):
    """Terminal event: the whole answer."""

    type: Literal["done"] = "done"


class StreamError(SpekoModel):
    """Terminal event: the answer failed. ``attempts`` is an *extension*."""

    type: Literal["error"] = "error"
    error: str
    code: str = "STREAM_ERROR"
    attempts: list[Attempt] | None = None


CompleteStreamEvent = (
    CompleteStreamMeta
    | CompleteStreamDelta
    | CompleteStreamToolCall
    | CompleteStreamDone
    | StreamError
)
