"""Both forms of an answer as one: a sequence of events.

A reader is fed the body's chunks and yields events. The answer's first byte and its content type
choose it, not what was asked for: a server may answer either request in either form.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from speko_client.calls import EVENT_STREAM, JSON
from speko_client.errors import SpekoAnswerTooLargeError, SpekoApiError, SpekoStreamError
from speko_client.failures import error_fields, invalid_answer
from speko_client.limits import MAX_EVENT_BYTES
from speko_client.models import (
    CompleteResult,
    CompleteStreamDelta,
    CompleteStreamDone,
    CompleteStreamEvent,
    CompleteStreamMeta,
    CompleteStreamReasoning,
    CompleteStreamServerToolCall,
    CompleteStreamToolCall,
    StreamError,
)
from speko_client.wire.error_forms import error_in
from speko_client.wire.halves import Halves, sound
from speko_client.wire.sse import EventTooLargeError, ServerSentEvent, SSEDecoder

ModelT = TypeVar("ModelT", bound=BaseModel)

_MOST_NAMED = 100

_EVENTS: Mapping[str, type[CompleteStreamEvent]] = {
    "meta": CompleteStreamMeta,
    "delta": CompleteStreamDelta,
    "reasoning": CompleteStreamReasoning,
    "tool_call": CompleteStreamToolCall,
    "server_tool_call": CompleteStreamServerToolCall,
    "done": CompleteStreamDone,
    "error": StreamError,
}


class EventStreamReader:
    """``text/event-stream``; unknown event names are ignored. Raises only SpekoStreamError.

    ``event_bytes`` limits one event; None is no limit.
    """

    def __init__(self, event_bytes: int | None) -> None:
        self._event_bytes = event_bytes or sys.maxsize
        self._decoder = SSEDecoder(max_event_bytes=self._event_bytes)
        self._halves = Halves()

    def feed(self, chunk: bytes) -> Iterator[CompleteStreamEvent]:
        """The events that ``chunk`` completes."""
        with self._bounded():
            blocks = self._decoder.feed(chunk)
        return self._known(blocks)

    def end(self) -> Iterator[CompleteStreamEvent]:
        """A last event that lacks only its blank line."""
        with self._bounded():
            blocks = self._decoder.flush()
        try:
            yield from self._known(blocks)
        except SpekoStreamError:
            # Half an event at the very end means that the stream broke off; it is not malformed.
            # Without a terminal event AnswerSoFar reports that.
            return

    def _known(self, blocks: list[ServerSentEvent]) -> Iterator[CompleteStreamEvent]:
        for block in blocks:
            if (model := model_of(block)) is CompleteStreamDelta:
                yield read_delta(block.data, self._halves)
            elif model is not None:
                if rest := self._halves.rest():
                    yield CompleteStreamDelta(text=rest)
                yield read_event(model, block.data)

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        try:
            yield
        except EventTooLargeError as error:
            raise SpekoAnswerTooLargeError(
                "One event of the answer", self._event_bytes, "max_event_bytes"
            ) from error


class BufferedReader:
    """``application/json``: the whole answer at once, read as the events of a stream."""

    def __init__(self) -> None:
        self._body = JsonBody()

    def feed(self, chunk: bytes) -> Iterator[CompleteStreamEvent]:
        """Nothing yet: JSON is read when it is whole."""
        self._body.feed(chunk)
        return iter(())

    def end(self) -> Iterator[CompleteStreamEvent]:
        """All of the answer's events."""
        try:
            return as_events(self._body.read(CompleteResult))
        except ReportedError as reported:
            return iter((reported.event,))


class AnswerReader:
    """Either form, by its first byte; ``is_stream`` decides where that says nothing.

    Proxies call streams JSON, and servers send one object under the name of a stream.
    """

    def __init__(self, *, is_stream: bool, event_bytes: int | None) -> None:
        self._is_stream = is_stream
        self._event_bytes = event_bytes
        self._head = b""
        self._reader: EventStreamReader | BufferedReader | None = None

    def feed(self, chunk: bytes) -> Iterator[CompleteStreamEvent]:
        """The events that ``chunk`` completes."""
        if self._reader is None:
            chunk = (self._head + chunk).removeprefix(_BOM).lstrip(_BLANK)
            if _BOM.startswith(chunk):
                self._head = chunk
                return iter(())
        return self._chosen(chunk).feed(chunk)

    def end(self) -> Iterator[CompleteStreamEvent]:
        """The rest of the answer's events."""
        return self._chosen(b"").end()

    def _chosen(self, start: bytes) -> EventStreamReader | BufferedReader:
        if self._reader is None:
            is_stream = self._is_stream
            if start[:1] in _FIRST_BYTES:
                is_stream = _FIRST_BYTES[start[:1]]
            self._reader = EventStreamReader(self._event_bytes) if is_stream else BufferedReader()
        return self._reader


_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_FIRST_BYTES = {b"{": False, b"[": False, **dict.fromkeys((b"e", b"d", b"i", b"r", b":"), True)}
"""Whether an answer that begins so is a stream: JSON's brackets, the fields of an event."""


def reader_for(content_type: str, *, event_bytes: int | None = MAX_EVENT_BYTES) -> AnswerReader:
    """The reader for an answer of this content type."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in (EVENT_STREAM, JSON):
        said = kind[:80] or "of no stated type"
        raise invalid_answer(f"The answer is {said}, not JSON or events.")
    return AnswerReader(is_stream=kind == EVENT_STREAM, event_bytes=event_bytes)


class ReportedError(Exception):
    """In place of what was asked for, the server sent an error with status 200."""

    def __init__(self, event: StreamError) -> None:
        super().__init__(event.error)
        self.event = event


class JsonBody:
    """A JSON body as it arrives."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Takes a chunk."""
        self._bytes += chunk

    def read(self, model: type[ModelT]) -> ModelT:
        """The whole body as ``model``."""
        value = json_value(self._bytes)
        fields = error_in(value)
        try:
            if fields is None or not (isinstance(value, list) or value.get("error")):
                return validated(model, json_object(value))
        except SpekoStreamError:
            if fields is None:
                raise
        raise ReportedError(error_event(fields))


def model_of(block: ServerSentEvent) -> type[CompleteStreamEvent] | None:
    """What an event is by its name; None for an unknown one, and one without data.

    One without a name is an error where its data reports one; other servers do that.
    """
    model = _EVENTS.get(block.event)
    if model is None and block.event == "message" and "error" in block.data:
        return StreamError if _reports_error(block.data) else None
    return model if model is StreamError or block.data.strip() else None


def read_delta(text: str, halves: Halves) -> CompleteStreamDelta:
    """A piece of text; half a character at its end waits for the other half."""
    fields = json_object(json_value(text, mend=False))
    said = fields.get("text")
    if isinstance(said, str) and (halves.held or not said.isascii()):
        fields["text"] = halves.take(said)
    return validated(CompleteStreamDelta, {**fields, "type": "delta"})


def as_events(result: CompleteResult) -> Iterator[CompleteStreamEvent]:
    """The events that a stream of this answer has."""
    yield CompleteStreamMeta(
        provider=result.provider,
        model=result.model,
        failover_count=result.failover_count,
        total_failover_count=result.failover_count,
        scores_run_id=result.scores_run_id,
        attempts=result.attempts,
        kind=result.kind,
        simulated=result.simulated,
        words=result.words,
    )
    if result.reasoning:
        yield CompleteStreamReasoning(text=result.reasoning)
    if result.text:
        yield CompleteStreamDelta(text=result.text)
    for call in result.tool_calls or ():
        yield CompleteStreamToolCall(id=call.id, name=call.name, args=call.args)
    yield CompleteStreamDone.model_validate(dict(result))


def read_event(model: type[CompleteStreamEvent], text: str) -> CompleteStreamEvent:
    """An event of this model."""
    if model is StreamError:
        return error_event(_error_fields(text))
    data = json_object(json_value(text))
    # The event's name decides; a "type" in the data is ignored.
    data.pop("type", None)
    return validated(model, data)


def error_event(fields: dict[str, Any]) -> StreamError:
    """The error event for these fields of an error, in whatever form."""
    message, code = error_fields(fields)
    error = message or "The server ended the answer without a reason"
    attempts = {"attempts": fields["attempts"]} if "attempts" in fields else {}
    return validated(StreamError, {"error": error, "code": code or "STREAM_ERROR", **attempts})


def _error_fields(text: str) -> dict[str, Any]:
    """The fields of an error event; one that is plain text is its own message."""
    try:
        value = json_value(text)
    except SpekoApiError:
        value = text.strip()
    return error_in(value) or (value if isinstance(value, dict) else {"error": value})


def json_value(text: bytes | bytearray | str, *, mend: bool = True) -> Any:
    """The JSON value; ``mend`` takes out half characters, which nothing can store."""
    try:
        value = json.loads(text)
        if mend and _may_hold_halves(text):
            value = json.loads(sound(json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError) as error:
        raise invalid_answer("The answer is not valid JSON.") from error
    return value


def _reports_error(text: str) -> bool:
    try:
        return error_in(json.loads(text)) is not None
    except (ValueError, RecursionError):
        return False


def _may_hold_halves(text: bytes | bytearray | str) -> bool:
    if isinstance(text, str):
        return "\\ud" in text or "\\uD" in text
    return b"\\ud" in text or b"\\uD" in text


def json_object(value: Any) -> dict[str, Any]:
    """The value, where it is an object; else SpekoStreamError."""
    if not isinstance(value, dict):
        raise invalid_answer("The answer is JSON, but not an object.")
    return value


def validated(model: type[ModelT], data: dict[str, Any]) -> ModelT:
    """The data as ``model``; SpekoStreamError names the fields that are missing or wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise invalid_answer(
            f"Fields of the answer are missing or wrong: {_fields_at_fault(error)[:500]}."
        ) from None


def _fields_at_fault(error: ValidationError) -> str:
    if (count := error.error_count()) > _MOST_NAMED:
        # To name them is to build a dict for each, and a server may send a million.
        return f"{count:,} of them"
    return ", ".join(
        ".".join(str(part) for part in fault["loc"])
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    )
