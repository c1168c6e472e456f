"""The ``openai`` dialect: chat completions (OpenAI and everyone compatible).

``POST {base}/chat/completions``. Streamed, with ``stream_options.include_usage``, the answer is a
series of chunks that ends with ``[DONE]``; else it is one object of nearly the same shape. What
differs between vendors stands in their rows, what differs between models in their traits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from speko_client.models import ReasoningEffort
from speko_client.wire.error_forms import error_in
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
)
from speko_gateway.providers.failures import reported
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
from speko_gateway.providers.vendors.dialect import CHAT_COMPLETIONS, Outgoing, Reader, model_ids
from speko_gateway.providers.vendors.reading import (
    Reading,
    event_object,
    first_of,
    is_end,
    listed,
    mapping,
    place_of,
    text,
)
from speko_gateway.providers.vendors.tool_fragments import spelled

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

    def model_ids(self, entries: list[Any]) -> list[str]:
        """Each one's ``id``."""
        return model_ids(entries)


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


class ChunkReader:
    """Reads chat completion chunks, or the one chat completion. Only the first choice counts."""

    def __init__(self, notes: tuple[str, ...], secret: str | None) -> None:
        self.done = False
        self._reading = Reading(notes, secret)

    def read(self, data: str) -> list[ProviderEvent]:
        """One chunk's text; tool calls are kept until they are whole."""
        if data[:1] != "{" and is_end(data):
            self.done = True
            return []
        chunk = event_object(data, self._reading.secret, "choices")
        if chunk.get("usage"):
            self._count(chunk["usage"])
        if "x_groq" in chunk:
            self._count(mapping(chunk["x_groq"]).get("usage"))
        return [
            event
            for choice in first_of(chunk.get("choices"))
            for event in self._read_choice(choice)
        ]

    def finish(self) -> list[ProviderEvent]:
        """Tool calls and usage; a stream without finish reason or ``[DONE]`` was cut."""
        return self._reading.finish(done=self.done)

    def _count(self, usage: Any) -> None:
        """Usage comes with a chunk, at Moonshot with its choice, at Groq with ``x_groq``."""
        counts = mapping(usage)
        details = mapping(counts.get("completion_tokens_details"))
        self._reading.used(
            counts.get("prompt_tokens"),
            counts.get("completion_tokens"),
            details.get("reasoning_tokens") or counts.get("reasoning_tokens"),
        )

    def _read_choice(self, choice: dict[str, Any]) -> list[ProviderEvent]:
        if choice.get("error"):
            raise reported(error_in(choice) or {}, self._reading.secret)
        # An answer in one piece has the whole message where a chunk has a delta.
        delta = mapping(choice.get("delta") or choice.get("message"))
        if "tool_calls" in delta or "function_call" in delta:
            for position, fragment in enumerate(_fragments(delta)):
                self._read_fragment(fragment, position)
        if reason := choice.get("finish_reason"):
            self._reading.end(reason)
        if choice.get("usage"):
            self._count(choice["usage"])
        content = delta.get("content")
        # Some servers send it under two of these names at once.
        thought = delta.get("reasoning_content") or delta.get("reasoning") or delta.get("thinking")
        if isinstance(content, list):
            thought = thought or _block_reasoning(content)
            content = _block_text(content)
        said = self._reading.say(content or delta.get("refusal"))
        if thought:
            said = [*self._reading.think(thought), *said]
        if said:
            return said
        return [PROGRESS] if any(delta[name] for name in delta if name != "role") else []

    def _read_fragment(self, fragment: dict[str, Any], position: int) -> None:
        function = mapping(fragment.get("function"))
        self._reading.drafts.add(
            place_of(fragment, position),
            text(fragment.get("id")),
            text(function.get("name")),
            spelled(function.get("arguments")),
        )


def _fragments(delta: dict[str, Any]) -> list[dict[str, Any]]:
    """Fragments of tool calls; the one ``function_call`` is how it was spelled before them."""
    found = listed(delta.get("tool_calls"))
    former = mapping(delta.get("function_call"))
    return found or ([{"function": former}] if former else [])


def _block_reasoning(content: list[Any]) -> str:
    """The text in the thinking blocks: each is a list of blocks of text."""
    return "".join(_block_text(block.get("thinking")) for block in listed(content))


def _block_text(content: Any) -> str:
    """The text blocks' text: Mistral's reasoning models send blocks in place of a string."""
    return "".join(block["text"] for block in listed(content) if isinstance(block.get("text"), str))
