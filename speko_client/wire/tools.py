"""Tools as a caller describes them, with the names of the official SDK.

The embedded gateway runs no tool itself: it hands every one to the model as a function, and the
call back to the caller.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict

from speko_client.wire.base import Many, SpekoModel

ChatToolExecutionMode = Literal["inline", "webhook", "builtin", "integration"]
ChatToolPreToolSpeech = Literal["auto", "always", "never"]


class AgentWebhookAuthHeader(SpekoModel):
    """A header that the hosted service adds to a webhook's call; the value stays with it."""

    name: str
    secret_ref: str


class ChatToolSourceInline(SpekoModel):
    """The caller runs the tool."""

    kind: Literal["inline"] = "inline"


class ChatToolSourceWebhook(SpekoModel):
    """The hosted service runs it by a webhook; ``secret_ref`` names a secret that it keeps."""

    kind: Literal["webhook"] = "webhook"
    url: str
    secret_ref: str
    headers: dict[str, str] | None = None
    auth_headers: Many[AgentWebhookAuthHeader] | None = None
    timeout_ms: int | None = None
    response_mode: Literal["sync", "async"] | None = None
    async_ack: str | None = None


class ChatToolSourceBuiltin(SpekoModel):
    """The hosted service runs one of its own tools."""

    kind: Literal["builtin"] = "builtin"
    name: str
    config: Any = None


class ChatToolSourceIntegration(SpekoModel):
    """The hosted service runs an action of an app that is installed there."""

    kind: Literal["integration"] = "integration"
    installation_id: str
    app_key: str
    action_key: str
    config: Any = None


ChatToolSource = (
    ChatToolSourceInline | ChatToolSourceWebhook | ChatToolSourceBuiltin | ChatToolSourceIntegration
)


class ChatTool(SpekoModel):
    """A tool the model may call; ``parameters`` is a JSON schema, and is sent as it is.

    ``execution_mode`` and ``source`` say who runs it; without them the caller does. Fields of a
    newer service are sent along.
    """

    model_config = ConfigDict(extra="allow")

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    execution_mode: ChatToolExecutionMode | None = None
    source: ChatToolSource | None = None
    pre_tool_speech: ChatToolPreToolSpeech | None = None


ChatToolChoice = Literal["auto", "none", "required"] | dict[str, Any]
"""A word, or ``{"type": "function", "function": {"name": ...}}``."""
