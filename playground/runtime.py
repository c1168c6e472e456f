"""What all pages of one playground process share: settings, store, engine, gateway."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

from playground.servers import connection as connections
from playground.servers.connection import Connection
from playground.servers.local_gateway import LocalGateway
from playground.servers.server_choice import (
    ServerChoice,
    chosen_server,
    kind_in_force,
    usable_vendors,
)
from playground.sessions.database import StoreError
from playground.sessions.engine import Engine
from playground.sessions.marks import BIN_DAYS
from playground.sessions.spending import Caps
from playground.sessions.store import Store
from playground.settings import Settings, load_settings
from speko_client import Speko

SharedT = TypeVar("SharedT")

_ASK_SECONDS = 10.0
_ASK_SECONDS_IN_ALL = 30.0
_LOG = logging.getLogger(__name__)
_NOTHING_CHOSEN = ServerChoice()


@runtime_checkable
class Closes(Protocol):
    """What must be ended before the store is closed."""

    def close(self) -> None:
        """End it."""


class Runtime:
    """The shared parts; nothing starts before it is used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings.store_url)
        caps = Caps(settings.turns_per_hour, settings.usd_per_visitor, settings.usd_per_day)
        self.engine = Engine(self.store, caps=caps)
        self.gateway = LocalGateway(settings)
        self._shared: dict[type[Any], Any] = {}
        self._sharing = threading.Lock()
        self._ended = threading.Event()

    def shared(self, kind: type[SharedT], make: Callable[[], SharedT]) -> SharedT:
        """A capability's own object, one per process; ``make`` is called at its first use.

        One that has a ``close`` is closed before the store is.
        """
        with self._sharing:
            if kind not in self._shared:
                self._shared[kind] = make()
            return cast(SharedT, self._shared[kind])

    def connection(
        self, choice: ServerChoice = _NOTHING_CHOSEN, *, private_allowed: bool = False
    ) -> Connection:
        """The server a browser session chose, else the configured one, else the embedded gateway.

        Pages ask ``connection_in_force``, which knows the choice. Starts the gateway if need be;
        raises GatewayStartError where that does not start, and AddressRefusedError where the
        chosen server's address must not be called.
        """
        found = self._other_server(choice, private_allowed)
        return found or self._embedded(choice, private_allowed)

    def ready_connection(
        self, choice: ServerChoice = _NOTHING_CHOSEN, *, private_allowed: bool = False
    ) -> Connection | None:
        """As ``connection``, without waiting: None while the embedded gateway is starting.

        A failed start raises once; the next call begins another.
        """
        found = self._other_server(choice, private_allowed)
        if found is None and self.gateway.ready() is None:
            return None
        return found or self._embedded(choice, private_allowed)

    def _other_server(self, choice: ServerChoice, private_allowed: bool) -> Connection | None:
        kind = kind_in_force(choice, self.settings)
        return chosen_server(choice, self.settings, kind, private_allowed=private_allowed)

    def _embedded(self, choice: ServerChoice, private_allowed: bool) -> Connection:
        vendors = usable_vendors(choice, private_allowed=private_allowed)
        found = connections.embedded(
            *self.gateway.ensure(), vendors, choice.fleet, public_only=not private_allowed
        )
        return replace(found, scores=choice.scores)

    def client(self, connection: Connection) -> Speko:
        """A client for short questions (providers, routing preview, fleet); close it after use."""
        return Speko(
            api_key=connection.key.get_secret_value(),
            base_url=connection.base_url,
            timeout=_ASK_SECONDS,
            answer_timeout=_ASK_SECONDS_IN_ALL,
            keyless=True,
            extra_headers=connection.headers,
            public_only=connection.calls_public_only,
        )

    def tidy(self) -> None:
        """Delete what lay in a bin for long enough, and sessions unused for so long, everyone's."""
        days = self.settings.retention_days
        try:
            binned = self.store.empty_bins()
            unused = self.store.delete_unused(days) if days is not None else 0
        except StoreError as error:
            _LOG.warning("Old sessions could not be deleted. %s", error)
            return
        if binned:
            _LOG.info("%d sessions that were in a bin for %d days were deleted.", binned, BIN_DAYS)
        if days is not None:
            _LOG.info("%d sessions unused for %d days were deleted.", unused, days)

    def index_all(self, pause: float) -> None:
        """Make the sessions of an earlier version findable, a few at a time.

        So many seconds lie between, in which others can write. It ends with ``shutdown``.
        """
        try:
            while (left := self.store.index_some()) and not self._ended.wait(pause):
                _LOG.info("%d sessions of an earlier version are not indexed yet.", left)
        except StoreError as error:
            # They can be opened all the same; the next start tries again.
            _LOG.warning("Sessions of an earlier version cannot be searched yet. %s", error)

    def shutdown(self) -> None:
        """End turns, gateway and store; the next ``get_runtime`` makes a new one."""
        self._ended.set()
        with self._sharing:
            shared = list(self._shared.values())
        for each in shared:
            if isinstance(each, Closes):
                each.close()
        self.engine.close()
        self.gateway.stop()
        self.store.close()
        _forget(self)


_lock = threading.Lock()
_shared: list[Runtime] = []


def get_runtime() -> Runtime:
    """This process's runtime, made at the first call.

    Raises SettingsError where a setting is unusable, and StoreError where the store's URL is.
    """
    with _lock:
        if not _shared:
            _shared.append(Runtime(load_settings()))
            atexit.register(_shared[0].shutdown)
        return _shared[0]


def _forget(runtime: Runtime) -> None:
    atexit.unregister(runtime.shutdown)
    with _lock:
        if runtime in _shared:
            _shared.remove(runtime)
