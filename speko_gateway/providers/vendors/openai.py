"""The ``openai`` dialect: chat completions (OpenAI and everyone compatible).

``POST {base}/chat/completions``. Streamed, with ``stream_options.include_usage``, the answer is a
series of chunks that ends with ``[DONE]``; else it is one object of nearly the same shape. What
differs between vendors stands in their rows, what differs between models in their traits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from speko_client.models import ReasoningEffort
from speko_gateway.conversation import (
    OPENING,
    LegalMessage,
    alternating,
    digest,
    function_tools,
    legal_messages,
    system_text,
    tool_choice,
    unique_ids,
)
from speko_gateway.provider import (
    PROGRESS,
    ProviderEvent,
    ProviderRequest,
    TextDelta,
)
from speko_gateway.providers.failures import reported, unreadable
from speko_gateway.providers.vendors.catalogue import (
    Sampling,
    Traits,
    Vendor,
    effort_note,
    max_tokens_field,
    nearest_effort,
    temperature_note,
    traits_of,
)
from speko_gateway.providers.vendors.dialect import (
    CHAT_COMPLETIONS,
    Outgoing,
    Reader,
    count,
    event_object,
    finish,
    is_end,
    listed,
    mapping,
    model_ids,
    text,
    tool_calls,
)

_REASONS = {
    "stop": "stop",
    "length": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}
_SHORT_ID = re.compile(r"[a-zA-Z0-9]{9}")
MAX_ID = 40
"""OpenAI's limit for the id of a tool call."""


class OpenAIDialect:
    """Chat completions."""

    def outgoing(self, vendor: Vendor, request: ProviderRequest) -> Outgoing:
        """The request's body in the vendor's own field names."""
        messages, notes = _messages(vendor, request)
        effort, effort_notes = _effort(vendor, request)
        temperature, temperature_notes = _temperature(request, effort)
        body: dict[str, Any] = {
            "model": request.model,
            "messages": messages,
            **({} if request.buffered else _streaming(vendor)),
            max_tokens_field(vendor, request.model): request.max_tokens,
            "temperature": temperature,
            "reasoning_effort": effort,
            **_tool_fields(request),
        }
        sent = {name: value for name, value in body.items() if value is not None}
        notes = (*notes, *effort_notes, *temperature_notes)
        return Outgoing(CHAT_COMPLETIONS, sent, {}, notes)

    def reader(self, notes: tuple[str, ...], secret: str | None) -> Reader:
        """A reader of chunks."""
        return ChunkReader(notes, secret)

    def key_headers(self, key: str) -> dict[str, str]:
        """A bearer token."""
        return {"Authorization": f"Bearer {key}"}

    def models_request(self) -> Outgoing:
        """``GET {base}/models``."""
        return Outgoing("/models", {}, {})

    def model_ids(self, listed: Any) -> list[str]:
        """``data[].id``; Together answers with the bare list."""
        return model_ids(listed.get("data") if isinstance(listed, dict) else listed)


# What is sent


def _streaming(vendor: Vendor) -> dict[str, Any]:
    options = {"include_usage": True} if vendor.usage_option else None
    return {"stream": True, "stream_options": options}


def _messages(
    vendor: Vendor, request: ProviderRequest
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    turns = legal_messages(request.messages, _call_ids(vendor))
    notes: tuple[str, ...] = ()
    if vendor.strict_turns:
        turns, notes = alternating([turn for turn in turns if turn.role != "system"])
        system = system_text(request)
    else:
        system = _unsaid(request.system_prompt, turns)
        turns = turns or (() if system else (LegalMessage("user", OPENING),))
    messages = [{"role": "system", "content": system}] if system else []
    return [*messages, *(message for turn in turns for message in _wire_messages(turn))], notes


def _unsaid(prompt: str | None, turns: tuple[LegalMessage, ...]) -> str | None:
    """The system prompt, unless the caller's own messages begin with it."""
    already = bool(turns) and turns[0] == LegalMessage("system", prompt or "")
    return prompt if prompt and prompt.strip() and not already else None


def _wire_messages(turn: LegalMessage) -> list[dict[str, Any]]:
    if turn.role == "tool":
        return [
            {"role": "tool", "tool_call_id": result.call_id, "content": result.text}
            for result in turn.results
        ]
    if not turn.calls:
        return [{"role": turn.role, "content": turn.text}]
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.args or "{}"},
        }
        for call in turn.calls
    ]
    return [{"role": "assistant", "content": turn.text or None, "tool_calls": calls}]


def _call_ids(vendor: Vendor) -> Callable[[str], str]:
    if vendor.short_call_ids:
        return unique_ids(
            lambda call_id: _SHORT_ID.fullmatch(call_id) is not None,
            lambda call_id: digest(call_id, 9),
        )
    return unique_ids(
        lambda call_id: 0 < len(call_id) <= MAX_ID, lambda call_id: "call_" + digest(call_id, 24)
    )


def _effort(
    vendor: Vendor, request: ProviderRequest
) -> tuple[ReasoningEffort | None, tuple[str, ...]]:
    """The effort to send, and what to say where it is not the one asked for."""
    model, asked = request.model, request.reasoning_effort
    family = traits_of(model)
    if request.tools and family.tools_silence_reasoning and asked != "none":
        return "none", (f"{model} takes tools only without reasoning; it was switched off.",)
    if asked is None:
        return None, ()
    sent = nearest_effort(asked, family.efforts or vendor.efforts)
    return sent, () if sent == asked else (effort_note(model, asked, sent),)


def _temperature(
    request: ProviderRequest, effort: ReasoningEffort | None
) -> tuple[float | None, tuple[str, ...]]:
    if request.temperature is None or _samples(traits_of(request.model), effort):
        return request.temperature, ()
    return None, (temperature_note(request.model),)


def _samples(family: Traits, effort: ReasoningEffort | None) -> bool:
    """Whether a model takes a temperature at this effort."""
    if family.sampling is Sampling.UNLESS_REASONING:
        return effort in (None, "none")
    if family.sampling is Sampling.WITHOUT_REASONING:
        return effort == "none"
    return family.sampling is Sampling.FREE


def _tool_fields(request: ProviderRequest) -> dict[str, Any]:
    if not request.tools:
        return {}
    choice = tool_choice(request.tool_choice)
    return {
        "tools": [
            {
                "type": "function",
                "function": {
                    name: value
                    for name, value in (
                        ("name", tool.name),
                        ("description", tool.description),
                        ("parameters", tool.parameters),
                    )
                    if value is not None
                },
            }
            for tool in function_tools(request.tools)
        ],
        "tool_choice": choice
        and (
            {"type": "function", "function": {"name": choice.name}} if choice.name else choice.mode
        ),
        "parallel_tool_calls": request.parallel_tool_calls,
    }


# What comes back


class _Slot:
    """One tool call as its fragments arrive."""

    __slots__ = ("args", "id", "name")

    def __init__(self) -> None:
        self.id = self.name = ""
        self.args: list[str] = []


class ChunkReader:
    """Reads chat completion chunks, or the one chat completion."""

    def __init__(self, notes: tuple[str, ...], secret: str | None) -> None:
        self.done = False
        self._notes = notes
        self._secret = secret
        self._reason: str | None = None
        self._usage: dict[str, Any] = {}
        self._slots: list[_Slot] = []
        self._open: dict[int, _Slot] = {}

    def read(self, data: str) -> list[ProviderEvent]:
        """One chunk's text; tool calls are kept until they are whole."""
        if is_end(data):
            self.done = True
            return []
        chunk = event_object(data)
        if chunk.get("error"):
            raise reported(chunk["error"], self._secret)
        if chunk.get("usage"):
            self._usage = mapping(chunk["usage"])
        return [
            event
            for choice in listed(chunk.get("choices"))
            if not choice.get("index")
            for event in self._read_choice(choice)
        ]

    def finish(self) -> list[ProviderEvent]:
        """Tool calls and usage; a stream without finish reason or ``[DONE]`` was cut."""
        if not self.done and self._reason is None:
            raise unreadable("broke off before its answer was complete")
        reason = self._reason or "stop"
        parts = [(slot.id, slot.name, "".join(slot.args)) for slot in self._slots]
        calls, notes = tool_calls(parts, cut=reason == "length")
        return finish(
            reason,
            calls,
            count(self._usage.get("prompt_tokens")),
            count(self._usage.get("completion_tokens")),
            self._notes + notes,
        )

    def _read_choice(self, choice: dict[str, Any]) -> list[ProviderEvent]:
        # An answer in one piece has the whole message where a chunk has a delta.
        delta = mapping(choice.get("delta") or choice.get("message"))
        for position, fragment in enumerate(listed(delta.get("tool_calls"))):
            self._read_fragment(fragment, position)
        if (reason := choice.get("finish_reason")) is not None:
            self._end(reason)
        content = delta.get("content")
        said = text(content) or _block_text(content) or text(delta.get("refusal"))
        if said:
            return [TextDelta(said)]
        return [PROGRESS] if any(delta[name] for name in delta if name != "role") else []

    def _end(self, reason: Any) -> None:
        if reason == "error":
            raise reported({"message": "the model failed"}, self._secret)
        self._reason = _REASONS.get(text(reason), "stop")

    def _read_fragment(self, fragment: dict[str, Any], position: int) -> None:
        slot = self._slot(fragment, position)
        function = mapping(fragment.get("function"))
        slot.id = slot.id or text(fragment.get("id"))
        slot.name = slot.name or text(function.get("name"))
        args = function.get("arguments")
        slot.args.append(json.dumps(args) if isinstance(args, dict) else text(args))

    def _slot(self, fragment: dict[str, Any], position: int) -> _Slot:
        """The call a fragment belongs to: by index; a new id at a used index is a new call."""
        index = fragment.get("index")
        key = index if isinstance(index, int) else position
        slot, own = self._open.get(key), text(fragment.get("id"))
        if slot is None or (own and slot.id and own != slot.id):
            slot = self._open[key] = _Slot()
            self._slots.append(slot)
        return slot


def _block_text(content: Any) -> str:
    """The text blocks' text: Mistral's reasoning models send blocks in place of a string."""
    return "".join(text(block.get("text")) for block in listed(content))
