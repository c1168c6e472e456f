"""What comes back in the ``anthropic`` dialect: the events of a stream, or the one message."""

from __future__ import annotations

from typing import Any

from speko_gateway.provider import PROGRESS, ProviderEvent
from speko_gateway.providers.failures import unreadable
from speko_gateway.providers.vendors.reading import (
    Reading,
    count,
    event_object,
    is_end,
    listed,
    mapping,
    text,
    whole,
)
from speko_gateway.providers.vendors.tool_fragments import spelled


class MessageReader:
    """Reads message events, or the one message; each names its type in its data."""

    def __init__(self, notes: tuple[str, ...], secret: str | None) -> None:
        self.done = False
        self._reading = Reading(notes, secret)
        self._prompt_parts: dict[str, int] = {}

    def read(self, data: str) -> list[ProviderEvent]:
        """One event's text; everything else is kept for the finish."""
        if is_end(data):
            self.done = True
            return []
        event = event_object(data, self._reading.secret, "type")
        kind = event.get("type")
        if kind == "content_block_delta":
            return self._read_delta(event)
        if kind == "content_block_start":
            return self._start_block(event)
        if kind == "message_start":
            self._count(mapping(event.get("message")).get("usage"))
        elif kind == "message_delta":
            self._count(event.get("usage"))
            self._end(mapping(event.get("delta")))
        elif kind == "message_stop":
            self.done = True
        elif kind == "message":
            return self._read_message(event)
        return []

    def finish(self) -> list[ProviderEvent]:
        """Tool calls and usage; with neither a stop reason nor an end the stream was cut."""
        return self._reading.finish(done=self.done)

    def _end(self, message: dict[str, Any]) -> None:
        explanation = mapping(message.get("stop_details")).get("explanation")
        self._reading.end(message.get("stop_reason"), explanation)

    def _read_message(self, message: dict[str, Any]) -> list[ProviderEvent]:
        """An answer in one piece, of which a stream has the parts."""
        self.done = True
        self._count(message.get("usage"))
        self._end(message)
        said: list[ProviderEvent] = []
        for index, block in enumerate(listed(message.get("content"))):
            said += self._start_block({"index": index, "content_block": block})
        return said

    def _read_delta(self, event: dict[str, Any]) -> list[ProviderEvent]:
        delta = mapping(event.get("delta"))
        if said := self._reading.say(delta.get("text")):
            return said
        if thought := self._reading.think(delta.get("thinking")):
            return thought
        if isinstance(part := delta.get("partial_json"), str) and part:
            self._add_to_call(event, part)
        return [PROGRESS] if any(delta[name] for name in delta if name != "type") else []

    def _add_to_call(self, event: dict[str, Any], part: str) -> None:
        drafts = self._reading.drafts
        index = whole(event.get("index", max(0, drafts.next_place - 1)))
        if index is None:
            raise unreadable("sent a part that belongs to no block of its answer")
        drafts.add_args(index, part)

    def _start_block(self, event: dict[str, Any]) -> list[ProviderEvent]:
        block = mapping(event.get("content_block"))
        if block.get("type") == "text":
            return self._reading.say(block.get("text"))
        if block.get("type") == "thinking":
            return self._reading.think(block.get("thinking")) or [PROGRESS]
        if block.get("type") == "tool_use":
            drafts = self._reading.drafts
            index = whole(event.get("index"))
            place = drafts.next_place if index is None else index
            drafts.begin(place, text(block.get("id")), text(block.get("name")))
            drafts.add_args(place, spelled(block.get("input")))
        return [PROGRESS]

    def _count(self, usage: Any) -> None:
        """All of the prompt: what was read from or written to the cache is counted apart."""
        counts = mapping(usage)
        for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"):
            self._prompt_parts[name] = count(counts.get(name)) or self._prompt_parts.get(name, 0)
        self._reading.used(sum(self._prompt_parts.values()), counts.get("output_tokens"))
