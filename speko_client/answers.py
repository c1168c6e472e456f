"""Both forms of an answer, read as one: a sequence of events with one terminal event.

A reader is fed the body's chunks and yields events. Which reader it is, the answer's content type
says, not what was asked for: a server may answer either request in either form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from speko_client.calls import EVENT_STREAM, JSON
from speko_client.errors import SpekoStreamError
from speko_client.failures import error_fields, invalid_answer
from speko_client.models import (
    CompleteResult,
    CompleteStreamDelta,
    CompleteStreamDone,
    CompleteStreamEvent,
    CompleteStreamMeta,
    CompleteStreamToolCall,
    StreamError,
)
from speko_client.wire.sse import EventTooLargeError, ServerSentEvent, SSEDecoder

MAX_JSON_BYTES = 32 * 1024 * 1024

ModelT = TypeVar("ModelT", bound=BaseModel)

_EVENTS: Mapping[str, type[CompleteStreamEvent]] = {
    "meta": CompleteStreamMeta,
    "delta": CompleteStreamDelta,
    "tool_call": CompleteStreamToolCall,
    "done": CompleteStreamDone,
    "error": StreamError,
}


class AnswerReader(Protocol):
    """Turns an answer's bytes into events; raises SpekoStreamError and nothing else."""

    def feed(self, chunk: bytes) -> Iterator[CompleteStreamEvent]:
        """The events that ``chunk`` completes."""
        ...

    def end(self) -> Iterator[CompleteStreamEvent]:
        """The events that the end of the body completes."""
        ...


def reader_for(content_type: str) -> AnswerReader:
    """The reader for an answer of this content type."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == EVENT_STREAM:
        return EventStreamReader()
    if kind == JSON:
        return BufferedReader()
    raise invalid_answer(f"The answer is {kind[:80] or 'of no stated type'}, not JSON or events.")


class EventStreamReader:
    """``text/event-stream``; unknown event names are ignored."""

    def __init__(self) -> None:
        self._decoder = SSEDecoder()

    def feed(self, chunk: bytes) -> Iterator[CompleteStreamEvent]:
        """The events that ``chunk`` completes."""
        try:
            blocks = self._decoder.feed(chunk)
        except EventTooLargeError as error:
            raise invalid_answer(f"The answer cannot be read: {error}.") from error
        return _known(blocks)

    def end(self) -> Iterator[CompleteStreamEvent]:
        """A last event that lacks only its blank line."""
        try:
            yield from _known(self._decoder.flush())
        except SpekoStreamError:
            # Half an event at the very end is a stream that broke off, not a malformed one; with
            # no terminal event the stream itself says so.
            return


class BufferedReader:
    """``application/json``: the whole answer at once, told as meta, delta and done."""

    def __init__(self) -> None:
        self._body = JsonBody()

    def feed(self, chunk: bytes) -> Iterator[CompleteStreamEvent]:
        """Nothing yet: JSON is read when it is whole."""
        self._body.feed(chunk)
        return iter(())

    def end(self) -> Iterator[CompleteStreamEvent]:
        """All of the answer's events."""
        return _told(self._body.read(CompleteResult))


class JsonBody:
    """A JSON body on its way, bounded."""

    def __init__(self, limit: int = MAX_JSON_BYTES) -> None:
        self._chunks: list[bytes] = []
        self._left = limit

    def feed(self, chunk: bytes) -> None:
        """Takes a chunk; raises SpekoStreamError where the body is too large to be an answer."""
        self._left -= len(chunk)
        if self._left < 0:
            raise invalid_answer("The answer is too large to be one.")
        self._chunks.append(chunk)

    def read(self, model: type[ModelT]) -> ModelT:
        """The whole body as ``model``."""
        return _validated(model, _parsed(b"".join(self._chunks)))


def _told(result: CompleteResult) -> Iterator[CompleteStreamEvent]:
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
    if result.text:
        yield CompleteStreamDelta(text=result.text)
    for call in result.tool_calls or ():
        yield CompleteStreamToolCall(id=call.id, name=call.name, args=call.args)
    yield CompleteStreamDone.model_validate(dict(result))


def _known(blocks: list[ServerSentEvent]) -> Iterator[CompleteStreamEvent]:
    for block in blocks:
        model = _EVENTS.get(block.event)
        if model is not None:
            yield _event(model, _parsed(block.data))


def _event(model: type[CompleteStreamEvent], data: dict[str, Any]) -> CompleteStreamEvent:
    # The event's name is the truth; a "type" among the data is the server's own affair.
    data.pop("type", None)
    if model is StreamError:
        message, code = error_fields(data)
        data["error"] = message or "The server ended the answer without a reason"
        data["code"] = code or "STREAM_ERROR"
    return _validated(model, data)


def _parsed(text: bytes | str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid_answer("The answer is not valid JSON.") from error
    if not isinstance(value, dict):
        raise invalid_answer("The answer is JSON, but no object.")
    return value


def _validated(model: type[ModelT], data: dict[str, Any]) -> ModelT:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fields = ", ".join(
            ".".join(str(part) for part in fault["loc"])
            for fault in error.errors(include_url=False, include_context=False, include_input=False)
        )
        raise invalid_answer(f"The answer lacks or misstates: {fields[:500]}.") from None
