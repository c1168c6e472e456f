"""``AsyncSpeko`` and its streamed answer: here requests go out and bytes come in.

What is sent is decided in ``calls``, what an answer means in ``answers``, what a failure is in
``failures``. ``client.py``, the same without ``await``, is made from ``async_client.py`` by
``make sync-client``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Self, Unpack

import httpx

from speko_client import calls, limits, models
from speko_client.answers import AnswerSoFar, body_of, whole_answer
from speko_client.errors import SpekoApiError
from speko_client.events import JsonBody, ModelT
from speko_client.failures import (
    MAX_ERROR_BYTES,
    RetryPolicy,
    error_from_answer,
    refused_as_invalid,
    translated,
)
from speko_client.limits import AnswerLimits, Deadline, async_http, async_until
from speko_client.models import CompleteResult, CompleteStreamDelta, CompleteStreamEvent
from speko_client.server import (
    DEFAULT_BASE_URL,
    DEFAULT_TIMEOUT,
    Server,
    TimeoutInput,
    http_options,
)


class AsyncSpeko:
    """A client of one server; a context manager, to be closed after use.

    Threads may share the sync client; the other belongs to the event loop that first used it.
    ``timeout`` bounds each wait, to connect and for the next bytes: seconds, an ``httpx.Timeout``,
    or None. ``answer_timeout`` (seconds), ``max_answer_bytes`` and ``max_event_bytes`` bound an
    answer as a whole, however it drips; None is no bound (``AnswerLimits``).
    ``max_retries`` repeats a call that got no answer (``RetryPolicy``) and waits with ``sleep``.
    ``keyless`` allows a server that needs no key, ``public_only`` only one at a public address;
    ``extra_headers`` go with every request. Raises ValueError for no key or an unusable argument.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str = DEFAULT_BASE_URL,
        timeout: TimeoutInput = DEFAULT_TIMEOUT,
        answer_timeout: float | None = limits.ANSWER_SECONDS,
        max_answer_bytes: int | None = limits.MAX_ANSWER_BYTES,
        max_event_bytes: int | None = limits.MAX_EVENT_BYTES,
        max_retries: int = 0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        keyless: bool = False,
        extra_headers: Mapping[str, str] | None = None,
        public_only: bool = False,
    ) -> None:
        self._server = Server.checked(
            api_key,
            base_url,
            timeout,
            keyless=keyless,
            extra_headers=extra_headers,
            limits=AnswerLimits(answer_timeout, max_answer_bytes, max_event_bytes),
            public_only=public_only,
        )
        self._retries = RetryPolicy(max_retries)
        self._sleep = sleep
        self._http = async_http(**http_options(self._server))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._server.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections; the client cannot be used afterwards."""
        await self._http.aclose()

    async def complete(
        self,
        *,
        messages: Sequence[calls.MessageInput],
        intent: calls.IntentInput,
        **options: Unpack[calls.CompleteOptions],
    ) -> CompleteResult:
        """One whole answer: the stream, read to its end.

        ``messages`` is the conversation so far, at least one; for ``options`` see
        ``CompleteOptions``. Raises ``SpekoApiError``. It asks for JSON, because a server can
        still fail over while nobody has seen a word, and reads events just as well.
        """
        call = calls.complete_call(messages, intent, options, accept=calls.JSON)
        async with AsyncCompleteStream(self._server, partial(self._send, call)) as stream:
            return await stream.result()

    def complete_stream(
        self,
        *,
        messages: Sequence[calls.MessageInput],
        intent: calls.IntentInput,
        **options: Unpack[calls.CompleteOptions],
    ) -> AsyncCompleteStream:
        """The answer as it comes; the arguments are ``complete``'s.

        Use it as a context manager, or iterate it directly. An answer in JSON comes as events too.
        Nothing is sent before the stream is entered or first read.
        """
        call = calls.complete_call(messages, intent, options, accept=calls.EVENT_STREAM)
        return AsyncCompleteStream(self._server, partial(self._send, call))

    async def preview_routing(
        self,
        intent: calls.IntentInput,
        constraints: calls.ConstraintsInput | None = None,
        *,
        what_if: models.WhatIf | None = None,
        weight_lines: bool = False,
    ) -> models.RoutingPreview:
        """The router's choice for this intent and allow-list; no model is called.

        *Extensions:* ``what_if`` is tried on top of the server's snapshot; ``weight_lines`` asks
        who wins along each weight.
        """
        call = calls.preview_call(intent, constraints, what_if=what_if, weight_lines=weight_lines)
        return await self._fetch(call, models.RoutingPreview)

    async def sweep(
        self, request: models.SweepRequest, what_if: models.WhatIf | None = None
    ) -> models.Sweep:
        """*Extension.* An embedded gateway's choice for many intents at once."""
        return await self._fetch(calls.sweep_call(request, what_if), models.Sweep)

    async def known_providers(self) -> models.KnownProviders:
        """The providers and models that an allow-list may name."""
        return await self._fetch(calls.get_call("/v1/providers/known"), models.KnownProviders)

    async def fleet(self) -> models.Fleet:
        """*Extension.* What answers at an embedded gateway; another server answers 404."""
        return await self._fetch(calls.get_call("/v1/fleet"), models.Fleet)

    async def scores(self) -> models.ScoresList:
        """*Extension.* The snapshots that an embedded gateway can rank by."""
        return await self._fetch(calls.get_call("/v1/scores"), models.ScoresList)

    async def scores_rows(self, snapshot: str) -> models.ScoresRows:
        """*Extension.* One of them by its id, with the figures of each candidate; 404 for none."""
        return await self._fetch(calls.scores_call(snapshot), models.ScoresRows)

    async def check_completions(self) -> None:
        """Raises SpekoApiError where completions or this key are not accepted; calls no model."""
        with refused_as_invalid():
            call = calls.post_call("/v1/complete", {})
            response = await self._send(call, Deadline(self._server.limits))
            await response.aclose()

    async def vendors(self) -> models.VendorConnections:
        """*Extension.* The vendors an embedded gateway can ask, and what each lacks."""
        return await self._fetch(calls.get_call("/v1/connections"), models.VendorConnections)

    async def test_vendor(self, vendor: str) -> models.VendorTest:
        """*Extension.* Have an embedded gateway ask this vendor for its models, now."""
        return await self._fetch(
            calls.post_call("/v1/connections/test", {"vendor": vendor}), models.VendorTest
        )

    async def provider_health(self) -> models.ProvidersHealth:
        """*Extension.* How the recent calls of an embedded gateway went, per model."""
        return await self._fetch(calls.get_call("/v1/providers/health"), models.ProvidersHealth)

    async def _fetch(self, call: calls.Call, model: type[ModelT]) -> ModelT:
        deadline = Deadline(self._server.limits)
        response = await self._send(call, deadline)
        content = JsonBody()
        try:
            body = body_of(response, self._server)
            with translated(self._server, answering=True):
                async with async_until(deadline):
                    async for chunk in response.aiter_raw():
                        for piece in body.feed(chunk):
                            content.feed(piece)
        finally:
            await response.aclose()
        return whole_answer(content, self._server, model)

    async def _send(self, call: calls.Call, deadline: Deadline) -> httpx.Response:
        """The answer to ``call``, its body still unread; retried where the policy says so."""
        retries_made = 0
        while True:
            try:
                return await self._send_once(call, deadline)
            except SpekoApiError as error:
                pause = self._retries.pause(error, retries_made)
                if pause is None:
                    raise
            await self._sleep(pause)
            retries_made += 1

    async def _send_once(self, call: calls.Call, deadline: Deadline) -> httpx.Response:
        request = self._http.build_request(
            call.method,
            call.path,
            params=list(call.params) or None,
            headers=dict(call.headers),
            content=call.body,
        )
        with translated(self._server):
            async with async_until(deadline):
                response = await self._http.send(request, stream=True)
        if response.is_success:
            return response
        try:
            content = await _error_content(response, self._server, deadline)
        finally:
            await response.aclose()
        raise error_from_answer(response, content, self._server, datetime.now(UTC))


async def _error_content(response: httpx.Response, server: Server, deadline: Deadline) -> bytes:
    content = b""
    # The status has come and says more than the loss of its explanation would.
    with suppress(httpx.HTTPError, TimeoutError, SpekoApiError):
        body = body_of(response, server)
        async with async_until(deadline):
            async for chunk in response.aiter_raw():
                for piece in body.feed(chunk):
                    content += piece
                    if len(content) >= MAX_ERROR_BYTES:
                        return content[:MAX_ERROR_BYTES]
    return content


class AsyncCompleteStream(AnswerSoFar):
    """A streamed answer: iterate its events or its ``text_stream``, then ask for its ``result()``.

    Nothing is sent before the stream is entered or first read. Leaving the ``with`` block, or
    closing the stream, before the end cancels the request: the server sees the connection go. A
    stream may also be iterated without ``with``; then it closes when the iteration ends or is
    given up. One thread or task at a time may read it. Cancelling that task ends the request.
    """

    def __init__(
        self, server: Server, send: Callable[[Deadline], Awaitable[httpx.Response]]
    ) -> None:
        super().__init__(server)
        self._send = send
        self._response: httpx.Response | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._iteration: AsyncGenerator[CompleteStreamEvent, None] | None = None

    async def __aenter__(self) -> Self:
        await self._open()
        self._held_open = True
        return self

    async def __aexit__(self, *_: object) -> None:
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

    async def __anext__(self) -> CompleteStreamEvent:
        """The next event, as an iteration of its own would have it."""
        self._iteration = self._iteration or self.__aiter__()
        return await anext(self._iteration)

    async def aclose(self) -> None:
        """Ends the request if it still runs; may be called at any time, and more than once."""
        self._pending.clear()
        await self._hang_up()

    close = aclose

    async def _hang_up(self) -> None:
        self._let_go()
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
            self._deadline = Deadline(self._server.limits)
            self._response = await self._send(self._deadline)
            self._begin(self._response)
        except SpekoApiError as error:
            self._fail(error)
            await self._hang_up()
            raise
        self._chunks = self._response.aiter_raw()

    async def _pull(self) -> None:
        if self._chunks is None:
            return
        try:
            with translated(self._server, answering=True):
                async with async_until(self._deadline):
                    chunk = await anext(self._chunks, None)
            self._take(chunk)
        except SpekoApiError as error:
            self._fail(error)
        if self._finished:
            await self._hang_up()
