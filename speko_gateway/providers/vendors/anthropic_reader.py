"""What comes back in the ``anthropic`` dialect: the events of a stream, or the one message."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from speko_gateway.provider import PROGRESS, ProviderEvent, TextDelta
from speko_gateway.providers.failures import reported, unreadable
from speko_gateway.providers.vendors.dialect import (
    count,
    event_object,
    finish,
    is_end,
    listed,
    mapping,
    text,
    tool_calls,
)

_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


@dataclass
class _ToolUse:
    """A tool call: ``given`` is its input where that came at once, ``parts`` where it did not."""

    id: str
    name: str
    given: Any
    parts: list[str] = field(default_factory=list)

    @property
    def args(self) -> str:
        """The arguments as JSON; empty where there are none."""
        return "".join(self.parts) or (
            json.dumps(self.given, ensure_ascii=False) if self.given else ""
        )


class MessageReader:
    """Reads message events, or the one message; each names its type in its data."""

    def __init__(self, notes: tuple[str, ...], secret: str | None) -> None:
        self.done = False
        self._notes = notes
        self._secret = secret
        self._reason: str | None = None
        self._usage: dict[str, int] = {}
        self._blocks: dict[int, _ToolUse] = {}

    def read(self, data: str) -> list[ProviderEvent]:
        """One event's text; everything else is kept for the finish."""
        if is_end(data):
            self.done = True
            return []
        event = event_object(data)
        kind = event.get("type")
        if kind == "content_block_delta":
            return self._read_delta(event)
        if kind == "content_block_start":
            return self._start_block(event)
        if kind == "message_start":
            self._count(mapping(event.get("message")).get("usage"))
        elif kind == "message_delta":
            self._count(event.get("usage"))
            reason = text(mapping(event.get("delta")).get("stop_reason"))
            self._reason = _REASONS.get(reason, "stop") if reason else self._reason
        elif kind == "message_stop":
            self.done = True
        elif kind == "message":
            return self._read_message(event)
        elif kind == "error":
            raise reported(event.get("error"), self._secret)
        return []

    def finish(self) -> list[ProviderEvent]:
        """Tool calls and usage; with neither a stop reason nor an end the stream was cut."""
        if not self.done and self._reason is None:
            raise unreadable("broke off before its answer was complete")
        reason = self._reason or "stop"
        parts = [(block.id, block.name, block.args) for block in self._blocks.values()]
        calls, notes = tool_calls(parts, cut=reason == "length")
        return finish(
            reason,
            calls,
            self._prompt_tokens(),
            self._usage.get("output_tokens"),
            self._notes + notes,
        )

    def _read_message(self, message: dict[str, Any]) -> list[ProviderEvent]:
        """An answer in one piece, of which a stream has the parts."""
        self.done = True
        self._count(message.get("usage"))
        self._reason = _REASONS.get(text(message.get("stop_reason")), "stop")
        said: list[ProviderEvent] = []
        for index, block in enumerate(listed(message.get("content"))):
            said += self._start_block({"index": index, "content_block": block})
        return said

    def _read_delta(self, event: dict[str, Any]) -> list[ProviderEvent]:
        delta = mapping(event.get("delta"))
        if said := text(delta.get("text")):
            return [TextDelta(said)]
        if part := text(delta.get("partial_json")):
            index = event.get("index")
            if not isinstance(index, int):
                raise unreadable("sent a part that belongs to no block of its answer")
            if index in self._blocks:
                self._blocks[index].parts.append(part)
        return [PROGRESS] if any(delta[name] for name in delta if name != "type") else []

    def _start_block(self, event: dict[str, Any]) -> list[ProviderEvent]:
        block = mapping(event.get("content_block"))
        if block.get("type") == "tool_use" and isinstance(event.get("index"), int):
            call_id, name = text(block.get("id")), text(block.get("name"))
            self._blocks[event["index"]] = _ToolUse(call_id, name, block.get("input"))
        if block.get("type") != "text":
            return [PROGRESS]
        said = text(block.get("text"))
        return [TextDelta(said)] if said else []

    def _count(self, usage: Any) -> None:
        """Counts are cumulative: the last one that makes sense stands."""
        for name, value in mapping(usage).items():
            if (number := count(value)) is not None:
                self._usage[name] = number

    def _prompt_tokens(self) -> int | None:
        """All of the prompt: what was read from or written to the cache is counted apart."""
        if "input_tokens" not in self._usage:
            return None
        cached = ("cache_creation_input_tokens", "cache_read_input_tokens")
        return self._usage["input_tokens"] + sum(self._usage.get(name, 0) for name in cached)
