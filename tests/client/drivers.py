"""The async client behind the sync client's face, so that one test body runs both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

from speko_client import (
    AsyncCompleteStream,
    AsyncSpeko,
    CompleteResult,
    CompleteStreamEvent,
    Fleet,
    KnownProviders,
    RoutingPreview,
)
from speko_client.models import (
    ProvidersHealth,
    ScoresList,
    ScoresRows,
    VendorConnections,
    VendorTest,
)

T = TypeVar("T")


class AwaitedSpeko:
    """``AsyncSpeko`` with everything awaited, on a loop of its own."""

    def __init__(self, **options: Any) -> None:
        self._runner = asyncio.Runner()
        self._client = AsyncSpeko(**options)

    def __repr__(self) -> str:
        return repr(self._client)

    def run(self, awaitable: Awaitable[T]) -> T:
        """Awaits it."""

        async def awaited() -> T:
            return await awaitable

        return self._runner.run(awaited())

    def close(self) -> None:
        """Closes the client and the loop."""
        self.run(self._client.close())
        self._runner.close()

    def complete(self, **call: Any) -> CompleteResult:
        """As ``Speko``'s."""
        return self.run(self._client.complete(**call))

    def complete_stream(self, **call: Any) -> AwaitedStream:
        """As ``Speko``'s."""
        return AwaitedStream(self, self._client.complete_stream(**call))

    def preview_routing(self, *intent_and_constraints: Any) -> RoutingPreview:
        """As ``Speko``'s."""
        return self.run(self._client.preview_routing(*intent_and_constraints))

    def known_providers(self) -> KnownProviders:
        """As ``Speko``'s."""
        return self.run(self._client.known_providers())

    def fleet(self) -> Fleet:
        """As ``Speko``'s."""
        return self.run(self._client.fleet())

    def scores(self) -> ScoresList:
        """As ``Speko``'s."""
        return self.run(self._client.scores())

    def scores_rows(self, snapshot: str) -> ScoresRows:
        """As ``Speko``'s."""
        return self.run(self._client.scores_rows(snapshot))

    def check_completions(self) -> None:
        """As ``Speko``'s."""
        self.run(self._client.check_completions())

    def vendors(self) -> VendorConnections:
        """As ``Speko``'s."""
        return self.run(self._client.vendors())

    def test_vendor(self, vendor: str) -> VendorTest:
        """As ``Speko``'s."""
        return self.run(self._client.test_vendor(vendor))

    def provider_health(self) -> ProvidersHealth:
        """As ``Speko``'s."""
        return self.run(self._client.provider_health())


class AwaitedStream:
    """``AsyncCompleteStream`` with everything awaited."""

    def __init__(self, client: AwaitedSpeko, stream: AsyncCompleteStream) -> None:
        self._client = client
        self._stream = stream

    def __enter__(self) -> Self:
        self._client.run(self._stream.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.run(self._stream.__aexit__(kind, error, trace))

    def __iter__(self) -> Iterator[CompleteStreamEvent]:
        events = self._stream.__aiter__()
        try:
            while (event := self._client.run(anext(events, None))) is not None:
                yield event
        finally:
            self._client.run(events.aclose())

    @property
    def text_stream(self) -> Iterator[str]:
        """As ``CompleteStream``'s."""
        pieces = self._stream.text_stream
        try:
            while (piece := self._client.run(anext(pieces, None))) is not None:
                yield piece
        finally:
            self._client.run(pieces.aclose())

    @property
    def text(self) -> str:
        """As ``CompleteStream``'s."""
        return self._stream.text

    @property
    def reasoning(self) -> str:
        """As ``CompleteStream``'s."""
        return self._stream.reasoning

    def result(self) -> CompleteResult:
        """As ``CompleteStream``'s."""
        return self._client.run(self._stream.result())

    def close(self) -> None:
        """As ``CompleteStream``'s."""
        self._client.run(self._stream.close())
