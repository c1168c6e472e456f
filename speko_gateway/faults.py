"""Outages on demand: candidates that a request asks to see fail, so that failover can be shown.

Obeyed only while the demo fleet is on. Nobody is called, and the health gate never hears of it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass

from speko_client.models import ProviderKind
from speko_gateway.candidates import Selection
from speko_gateway.failover import Option
from speko_gateway.providers.base import (
    FailureCode,
    Provider,
    ProviderError,
    ProviderEvent,
    ProviderRequest,
    TextDelta,
)

OUTAGE_HEADER = "x-speko-simulate-outage"


@dataclass(frozen=True, slots=True)
class DownProvider:
    """Stands before a provider and fails every call with SIMULATED_OUTAGE."""

    provider: Provider

    @property
    def kind(self) -> ProviderKind:
        """That of the provider behind it."""
        return self.provider.kind

    @property
    def words(self) -> str | None:
        """That of the provider behind it."""
        return self.provider.words

    def unavailable_reason(self, model: str) -> str | None:
        """An outage is found out by trying, so it makes nothing unavailable."""
        return self.provider.unavailable_reason(model)

    async def stream(self, request: ProviderRequest) -> AsyncGenerator[ProviderEvent]:
        """Fail at once."""
        if request.model:
            raise ProviderError(FailureCode.SIMULATED_OUTAGE, "is down (simulated outage)")
        yield TextDelta("")

    async def close(self) -> None:
        """Leave the provider behind it alone: it outlives the request."""


def with_outage(options: Iterable[Option], outage: Selection) -> list[Option]:
    """The same options, those that the outage covers being down."""
    return [
        Option(option.candidate, DownProvider(option.provider))
        if outage.covers(option.candidate)
        else option
        for option in options
    ]
