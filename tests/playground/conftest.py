"""What the playground's own tests share: a server on the wire, a store, a clock that is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from playground.servers.connection import Connection, embedded
from playground.sessions.engine import Engine
from playground.sessions.store import OwnerStore, Store
from playground.teams.owner import MACHINE_OWNER
from tests.playground.postgres import empty_postgres
from tests.playground.running import price
from tests.playground.servers.wire_server import ThreadedWireServer


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """A told clock."""
    return Clock()


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    """Where ``store`` keeps its database."""
    return tmp_path / "data" / "playground.db"


@pytest.fixture
def sqlite_url(store_file: Path) -> str:
    """An SQLite database that is not there yet."""
    return f"sqlite:///{store_file}"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """An empty Postgres database."""
    with empty_postgres() as url:
        yield url


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """Where ``store`` is; modules whose tests run on both databases have a fixture of their own."""
    return sqlite_url


@pytest.fixture
def everyone(store_url: str, clock: Clock) -> Iterator[Store]:
    """An empty store."""
    everyone = Store(store_url, now=clock)
    yield everyone
    everyone.close()


@pytest.fixture
def store(everyone: Store) -> OwnerStore:
    """The empty store, as the user of this machine has it."""
    return everyone.of(MACHINE_OWNER)


@pytest.fixture
def wire() -> Iterator[ThreadedWireServer]:
    """A server that speaks the wire."""
    with ThreadedWireServer() as server:
        yield server


@pytest.fixture
def gateway(wire: ThreadedWireServer) -> Connection:
    """The connection to ``wire``, as if it were the embedded gateway."""
    return embedded(wire.base_url, "k-gateway")


@pytest.fixture
def engine(everyone: Store, clock: Clock) -> Iterator[Engine]:
    """An engine on the store, with prices of its own."""
    engine = Engine(everyone, price=price, now=clock)
    yield engine
    engine.close()
