"""A scripted server, and a client of either kind that talks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any, cast

import pytest

from speko_client import Speko
from tests.client.drivers import AwaitedSpeko
from tests.client.wire_server import WireServer

KEY = "test-key"

Connect = Callable[..., Speko]


@pytest.fixture
def server() -> Iterator[WireServer]:
    """A server that waits for its scripts."""
    with WireServer() as running:
        yield running


@pytest.fixture
def pauses() -> list[float]:
    """The seconds that clients would have slept."""
    return []


@pytest.fixture(params=["sync", "async"])
def connect(
    request: pytest.FixtureRequest, server: WireServer, pauses: list[float]
) -> Iterator[Connect]:
    """Makes a client of the server; both kinds, one after the other."""

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    with ExitStack() as clients:

        def make(**options: Any) -> Speko:
            options = {"api_key": KEY, "base_url": server.url, **options}
            if request.param == "sync":
                return clients.enter_context(closing(Speko(sleep=pauses.append, **options)))
            awaited = clients.enter_context(closing(AwaitedSpeko(sleep=pause, **options)))
            return cast(Speko, awaited)

        yield make


@pytest.fixture
def client(connect: Connect) -> Speko:
    """A client with the defaults."""
    return connect()
