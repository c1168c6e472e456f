"""One answer as it arrives: unpacked and bounded, then as events with one terminal event.

httpx unpacks a chunk whole, however much comes out of it. Here it is unpacked piece by piece, so
that a small answer that unfolds into gigabytes is given up before they are there.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator

import httpx

from speko_client.errors import SpekoAnswerTooLargeError, SpekoApiError, SpekoStreamError
from speko_client.events import AnswerReader, JsonBody, ModelT, ReportedError, reader_for
from speko_client.failures import advice_for, broken_off, invalid_answer
from speko_client.limits import Deadline
from speko_client.models import (
    CompleteResult,
    CompleteStreamDelta,
    CompleteStreamDone,
    CompleteStreamEvent,
    CompleteStreamMeta,
    CompleteStreamReasoning,
    StreamError,
)
from speko_client.redaction import RedactedStream
from speko_client.server import ACCEPTED_ENCODING, Server

PIECE_BYTES = 64 * 1024
_GZIP_WINDOW = zlib.MAX_WBITS | 16


class Body:
    """Takes the raw chunks of one answer; ``limit`` None is no limit.

    ``encoding`` is the answer's ``Content-Encoding``. Raises SpekoStreamError.
    """

    def __init__(self, encoding: str, limit: int | None) -> None:
        self._limit = limit
        self._raw_bytes = self._unpacked_bytes = 0
        self._unpacker = _unpacker(encoding.strip().lower())

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """What ``chunk`` unfolds into."""
        self._raw_bytes += len(chunk)
        self._check(self._raw_bytes)
        if self._unpacker is None:
            yield chunk
            return
        while chunk and not self._unpacker.eof:
            try:
                piece = self._unpacker.decompress(chunk, PIECE_BYTES)
            except zlib.error as error:
                raise invalid_answer("The answer's compression is broken.") from error
            chunk = self._unpacker.unconsumed_tail
            self._unpacked_bytes += len(piece)
            self._check(self._unpacked_bytes)
            if piece:
                yield piece

    def _check(self, size: int) -> None:
        if self._limit is not None and size > self._limit:
            raise SpekoAnswerTooLargeError("The answer", self._limit, "max_answer_bytes")


def _unpacker(encoding: str) -> zlib._Decompress | None:
    if encoding in ("", "identity"):
        return None
    if encoding not in (ACCEPTED_ENCODING, "x-gzip"):
        raise invalid_answer(f"The answer is compressed by {encoding[:80]!r}, not asked for.")
    return zlib.decompressobj(_GZIP_WINDOW)


def body_of(response: httpx.Response, server: Server) -> Body:
    """What unpacks and bounds the body of this answer."""
    encoding = server.redact(response.headers.get("Content-Encoding", ""))
    return Body(encoding, server.limits.answer_bytes)


def whole_answer(content: JsonBody, server: Server, model: type[ModelT]) -> ModelT:
    """The whole body as ``model``, without the key; an error with status 200 is one of ours."""
    try:
        return _keyless(content.read(model), server)
    except ReportedError as reported:
        event = reported.event
    raise _ended_in_error(_redacted(event, server), "")


class AnswerSoFar:
    """A stream without its I/O: what has been read, what has been handed out, how it ended."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._deadline = Deadline(server.limits)
        self._body: Body | None = None
        self._reader: AnswerReader | None = None
        self._keyless_text = RedactedStream(server.redactor)
        self._keyless_reasoning = RedactedStream(server.redactor)
        self._pending: deque[CompleteStreamEvent] = deque()
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._terminal: CompleteStreamDone | StreamError | None = None
        self._failure: SpekoApiError | None = None
        self._finished = False
        self._held_open = False

    @property
    def text(self) -> str:
        """The text handed out so far: the partial answer where the stream broke or was closed."""
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        """What the model has thought so far, where that was asked for; no part of ``text``."""
        return "".join(self._reasoning)

    def _begin(self, response: httpx.Response) -> None:
        limits = self._server.limits
        content_type = self._server.redact(response.headers.get("Content-Type", ""))
        self._reader = reader_for(content_type, event_bytes=limits.event_bytes)
        self._body = body_of(response, self._server)

    def _take(self, chunk: bytes | None) -> None:
        """Reads a chunk, or with None the end; what follows a terminal event is left unread."""
        for event in self._events_of(chunk):
            self._pending.extend(self._shown(event))
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

    def _shown(self, event: CompleteStreamEvent) -> Iterator[CompleteStreamEvent]:
        """The event without the key, in case a server has echoed it; held back while it may be."""
        if isinstance(event, CompleteStreamDelta):
            if text := self._keyless_text.feed(event.text):
                yield event if text == event.text else CompleteStreamDelta(text=text)
            return
        if isinstance(event, CompleteStreamReasoning):
            if text := self._keyless_reasoning.feed(event.text):
                yield CompleteStreamReasoning(text=text)
            return
        yield from self._held_back()
        if isinstance(event, StreamError):
            event = _redacted(event, self._server)
        yield _keyless(event, self._server)

    def _held_back(self) -> Iterator[CompleteStreamEvent]:
        if thought := self._keyless_reasoning.end():
            yield CompleteStreamReasoning(text=thought)
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
        elif isinstance(event, CompleteStreamReasoning):
            self._reasoning.append(event.text)
        elif isinstance(event, CompleteStreamMeta):
            self._reasoning.clear()
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


def _keyless(answer: ModelT, server: Server) -> ModelT:
    """What a server has said, without the key; mostly the very same object."""
    redactor = server.redactor
    try:
        if not redactor.pieces(answer.model_dump_json()):
            return answer
    except ValueError:
        # JSON can spell half a surrogate pair, which no JSON can be written with again.
        pass
    return type(answer).model_validate(redactor.value(answer.model_dump()))
