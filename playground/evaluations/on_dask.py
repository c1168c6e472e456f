"""Cells made by the workers of a Dask cluster that is there already.

The caller keeps the order, the pace and the cap, and writes every cell; a worker gets one case and
one arm, makes the call, and returns the cell. It asks the server that its own environment names
(``SPEKO_API_KEY``, ``SPEKO_BASE_URL``, or its own embedded gateway with the vendors' keys of its
environment). So no key passes through the scheduler; the cases do. A worker makes as many calls at
once as it has threads, and finishes what it has begun, also where the run is cancelled.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from playground.evaluations.cell_asking import ServerAsk
from playground.evaluations.cells import Cell
from playground.evaluations.order import Planned
from playground.runtime import get_runtime
from playground.servers import connection as connections
from playground.servers.connection import Connection
from playground.sessions.turns import Answer, TurnError, TurnSettings, utc_now
from playground.suites.suite import Suite

CONNECT_SECONDS: Final = 10.0
_MISSING: Final = (
    "Dask is not installed here: pip install '.[dask]'. Its workers need the playground as well."
)


class DaskMissingError(Exception):
    """The extra is not installed, or no scheduler answers; the text says what to do."""


def on_cluster(address: str, server: str | None) -> Callable[[Suite, Connection], DaskAsk]:
    """What makes a run's cells on the cluster at ``address`` (``tcp://scheduler:8786``).

    ``server`` is the URL that workers ask, None for the one that their own environment names.
    Raises DaskMissingError where no worker can be reached.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise DaskMissingError(_MISSING) from error
    try:
        joining = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        with joining as client:
            workers = client.scheduler_info(n_workers=-1)["workers"]
    except (OSError, TimeoutError, ValueError) as error:
        raise DaskMissingError(
            f"No Dask scheduler answers at {address}. Start one (dask scheduler), or correct it."
        ) from error
    if not workers:
        raise DaskMissingError(f"The Dask cluster at {address} has no workers. Start some.")
    return lambda suite, connection: DaskAsk(suite, connection, address, server)


class DaskAsk:
    """Has workers make cells; the judge is asked from here, through ``connection``."""

    def __init__(
        self, suite: Suite, connection: Connection, address: str, server: str | None
    ) -> None:
        self._suite = suite
        self._address = address
        self._server = server
        self._here = ServerAsk(suite, connection)
        self._client: asyncio.Task[Any] | None = None

    async def __call__(self, planned: Planned) -> Cell:
        """One cell, without its checks."""
        client = await self._connected()
        alone = self._suite.model_copy(
            update={"cases": (planned.case,), "arms": (planned.arm,), "baseline": None}
        )
        started = utc_now()
        future = client.submit(
            make_cell,
            alone.model_dump_json(),
            planned.repeat,
            self._server,
            key=f"speko-cell-{secrets.token_hex(8)}",
            pure=False,
            priority=-planned.place,
        )
        try:
            return Cell.model_validate_json(await future)
        except asyncio.CancelledError:
            future.cancel()
            raise
        except Exception as error:
            wrong = TurnError(
                message=f"A worker failed ({type(error).__name__}).",
                code="WORKER_FAILED",
                advice="Look at the worker's log. It needs this version of the playground.",
            )
            now = utc_now()
            return Cell(**planned.key._asdict(), error=wrong, started_at=started, ended_at=now)

    async def beside(self, message: str, settings: TurnSettings) -> tuple[Answer, TurnError | None]:
        """An answer to something else than the suite's cases: the judge's."""
        return await self._here.beside(message, settings)

    async def close(self) -> None:
        """Leave the cluster as it was."""
        await self._here.close()
        if self._client is not None:
            await (await self._client).close()

    async def _connected(self) -> Any:
        if self._client is None:
            self._client = asyncio.create_task(self._connect())
        return await asyncio.shield(self._client)

    async def _connect(self) -> Any:
        distributed: Any = import_module("distributed")
        return await distributed.Client(
            self._address, asynchronous=True, set_as_default=False, timeout=CONNECT_SECONDS
        )


async def make_cell(suite: str, repeat: int, server: str | None) -> str:
    """For a worker: the only cell of a suite with one case and one arm, as JSON."""
    alone = Suite.model_validate_json(suite)
    connection = await asyncio.to_thread(_connection, server)
    ask = ServerAsk(alone, connection)
    try:
        cell = await ask(Planned(0, alone.cases[0], alone.arms[0], repeat))
    finally:
        await ask.close()
    return cell.model_dump_json(exclude_defaults=True)


@lru_cache(maxsize=16)
def _connection(server: str | None) -> Connection:
    runtime = get_runtime()
    if server is None:
        return runtime.connection()
    settings = runtime.settings
    return connections.other(server, settings.api_key, takes_vertical=settings.takes_vertical)
