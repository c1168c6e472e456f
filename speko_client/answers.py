"""Reads both forms of an answer as one: a sequence of events with one terminal event.

A reader is fed the body's chunks and yields events. The answer's content type chooses the reader,
not what was asked for: a server may answer either request in either form.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from speko_client.body import Body
from speko_client.calls import EVENT_STREAM, JSON
from speko_client.errors import SpekoAnswerTooLargeError, SpekoApiError, SpekoStreamError
from speko_client.failures import advice_for, broken_off, error_fields, invalid_answer
from speko_client.limits import MAX_EVENT_BYTES, Deadline
from speko_client.models import (
    CompleteResult,
    CompleteStreamDelta,
    CompleteStreamDone,
    CompleteStreamEvent,
    CompleteStreamMeta,
    CompleteStreamServerToolCall,
    CompleteStreamToolCall,
    StreamError,
)
from speko_client.server import Server
from speko_client.wire.sse import EventTooLargeError, ServerSentEvent, SSEDecoder

_MOST_NAMED = 100

ModelT = TypeVar("ModelT", bound=BaseModel)

_EVENTS: Mapping[str, type[CompleteStreamEvent]] = {
    "meta": CompleteStreamMeta,
    "delta": CompleteStreamDelta,
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

    def feed(self, chunk: bytes) -> Iterator[CompleteStreamEvent]:
        """The events that ``chunk`` completes."""
        with self._bounded():
            blocks = self._decoder.feed(chunk)
        return _known(blocks)

    def end(self) -> Iterator[CompleteStreamEvent]:
        """A last event that lacks only its blank line."""
        with self._bounded():
            blocks = self._decoder.flush()
        try:
            yield from _known(blocks)
        except SpekoStreamError:
            # Half an event at the very end means that the stream broke off; it is not malformed.
            # Without a terminal event AnswerSoFar reports that.
            return

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        try:
            yield
        except EventTooLargeError as error:
            raise SpekoAnswerTooLargeError(
                "One event of the answer", self._event_bytes, "max_event_bytes"
            ) from error


class BufferedReader:
    """``application/json``: the whole answer at once, read as meta, delta and done."""

    def __init__(self) -> None:
        self._body = JsonBody()

    def feed(self, chunk: bytes) -> Iterator[CompleteStreamEvent]:
        """Nothing yet: JSON is read when it is whole."""
        self._body.feed(chunk)
        return iter(())

    def end(self) -> Iterator[CompleteStreamEvent]:
        """All of the answer's events."""
        return _as_events(self._body.read(CompleteResult))


AnswerReader = EventStreamReader | BufferedReader


def reader_for(content_type: str, *, event_bytes: int | None = MAX_EVENT_BYTES) -> AnswerReader:
    """The reader for an answer of this content type."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == EVENT_STREAM:
        return EventStreamReader(event_bytes)
    if kind == JSON:
        return BufferedReader()
    raise invalid_answer(f"The answer is {kind[:80] or 'of no stated type'}, not JSON or events.")


class JsonBody:
    """A JSON body as it arrives."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Takes a chunk."""
        self._bytes += chunk

    def read(self, model: type[ModelT]) -> ModelT:
        """The whole body as ``model``."""
        return _validated(model, _parsed(self._bytes))


def body_of(response: httpx.Response, server: Server) -> Body:
    """What unpacks and bounds the body of this answer."""
    encoding = server.redact(response.headers.get("Content-Encoding", ""))
    return Body(encoding, server.limits.answer_bytes)


class AnswerSoFar:
    """A stream without its I/O: what has been read, what has been handed out, how it ended."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._deadline = Deadline(server.limits)
        self._body: Body | None = None
        self._reader: AnswerReader | None = None
        self._pending: deque[CompleteStreamEvent] = deque()
        self._text: list[str] = []
        self._terminal: CompleteStreamDone | StreamError | None = None
        self._failure: SpekoApiError | None = None
        self._finished = False
        self._held_open = False

    @property
    def text(self) -> str:
        """The text handed out so far: the partial answer where the stream broke or was closed."""
        return "".join(self._text)

    def _begin(self, response: httpx.Response) -> None:
        limits = self._server.limits
        content_type = self._server.redact(response.headers.get("Content-Type", ""))
        self._reader = reader_for(content_type, event_bytes=limits.event_bytes)
        self._body = body_of(response, self._server)

    def _take(self, chunk: bytes | None) -> None:
        """Reads a chunk, or with None the end; what follows a terminal event is left unread."""
        for event in self._events_of(chunk):
            self._pending.append(self._safe(event))
            if isinstance(event, (CompleteStreamDone, StreamError)):
                self._finished = True
                return
        if chunk is None:
            raise broken_off()

    def _events_of(self, chunk: bytes | None) -> Iterator[CompleteStreamEvent]:
        if self._reader is None or self._body is None:
            return
        if chunk is None:
            yield from self._reader.end()
            return
        for piece in self._body.feed(chunk):
            yield from self._reader.feed(piece)

    def _let_go(self) -> None:
        """Nothing more will be read: frees what was held of an unfinished event or body."""
        self._finished = True
        self._reader = self._body = None

    def _safe(self, event: CompleteStreamEvent) -> CompleteStreamEvent:
        if not isinstance(event, StreamError):
            return event
        return event.model_copy(update={"error": self._server.redact(event.error)})

    def _fail(self, error: SpekoApiError) -> None:
        """Keeps a failure until what arrived before it has been handed out."""
        self._failure = error
        self._finished = True

    def _hand_out(self) -> CompleteStreamEvent | None:
        """The next event that is read already; None at the end. Raises what broke the stream."""
        if not self._pending:
            if self._failure is not None:
                self._failure.partial_text = self.text
                raise self._failure
            return None
        event = self._pending.popleft()
        if isinstance(event, CompleteStreamDelta):
            self._text.append(event.text)
        elif isinstance(event, (CompleteStreamDone, StreamError)):
            self._terminal = event
        return event

    def _outcome(self) -> CompleteResult:
        """The result of a stream that has been handed out to its end."""
        if isinstance(self._terminal, CompleteStreamDone):
            return CompleteResult.model_validate(dict(self._terminal))
        if self._terminal is not None:
            raise _ended_in_error(self._terminal, self.text)
        raise SpekoStreamError(
            "The stream was closed before its end.",
            200,
            "STREAM_CLOSED",
            partial_text=self.text,
            advice="What had arrived is kept; ask again for a whole answer.",
        )


def _ended_in_error(event: StreamError, text: str) -> SpekoStreamError:
    return SpekoStreamError(
        event.error,
        200,
        event.code,
        body=event.model_dump(by_alias=True, exclude_none=True, exclude={"type"}),
        partial_text=text,
        advice=advice_for(500, event.code),
    )


def _as_events(result: CompleteResult) -> Iterator[CompleteStreamEvent]:
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
        if model is StreamError or (model is not None and block.data.strip()):
            yield _event(model, block.data)


def _event(model: type[CompleteStreamEvent], text: str) -> CompleteStreamEvent:
    data = _error_fields(text) if model is StreamError else _parsed(text)
    # The event's name decides; a "type" in the data is ignored.
    data.pop("type", None)
    if model is StreamError:
        message, code = error_fields(data)
        data["error"] = message or "The server ended the answer without a reason"
        data["code"] = code or "STREAM_ERROR"
    return _validated(model, data)


def _error_fields(text: str) -> dict[str, Any]:
    """The fields of an error event; one that is plain text is its own message."""
    try:
        return _parsed(text)
    except SpekoApiError:
        return {"error": text.strip()}


def _parsed(text: bytes | bytearray | str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid_answer("The answer is not valid JSON.") from error
    if not isinstance(value, dict):
        raise invalid_answer("The answer is JSON, but not an object.")
    return value


def _validated(model: type[ModelT], data: dict[str, Any]) -> ModelT:
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
