"""``Speko`` and its streamed answer: ``async_client.py`` without ``await``.

Made from it by ``make sync-client``; change that file, and never this one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
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
from speko_client.limits import AnswerLimits, Deadline, http, until
from speko_client.models import CompleteResult, CompleteStreamDelta, CompleteStreamEvent
from speko_client.server import (
    DEFAULT_BASE_URL,
    DEFAULT_TIMEOUT,
    Server,
    TimeoutInput,
    http_options,
)


class Speko:
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
        sleep: Callable[[float], None] = time.sleep,
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
        self._http = http(**http_options(self._server))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._server.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections; the client cannot be used afterwards."""
        self._http.close()

    def complete(
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
        with CompleteStream(self._server, partial(self._send, call)) as stream:
            return stream.result()

    def complete_stream(
        self,
        *,
        messages: Sequence[calls.MessageInput],
        intent: calls.IntentInput,
        **options: Unpack[calls.CompleteOptions],
    ) -> CompleteStream:
        """The answer as it comes; the arguments are ``complete``'s.

        Use it as a context manager, or iterate it directly. An answer in JSON comes as events too.
        Nothing is sent before the stream is entered or first read.
        """
        call = calls.complete_call(messages, intent, options, accept=calls.EVENT_STREAM)
        return CompleteStream(self._server, partial(self._send, call))

    def preview_routing(
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
        return self._fetch(call, models.RoutingPreview)

    def sweep(
        self, request: models.SweepRequest, what_if: models.WhatIf | None = None
    ) -> models.Sweep:
        """*Extension.* An embedded gateway's choice for many intents at once."""
        return self._fetch(calls.sweep_call(request, what_if), models.Sweep)

    def known_providers(self) -> models.KnownProviders:
        """The providers and models that an allow-list may name."""
        return self._fetch(calls.get_call("/v1/providers/known"), models.KnownProviders)

    def fleet(self) -> models.Fleet:
        """*Extension.* What answers at an embedded gateway; another server answers 404."""
        return self._fetch(calls.get_call("/v1/fleet"), models.Fleet)

    def scores(self) -> models.ScoresList:
        """*Extension.* The snapshots that an embedded gateway can rank by."""
        return self._fetch(calls.get_call("/v1/scores"), models.ScoresList)

    def scores_rows(self, snapshot: str) -> models.ScoresRows:
        """*Extension.* One of them by its id, with the figures of each candidate; 404 for none."""
        return self._fetch(calls.scores_call(snapshot), models.ScoresRows)

    def check_completions(self) -> None:
        """Raises SpekoApiError where completions or this key are not accepted; calls no model."""
        with refused_as_invalid():
            call = calls.post_call("/v1/complete", {})
            response = self._send(call, Deadline(self._server.limits))
            response.close()

    def vendors(self) -> models.VendorConnections:
        """*Extension.* The vendors an embedded gateway can ask, and what each lacks."""
        return self._fetch(calls.get_call("/v1/connections"), models.VendorConnections)

    def test_vendor(self, vendor: str) -> models.VendorTest:
        """*Extension.* Have an embedded gateway ask this vendor for its models, now."""
        return self._fetch(
            calls.post_call("/v1/connections/test", {"vendor": vendor}), models.VendorTest
        )

    def provider_health(self) -> models.ProvidersHealth:
        """*Extension.* How the recent calls of an embedded gateway went, per model."""
        return self._fetch(calls.get_call("/v1/providers/health"), models.ProvidersHealth)

    def _fetch(self, call: calls.Call, model: type[ModelT]) -> ModelT:
        deadline = Deadline(self._server.limits)
        response = self._send(call, deadline)
        content = JsonBody()
        try:
            body = body_of(response, self._server)
            with translated(self._server, answering=True), until(deadline):
                for chunk in response.iter_raw():
                    for piece in body.feed(chunk):
                        content.feed(piece)
        finally:
            response.close()
        return whole_answer(content, self._server, model)

    def _send(self, call: calls.Call, deadline: Deadline) -> httpx.Response:
        """The answer to ``call``, its body still unread; retried where the policy says so."""
        retries_made = 0
        while True:
            try:
                return self._send_once(call, deadline)
            except SpekoApiError as error:
                pause = self._retries.pause(error, retries_made)
                if pause is None:
                    raise
            self._sleep(pause)
            retries_made += 1

    def _send_once(self, call: calls.Call, deadline: Deadline) -> httpx.Response:
        request = self._http.build_request(
            call.method,
            call.path,
            params=list(call.params) or None,
            headers=dict(call.headers),
            content=call.body,
        )
        with translated(self._server), until(deadline):
            response = self._http.send(request, stream=True)
        if response.is_success:
            return response
        try:
            content = _error_content(response, self._server, deadline)
        finally:
            response.close()
        raise error_from_answer(response, content, self._server, datetime.now(UTC))


def _error_content(response: httpx.Response, server: Server, deadline: Deadline) -> bytes:
    content = b""
    # The status has come and says more than the loss of its explanation would.
    with suppress(httpx.HTTPError, TimeoutError, SpekoApiError):
        body = body_of(response, server)
        with until(deadline):
            for chunk in response.iter_raw():
                for piece in body.feed(chunk):
                    content += piece
                    if len(content) >= MAX_ERROR_BYTES:
                        return content[:MAX_ERROR_BYTES]
    return content


class CompleteStream(AnswerSoFar):
    """A streamed answer: iterate its events or its ``text_stream``, then ask for its ``result()``.

    Nothing is sent before the stream is entered or first read. Leaving the ``with`` block, or
    closing the stream, before the end cancels the request: the server sees the connection go. A
    stream may also be iterated without ``with``; then it closes when the iteration ends or is
    given up. One thread or task at a time may read it. Cancelling that task ends the request.
    """

    def __init__(self, server: Server, send: Callable[[Deadline], httpx.Response]) -> None:
        super().__init__(server)
        self._send = send
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] | None = None
        self._iteration: Generator[CompleteStreamEvent, None, None] | None = None

    def __enter__(self) -> Self:
        self._open()
        self._held_open = True
        return self

    def __exit__(self, *_: object) -> None:
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

    def __next__(self) -> CompleteStreamEvent:
        """The next event, as an iteration of its own would have it."""
        self._iteration = self._iteration or self.__iter__()
        return next(self._iteration)

    def close(self) -> None:
        """Ends the request if it still runs; may be called at any time, and more than once."""
        self._pending.clear()
        self._hang_up()

    def _hang_up(self) -> None:
        self._let_go()
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
            self._deadline = Deadline(self._server.limits)
            self._response = self._send(self._deadline)
            self._begin(self._response)
        except SpekoApiError as error:
            self._fail(error)
            self._hang_up()
            raise
        self._chunks = self._response.iter_raw()

    def _pull(self) -> None:
        if self._chunks is None:
            return
        try:
            with translated(self._server, answering=True), until(self._deadline):
                chunk = next(self._chunks, None)
            self._take(chunk)
        except SpekoApiError as error:
            self._fail(error)
        if self._finished:
            self._hang_up()
