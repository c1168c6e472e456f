"""What a caller asks: the body of ``POST /v1/complete`` (docs/contract.md, section 2)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from speko_client.wire.base import Language, OptimizeFor, Region, SpekoModel, Vertical

ChatRole = Literal["system", "user", "assistant", "tool"]
ReasoningEffort = Literal["none", "minimal", "low", "medium", "high", "xhigh"]


class ChatToolCall(SpekoModel):
    """One tool call by the model; ``args`` is a JSON-encoded string."""

    id: str
    name: str
    args: str


class ChatMessage(SpekoModel):
    """One message; ``tool_*`` and ``is_error`` belong to the current generation."""

    role: ChatRole
    content: str
    tool_calls: list[ChatToolCall] | None = None
    tool_call_id: str | None = None
    is_error: bool | None = None


class RoutingIntent(SpekoModel):
    """What the router chooses by; a field that is None is not sent."""

    language: Language
    vertical: Vertical | None = None
    region: Region | None = None
    optimize_for: OptimizeFor | None = None


class AllowedProviders(SpekoModel):
    """Allow-lists per kind of service; an entry is ``vendor`` or ``vendor:model``."""

    llm: list[str] | None = None
    stt: list[str] | None = None
    tts: list[str] | None = None


class PipelineConstraints(SpekoModel):
    """Limits on what the router may choose."""

    allowed_providers: AllowedProviders | None = None


class CompleteRequest(SpekoModel):
    """The body of ``POST /v1/complete``; ``None`` means absent, never JSON null."""

    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    intent: RoutingIntent
    system_prompt: str | None = None
    temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    constraints: PipelineConstraints | None = None
    reasoning_effort: ReasoningEffort | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    max_tool_hops: Annotated[int, Field(ge=1, le=16)] | None = None
