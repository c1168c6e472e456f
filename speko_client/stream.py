"""A streamed answer: iterate its events or its text, then ask for the result.

::

    with client.complete_stream(messages=..., intent=...) as stream:
        for piece in stream.text_stream:
            print(piece, end="")
        print(stream.result().model)

Nothing is sent before the stream is entered or first read. Leaving the ``with`` block, or closing
the stream, before the end cancels the request: the server sees the connection go. A stream may also
be iterated without ``with``; then it closes when the iteration ends or is given up.

What a stream knows is kept in ``_Progress``, without I/O; the sync and the async class add the
reading and nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import aclosing, closing
from types import TracebackType
from typing import Self

import httpx

from speko_client.answers import AnswerReader, reader_for
from speko_client.errors import SpekoApiError, SpekoStreamError
from speko_client.failures import advice_for, broken_off, translated
from speko_client.models import (
    CompleteResult,
    CompleteStreamDelta,
    CompleteStreamDone,
    CompleteStreamEvent,
    StreamError,
)
from speko_client.server import Server


class _Progress:
    """What has been read, what has been handed out, and how it ended."""

    def __init__(self, server: Server) -> None:
        self._server = server
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
        content_type = self._server.redact(response.headers.get("Content-Type", ""))
        self._reader = reader_for(content_type)

    def _take(self, chunk: bytes | None) -> None:
        """Reads a chunk, or with None the end; what follows a terminal event is left unread."""
        if self._reader is None:
            return
        for event in self._reader.end() if chunk is None else self._reader.feed(chunk):
            self._pending.append(self._safe(event))
            if isinstance(event, (CompleteStreamDone, StreamError)):
                self._finished = True
                return
        if chunk is None:
            raise broken_off()

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


class CompleteStream(_Progress):
    """A streamed answer; one thread at a time reads it."""

    def __init__(self, server: Server, send: Callable[[], httpx.Response]) -> None:
        super().__init__(server)
        self._send = send
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] = iter(())

    def __enter__(self) -> Self:
        self._open()
        self._held_open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Generator[CompleteStreamEvent, None, None]:
        """The events, a terminal one last; raises SpekoApiError where the answer breaks."""
        try:
            while (event := self._next()) is not None:
                yield event
        finally:
            if not self._held_open:
                self.close()

    @property
    def text_stream(self) -> Generator[str, None, None]:
        """The text's pieces; an ``error`` event is raised as SpekoStreamError."""
        with closing(self.__iter__()) as events:
            for event in events:
                if isinstance(event, CompleteStreamDelta):
                    yield event.text
        self._outcome()

    def result(self) -> CompleteResult:
        """Reads what is left, and returns the whole answer; raises SpekoApiError."""
        try:
            while self._next() is not None:
                pass
        finally:
            self.close()
        return self._outcome()

    def close(self) -> None:
        """Ends the request where it still runs; may be called at any time, and again."""
        self._finished = True
        if self._response is not None:
            self._response.close()

    def _next(self) -> CompleteStreamEvent | None:
        self._open()
        while not (self._pending or self._finished):
            self._pull()
        return self._hand_out()

    def _open(self) -> None:
        if self._response is not None or self._finished:
            return
        try:
            self._response = self._send()
            self._begin(self._response)
        except SpekoApiError as error:
            self._fail(error)
            self.close()
            raise
        self._chunks = self._response.iter_bytes()

    def _pull(self) -> None:
        try:
            with translated(self._server, answering=True):
                chunk = next(self._chunks, None)
            self._take(chunk)
        except SpekoApiError as error:
            self._fail(error)
        if self._finished:
            self.close()


class AsyncCompleteStream(_Progress):
    """A streamed answer; one task at a time reads it, and cancelling that task ends the request."""

    def __init__(self, server: Server, send: Callable[[], Awaitable[httpx.Response]]) -> None:
        super().__init__(server)
        self._send = send
        self._response: httpx.Response | None = None
        self._chunks: AsyncIterator[bytes] | None = None

    async def __aenter__(self) -> Self:
        await self._open()
        self._held_open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncGenerator[CompleteStreamEvent, None]:
        """The events, a terminal one last; raises SpekoApiError where the answer breaks."""
        try:
            while (event := await self._next()) is not None:
                yield event
        finally:
            if not self._held_open:
                await self.close()

    @property
    async def text_stream(self) -> AsyncGenerator[str, None]:
        """The text's pieces; an ``error`` event is raised as SpekoStreamError."""
        async with aclosing(self.__aiter__()) as events:
            async for event in events:
                if isinstance(event, CompleteStreamDelta):
                    yield event.text
        self._outcome()

    async def result(self) -> CompleteResult:
        """Reads what is left, and returns the whole answer; raises SpekoApiError."""
        try:
            while await self._next() is not None:
                pass
        finally:
            await self.close()
        return self._outcome()

    async def close(self) -> None:
        """Ends the request where it still runs; may be called at any time, and again."""
        self._finished = True
        if self._response is not None:
            await self._response.aclose()

    async def _next(self) -> CompleteStreamEvent | None:
        await self._open()
        while not (self._pending or self._finished):
            await self._pull()
        return self._hand_out()

    async def _open(self) -> None:
        if self._response is not None or self._finished:
            return
        try:
            self._response = await self._send()
            self._begin(self._response)
        except SpekoApiError as error:
            self._fail(error)
            await self.close()
            raise
        self._chunks = self._response.aiter_bytes()

    async def _pull(self) -> None:
        if self._chunks is None:
            return
        try:
            with translated(self._server, answering=True):
                chunk = await anext(self._chunks, None)
            self._take(chunk)
        except SpekoApiError as error:
            self._fail(error)
        if self._finished:
            await self.close()
