"""Reads both forms of an answer as one: a sequence of events with one terminal event.

A reader is fed the body's chunks and yields events. The answer's first byte and its content type
choose it, not what was asked for: a server may answer either request in either form.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from speko_client.body import Body
from speko_client.calls import EVENT_STREAM, JSON
from speko_client.errors import SpekoAnswerTooLargeError, SpekoApiError, SpekoStreamError
from speko_client.events import (
    ModelT,
    as_events,
    error_event,
    json_object,
    json_value,
    model_of,
    read_delta,
    read_event,
    validated,
)
from speko_client.failures import advice_for, broken_off, invalid_answer
from speko_client.limits import MAX_EVENT_BYTES, Deadline
from speko_client.models import (
    CompleteResult,
    CompleteStreamDelta,
    CompleteStreamDone,
    CompleteStreamEvent,
    StreamError,
)
from speko_client.redaction import RedactedStream
from speko_client.server import Server
from speko_client.wire.error_forms import error_in
from speko_client.wire.halves import Halves
from speko_client.wire.sse import EventTooLargeError, ServerSentEvent, SSEDecoder


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
    """``application/json``: the whole answer at once, read as meta, delta and done."""

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
        except _ReportedError as reported:
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


class _ReportedError(Exception):
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
        raise _ReportedError(error_event(fields))

    def read_for(self, server: Server, model: type[ModelT]) -> ModelT:
        """The same; an error with status 200 is one of ours, without the key."""
        try:
            return self.read(model)
        except _ReportedError as reported:
            event = reported.event
        raise _ended_in_error(_redacted(event, server), "")


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
        self._keyless_text = RedactedStream(server.redactor)
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
            self._pending.extend(self._keyless(event))
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

    def _keyless(self, event: CompleteStreamEvent) -> Iterator[CompleteStreamEvent]:
        """The event without the key, in case a server has echoed it; held back while it may be."""
        if isinstance(event, CompleteStreamDelta):
            if text := self._keyless_text.feed(event.text):
                yield event if text == event.text else CompleteStreamDelta(text=text)
            return
        yield from self._held_back()
        if isinstance(event, StreamError):
            event = _redacted(event, self._server)
        yield self._server.keyless(event)

    def _held_back(self) -> Iterator[CompleteStreamEvent]:
        if rest := self._keyless_text.end():
            yield CompleteStreamDelta(text=rest)

    def _fail(self, error: SpekoApiError) -> None:
        """Keeps a failure until what arrived before it has been handed out."""
        self._pending.extend(self._held_back())
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


def _redacted(event: StreamError, server: Server) -> StreamError:
    return event.model_copy(update={"error": server.redact(event.error)})
