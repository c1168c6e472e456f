"""The ``anthropic`` dialect: messages.

``POST {base}/v1/messages``, streamed or answered with one message. The system prompt has a field of
its own, turns alternate, and ``max_tokens`` must be sent. The current API version knows no
temperature any more; models that still take one are asked in the version before, as Anthropic's
migration guide advises. Thinking is adaptive from Claude 4.6 on and has a budget in tokens before.
"""

from __future__ import annotations

import re
from typing import Any

from speko_client.models import ReasoningEffort
from speko_gateway.conversation import (
    LegalMessage,
    alternating,
    arguments,
    digest,
    function_tools,
    legal_messages,
    system_text,
    tool_choice,
    unique_ids,
)
from speko_gateway.provider import ProviderRequest
from speko_gateway.providers.vendors.anthropic_reader import MessageReader
from speko_gateway.providers.vendors.catalogue import (
    EFFORTS,
    Vendor,
    effort_note,
    nearest_effort,
    temperature_note,
)
from speko_gateway.providers.vendors.dialect import Outgoing, Reader, model_ids

VERSION = "2026-10-21"
SAMPLING_VERSION = "2023-06-01"
"""The API version that still takes a temperature."""

DEFAULT_MAX_TOKENS = 4096
"""Sent where the caller named no cap, because the API insists on one; every Claude allows it."""
DEFAULT_THINKING_MAX_TOKENS = 16_384
"""The same while Claude thinks, which counts towards the cap."""

_MOST_TOKENS_WHOLE = 21_333
"""The cap above which Anthropic's SDKs insist on a stream: more may take over ten minutes."""

_BUDGETS: dict[ReasoningEffort, int] = {
    "minimal": 1024,
    "low": 2048,
    "medium": 4096,
    "high": 8192,
    "xhigh": 12_288,
    "max": 16_384,
}
_MIN_BUDGET = 1024

_WITHOUT_THINKING = re.compile(r"claude-(instant|[12]\b|3-(?!7))")
_WITH_BUDGET = re.compile(
    r"claude-(3-7|(opus|sonnet|haiku)-4(-[0-5])?(?![-\d]|\.\d)|\w+-4(-[0-5])?-\d{8})"
)
_CLAUDE_4_6 = re.compile(r"claude-(opus|sonnet|haiku)-4-6")
_ADAPTIVE_EFFORTS: tuple[ReasoningEffort, ...] = ("low", "medium", "high", "xhigh", "max")

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_MODEL_ALIASES = {
    "claude-3-5-sonnet": "claude-3-5-sonnet-latest",
    "claude-3-5-haiku": "claude-3-5-haiku-latest",
}


class AnthropicDialect:
    """Messages."""

    def outgoing(self, vendor: Vendor, request: ProviderRequest) -> Outgoing:
        """The request with its system prompt in the native field."""
        turns, notes = alternating(_turns(request))
        thinking, thinking_notes = _thinking(request, turns)
        temperature, temperature_notes = _temperature(request, thinks="thinking" in thinking)
        body: dict[str, Any] = {
            "model": _MODEL_ALIASES.get(request.model, request.model),
            "max_tokens": request.max_tokens or _default_cap(thinking),
            "messages": _messages(turns),
            "stream": None if _comes_whole(request, thinking) else True,
            "system": system_text(request),
            "temperature": temperature,
            **thinking,
            **_tool_fields(request),
        }
        return Outgoing(
            "/v1/messages",
            {name: value for name, value in body.items() if value is not None},
            {"anthropic-version": VERSION if temperature is None else SAMPLING_VERSION},
            (*notes, *thinking_notes, *temperature_notes),
        )

    def reader(self, notes: tuple[str, ...], secret: str | None) -> Reader:
        """A reader of message events."""
        return MessageReader(notes, secret)

    def key_headers(self, key: str) -> dict[str, str]:
        """A bearer token, as Anthropic's SDK sends it since its version 2."""
        return {"Authorization": f"Bearer {key}"}

    def models_request(self) -> Outgoing:
        """``GET {base}/v1/models``."""
        return Outgoing("/v1/models?limit=1000", {}, {"anthropic-version": VERSION})

    def model_ids(self, entries: list[Any]) -> list[str]:
        """Each one's ``id``."""
        return model_ids(entries)


# What is sent


def _comes_whole(request: ProviderRequest, thinking: dict[str, Any]) -> bool:
    """Whether to ask for one message: not where that may take longer than connections last."""
    cap = request.max_tokens or _default_cap(thinking)
    return request.buffered and cap <= _MOST_TOKENS_WHOLE


def _turns(request: ProviderRequest) -> list[LegalMessage]:
    ids = unique_ids(
        lambda call_id: _ID.fullmatch(call_id) is not None,
        lambda call_id: "toolu_" + digest(call_id, 24),
    )
    return [turn for turn in legal_messages(request.messages, ids) if turn.role != "system"]


def _messages(turns: tuple[LegalMessage, ...]) -> list[dict[str, Any]]:
    """Messages of two roles: results of tools are the user's, before what the user says."""
    messages: list[dict[str, Any]] = []
    for turn in turns:
        role = "assistant" if turn.role == "assistant" else "user"
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"] += _blocks(turn)
        elif turn.calls or turn.results:
            messages.append({"role": role, "content": _blocks(turn)})
        else:
            messages.append({"role": role, "content": turn.text})
    return messages


def _blocks(turn: LegalMessage) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if turn.text:
        blocks.append({"type": "text", "text": turn.text})
    blocks += (
        {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments(call)}
        for call in turn.calls
    )
    for result in turn.results:
        block = {"type": "tool_result", "tool_use_id": result.call_id, "content": result.text}
        blocks.append({**block, "is_error": True} if result.is_error else block)
    return blocks


def _thinking(
    request: ProviderRequest, turns: tuple[LegalMessage, ...]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The fields that ask for the reasoning effort, and what to say about it."""
    model, asked = request.model, request.reasoning_effort
    if asked is None or (asked == "none" and _knows_silence(model)):
        return {}, ()
    if _WITHOUT_THINKING.match(model):
        return {}, (effort_note(model, asked, None),)
    if _WITH_BUDGET.match(model):
        return _budgeted(request, asked, turns)
    # Claude 4.6 knows max, but not xhigh; what is less than max must not cost as much.
    known = _ADAPTIVE_EFFORTS
    if _CLAUDE_4_6.match(model) and asked != "max":
        known = _ADAPTIVE_EFFORTS[:3]
    sent = nearest_effort(asked, known)
    fields: dict[str, Any] = {"output_config": {"effort": sent}}
    if EFFORTS.index(asked) >= EFFORTS.index("low") and not _is_forced(request):
        fields["thinking"] = {"type": "adaptive"}
    return fields, () if sent == asked else (effort_note(model, asked, sent),)


def _budgeted(
    request: ProviderRequest, effort: ReasoningEffort, turns: tuple[LegalMessage, ...]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Thinking by a budget: at most half of the cap, and never in the middle of a tool's use."""
    cap = request.max_tokens or DEFAULT_THINKING_MAX_TOKENS
    budget = min(_BUDGETS[effort], cap // 2)
    if _is_forced(request) or any(turn.calls for turn in turns):
        return {}, (f"{request.model} does not think while it uses these tools; effort left out.",)
    if budget < _MIN_BUDGET:
        room = f"under a limit of {cap} tokens"
        return {}, (f"{request.model} has no room to think {room}; the effort was left out.",)
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}, ()


def _knows_silence(model: str) -> bool:
    """Whether a model does not think unless asked to."""
    return bool(_WITHOUT_THINKING.match(model) or _WITH_BUDGET.match(model))


def _is_forced(request: ProviderRequest) -> bool:
    """Whether a tool must be called; such a call goes without thinking."""
    choice = tool_choice(request.tool_choice) if request.tools else None
    return choice is not None and choice.mode in ("required", "function")


def _default_cap(thinking: dict[str, Any]) -> int:
    return DEFAULT_THINKING_MAX_TOKENS if "thinking" in thinking else DEFAULT_MAX_TOKENS


def _temperature(request: ProviderRequest, *, thinks: bool) -> tuple[float | None, tuple[str, ...]]:
    """Claude up to 4.6 takes 0 to 1, and none while it thinks; later ones take none at all."""
    model, asked = request.model, request.temperature
    takes = _knows_silence(model) or _CLAUDE_4_6.match(model)
    if asked is None:
        return None, ()
    if thinks or not takes:
        return None, (temperature_note(model),)
    if asked > 1:
        return 1.0, (f"{model} takes a temperature up to 1; {asked:g} was lowered to 1.",)
    return asked, ()


def _tool_fields(request: ProviderRequest) -> dict[str, Any]:
    if not request.tools:
        return {}
    tools = [
        {
            "name": tool.name,
            **({"description": tool.description} if tool.description else {}),
            "input_schema": tool.parameters or {"type": "object", "properties": {}},
        }
        for tool in function_tools(request.tools)
    ]
    return {"tools": tools, "tool_choice": _choice(request)}


def _choice(request: ProviderRequest) -> dict[str, Any] | None:
    choice = tool_choice(request.tool_choice)
    if choice is None and request.parallel_tool_calls is not False:
        return None
    mode = choice.mode if choice else "auto"
    if mode == "none":
        return {"type": "none"}
    kind = {"auto": "auto", "required": "any", "function": "tool"}[mode]
    found: dict[str, Any] = {"type": kind}
    if choice is not None and choice.name:
        found["name"] = choice.name
    if request.parallel_tool_calls is False:
        found["disable_parallel_tool_use"] = True
    return found
