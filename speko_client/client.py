"""``Speko`` and ``AsyncSpeko``: what is sent, what is read and what fails is decided elsewhere.

Here the requests go out, and here the waiting between retries is done. An ``AsyncSpeko`` belongs
to the event loop that first used it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel

from speko_client.answers import JsonBody
from speko_client.calls import (
    Call,
    empty_completion_call,
    get_call,
    post_call,
    preview_call,
    sweep_call,
)
from speko_client.completions import Completions, ConstraintsInput, IntentInput
from speko_client.errors import SpekoApiError
from speko_client.failures import (
    MAX_ERROR_BYTES,
    error_from_answer,
    refused_as_invalid,
    translated,
)
from speko_client.models import (
    CompleteResult,
    Fleet,
    KnownProviders,
    ProvidersHealth,
    RoutingPreview,
    Sweep,
    SweepRequest,
    VendorConnections,
    VendorTest,
    WhatIf,
)
from speko_client.retries import RetryPolicy
from speko_client.server import DEFAULT_BASE_URL, DEFAULT_TIMEOUT, Server, http_options
from speko_client.stream import AsyncCompleteStream, CompleteStream

ModelT = TypeVar("ModelT", bound=BaseModel)


class Speko(Completions[CompleteResult, CompleteStream]):
    """A client of one server; a context manager, to be closed after use. Threads may share it.

    ``timeout`` is in seconds and bounds each wait: to connect, and for the next bytes.
    ``max_retries`` repeats a call that nothing answered (see ``retries``), waiting by ``sleep``.
    ``keyless`` allows a server that wants no key; ``extra_headers`` go with every request.
    Raises ValueError where the key is missing or an argument is of no use.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str = DEFAULT_BASE_URL,
        timeout: float = DEFAULT_TIMEOUT,
        max_retries: int = 0,
        sleep: Callable[[float], None] = time.sleep,
        keyless: bool = False,
        extra_headers: Mapping[str, str] | None = None,
    ) -> None:
        self._server = Server.checked(
            api_key, base_url, timeout, keyless=keyless, extra_headers=extra_headers
        )
        self._retries = RetryPolicy(max_retries)
        self._sleep = sleep
        self._http = httpx.Client(**http_options(self._server))

    def __repr__(self) -> str:
        return f"Speko(base_url={self._server.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections; the client is of no use afterwards."""
        self._http.close()

    def preview_routing(
        self,
        intent: IntentInput,
        constraints: ConstraintsInput | None = None,
        *,
        what_if: WhatIf | None = None,
        weight_lines: bool = False,
    ) -> RoutingPreview:
        """Whom the router would choose for this intent and allow-list; nothing is run.

        *Extensions:* ``what_if`` is tried on top of the server's snapshot; ``weight_lines`` asks
        who wins along each weight.
        """
        call = preview_call(intent, constraints, what_if=what_if, weight_lines=weight_lines)
        return self._fetch(call, RoutingPreview)

    def sweep(self, request: SweepRequest, what_if: WhatIf | None = None) -> Sweep:
        """*Extension.* Whom an embedded gateway would choose, for many intents at once."""
        return self._fetch(sweep_call(request, what_if), Sweep)

    def known_providers(self) -> KnownProviders:
        """Who can be put on an allow-list."""
        return self._fetch(get_call("/v1/providers/known"), KnownProviders)

    def fleet(self) -> Fleet:
        """*Extension.* What answers at an embedded gateway; another server answers 404."""
        return self._fetch(get_call("/v1/fleet"), Fleet)

    def check_completions(self) -> None:
        """Raises SpekoApiError where completions, or this key, are not taken; runs no model."""
        with refused_as_invalid():
            self._send(empty_completion_call()).close()

    def vendors(self) -> VendorConnections:
        """*Extension.* Whom an embedded gateway can ask, and what they lack."""
        return self._fetch(get_call("/v1/connections"), VendorConnections)

    def test_vendor(self, vendor: str) -> VendorTest:
        """*Extension.* Have an embedded gateway ask this vendor for its models, now."""
        return self._fetch(post_call("/v1/connections/test", {"vendor": vendor}), VendorTest)

    def provider_health(self) -> ProvidersHealth:
        """*Extension.* How the recent calls of an embedded gateway went, per model."""
        return self._fetch(get_call("/v1/providers/health"), ProvidersHealth)

    def _stream(self, call: Call) -> CompleteStream:
        return CompleteStream(self._server, lambda: self._send(call))

    def _drained(self, stream: CompleteStream) -> CompleteResult:
        with stream:
            return stream.result()

    def _fetch(self, call: Call, model: type[ModelT]) -> ModelT:
        response = self._send(call)
        body = JsonBody()
        try:
            with translated(self._server, answering=True):
                for chunk in response.iter_bytes():
                    body.feed(chunk)
        finally:
            response.close()
        return body.read(model)

    def _send(self, call: Call) -> httpx.Response:
        """The answer to ``call``, its body still unread; retried where the policy says so."""
        retries_made = 0
        while True:
            try:
                return self._send_once(call)
            except SpekoApiError as error:
                pause = self._retries.pause(error, retries_made)
                if pause is None:
                    raise
            self._sleep(pause)
            retries_made += 1

    def _send_once(self, call: Call) -> httpx.Response:
        with translated(self._server):
            response = self._http.send(_request(self._http, call), stream=True)
        if response.is_success:
            return response
        try:
            content = _error_content(response)
        finally:
            response.close()
        raise error_from_answer(response, content, self._server, datetime.now(UTC))


class AsyncSpeko(Completions[Coroutine[Any, Any, CompleteResult], AsyncCompleteStream]):
    """``Speko``, to be awaited: ``complete()`` returns a coroutine, the stream is async."""

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str = DEFAULT_BASE_URL,
        timeout: float = DEFAULT_TIMEOUT,
        max_retries: int = 0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        keyless: bool = False,
        extra_headers: Mapping[str, str] | None = None,
    ) -> None:
        self._server = Server.checked(
            api_key, base_url, timeout, keyless=keyless, extra_headers=extra_headers
        )
        self._retries = RetryPolicy(max_retries)
        self._sleep = sleep
        self._http = httpx.AsyncClient(**http_options(self._server))

    def __repr__(self) -> str:
        return f"AsyncSpeko(base_url={self._server.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections; the client is of no use afterwards."""
        await self._http.aclose()

    async def preview_routing(
        self,
        intent: IntentInput,
        constraints: ConstraintsInput | None = None,
        *,
        what_if: WhatIf | None = None,
        weight_lines: bool = False,
    ) -> RoutingPreview:
        """Whom the router would choose for this intent and allow-list; nothing is run.

        *Extensions:* ``what_if`` is tried on top of the server's snapshot; ``weight_lines`` asks
        who wins along each weight.
        """
        call = preview_call(intent, constraints, what_if=what_if, weight_lines=weight_lines)
        return await self._fetch(call, RoutingPreview)

    async def sweep(self, request: SweepRequest, what_if: WhatIf | None = None) -> Sweep:
        """*Extension.* Whom an embedded gateway would choose, for many intents at once."""
        return await self._fetch(sweep_call(request, what_if), Sweep)

    async def known_providers(self) -> KnownProviders:
        """Who can be put on an allow-list."""
        return await self._fetch(get_call("/v1/providers/known"), KnownProviders)

    async def fleet(self) -> Fleet:
        """*Extension.* What answers at an embedded gateway; another server answers 404."""
        return await self._fetch(get_call("/v1/fleet"), Fleet)

    async def check_completions(self) -> None:
        """Raises SpekoApiError where completions, or this key, are not taken; runs no model."""
        with refused_as_invalid():
            await (await self._send(empty_completion_call())).aclose()

    async def vendors(self) -> VendorConnections:
        """*Extension.* Whom an embedded gateway can ask, and what they lack."""
        return await self._fetch(get_call("/v1/connections"), VendorConnections)

    async def test_vendor(self, vendor: str) -> VendorTest:
        """*Extension.* Have an embedded gateway ask this vendor for its models, now."""
        return await self._fetch(post_call("/v1/connections/test", {"vendor": vendor}), VendorTest)

    async def provider_health(self) -> ProvidersHealth:
        """*Extension.* How the recent calls of an embedded gateway went, per model."""
        return await self._fetch(get_call("/v1/providers/health"), ProvidersHealth)

    def _stream(self, call: Call) -> AsyncCompleteStream:
        return AsyncCompleteStream(self._server, lambda: self._send(call))

    async def _drained(self, stream: AsyncCompleteStream) -> CompleteResult:
        async with stream:
            return await stream.result()

    async def _fetch(self, call: Call, model: type[ModelT]) -> ModelT:
        response = await self._send(call)
        body = JsonBody()
        try:
            with translated(self._server, answering=True):
                async for chunk in response.aiter_bytes():
                    body.feed(chunk)
        finally:
            await response.aclose()
        return body.read(model)

    async def _send(self, call: Call) -> httpx.Response:
        """The answer to ``call``, its body still unread; retried where the policy says so."""
        retries_made = 0
        while True:
            try:
                return await self._send_once(call)
            except SpekoApiError as error:
                pause = self._retries.pause(error, retries_made)
                if pause is None:
                    raise
            await self._sleep(pause)
            retries_made += 1

    async def _send_once(self, call: Call) -> httpx.Response:
        with translated(self._server):
            response = await self._http.send(_request(self._http, call), stream=True)
        if response.is_success:
            return response
        try:
            content = await _error_content_async(response)
        finally:
            await response.aclose()
        raise error_from_answer(response, content, self._server, datetime.now(UTC))


def _error_content(response: httpx.Response) -> bytes:
    content = b""
    try:
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) >= MAX_ERROR_BYTES:
                break
    except httpx.HTTPError:
        # The status has come and says more than the loss of its explanation would.
        return content
    return content[:MAX_ERROR_BYTES]


async def _error_content_async(response: httpx.Response) -> bytes:
    content = b""
    try:
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) >= MAX_ERROR_BYTES:
                break
    except httpx.HTTPError:
        # The status has come and says more than the loss of its explanation would.
        return content
    return content[:MAX_ERROR_BYTES]


def _request(http: httpx.Client | httpx.AsyncClient, call: Call) -> httpx.Request:
    return http.build_request(
        call.method,
        call.path,
        params=list(call.params) or None,
        headers=dict(call.headers),
        content=call.body,
    )
