"""The connections of all callers: how many there may be, and how long each may dawdle.

A caller can hold a connection without asking for anything: by silence, by a head or a body that
comes in drops, by taking nothing of an answer. So each has a limit, and their number has two: for
one address, and for all, as far as the process's descriptors go. Where one is reached, a new
connection takes the place of one that waits for a request: of one that was kept for another if
there is any, else of one that has asked for nothing yet. Only where all are at work, a new one is
turned away.

Requests pay for this with two entries in a dict. Everything else is done twice a second.
"""

from __future__ import annotations

import ipaddress
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol

from speko_gateway.config import MOST_CONNECTIONS, Limits
from speko_gateway.http.log_lines import Seldom

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

_OWN_DESCRIPTORS: Final = 96
"""For all but connections: files, the log, pipes, those that are about to be closed."""
_FEWEST: Final = 8
_MOST_DESCRIPTORS: Final = 65_536
_V6_NETWORK: Final = 64

_log = logging.getLogger(__name__)


class Doing(Enum):
    """What a connection is at; the value says what took too long."""

    HEAD = "a request's headers"
    BODY = "a request's body"
    ANSWER = "a whole request and its answer"
    TAKING = "taking what was sent"


class Connection(Protocol):
    """One connection, as it is looked at from here."""

    address: str

    def doing(self) -> dict[Doing, object]:
        """What it is at, each with a mark that changes with every step forward."""
        ...

    def let_go(self) -> None:
        """Close it: it waits for a request."""
        ...

    def end(self, doing: Doing) -> None:
        """End it: this took too long."""
        ...


@dataclass(slots=True)
class _Caller:
    """The connections of one address; of those that wait for a request, the oldest first."""

    all: set[Connection] = field(default_factory=set)
    kept: dict[Connection, None] = field(default_factory=dict)
    silent: dict[Connection, None] = field(default_factory=dict)

    @property
    def waiting(self) -> Connection | None:
        """The one to let go first."""
        return next(iter(self.kept), None) or next(iter(self.silent), None)


class Connections:
    """All connections of one server."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._most = min(limits.connections, _affordable())
        self._callers: dict[str, _Caller] = {}
        self._count = 0
        self._made_room, self._turned_away, self._ended = (Seldom(_log) for _ in range(3))
        self._seen: dict[Connection, dict[Doing, tuple[object, float]]] = {}

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Connection]:
        return (each for caller in self._callers.values() for each in caller.all)

    def admit(self, connection: Connection) -> bool:
        """Take a new one in; False where there is no place for it."""
        caller = self._callers.get(connection.address)
        if caller is not None and len(caller.all) >= self._limits.address_connections:
            if not self._makes_room(caller):
                return False
        elif self._count >= self._most and not self._makes_room(self._largest_waiting()):
            return False
        caller = self._callers.setdefault(connection.address, _Caller())
        caller.all.add(connection)
        caller.silent[connection] = None
        self._count += 1
        return True

    def works(self, connection: Connection) -> None:
        """Its request has arrived."""
        if caller := self._callers.get(connection.address):
            caller.silent.pop(connection, None)
            caller.kept.pop(connection, None)

    def waits(self, connection: Connection) -> None:
        """It has answered, and is kept for another request."""
        caller = self._callers.get(connection.address)
        if caller is not None and connection in caller.all:
            caller.kept[connection] = None

    def gone(self, connection: Connection) -> None:
        """It is closed."""
        caller = self._callers.get(connection.address)
        if caller is None or connection not in caller.all:
            return
        self.works(connection)
        caller.all.discard(connection)
        self._count -= 1
        if not caller.all:
            del self._callers[connection.address]

    def look(self, now: float) -> None:
        """End what has not moved on for too long; ``now`` in seconds of any clock."""
        if not _has_descriptor_left():
            self._turned_away.say(
                logging.WARNING, "No descriptor is left: new connections are reset"
            )
        seen, self._seen = self._seen, {}
        for connection in list(self):
            before = seen.get(connection, {})
            marks = {
                doing: (mark, _since(before.get(doing), mark, now))
                for doing, mark in connection.doing().items()
            }
            self._seen[connection] = marks
            late = [each for each, (_, since) in marks.items() if now - since > self._limit(each)]
            if late:
                self._ended.say(
                    logging.WARNING, "Ended a connection: too long at %s", late[0].value
                )
                connection.end(late[0])

    def _limit(self, doing: Doing) -> float:
        limits = self._limits
        match doing:
            case Doing.HEAD:
                return limits.head
            case Doing.BODY:
                return limits.body
            case Doing.TAKING:
                return limits.write
            case Doing.ANSWER:
                return limits.deadline + limits.write

    def _makes_room(self, caller: _Caller | None) -> bool:
        victim = caller.waiting if caller else None
        what = "a new one was turned away" if victim is None else "one that waited was let go"
        (self._turned_away if victim is None else self._made_room).say(
            logging.WARNING,
            "%d connections are open, as many as there may be (%d in all, %d of one address): %s",
            self._count,
            self._most,
            self._limits.address_connections,
            what,
        )
        if victim is None:
            return False
        self.gone(victim)
        victim.let_go()
        return True

    def _largest_waiting(self) -> _Caller | None:
        """Who holds the most pays first."""
        waiting = (each for each in self._callers.values() if each.waiting)
        return max(waiting, key=lambda caller: len(caller.all), default=None)


def address_of(host: str) -> str:
    """Whom a connection counts for: an IPv6 network (/64) is one caller's."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(address.ipv4_mapped or ipaddress.ip_network((address, _V6_NETWORK), strict=False))


def raise_descriptor_limit() -> None:
    """Let this process have as many descriptors as it may: connections need them."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _has_descriptor_left() -> bool:
    """The event loop survives it where there is none, and says nothing (libuv)."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return False
    return True


def _affordable() -> int:
    """How many connections the descriptors are enough for: each may need one to a vendor."""
    if resource is None:
        return MOST_CONNECTIONS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(_FEWEST, (soft - _OWN_DESCRIPTORS) // 2)


def _since(before: tuple[object, float] | None, mark: object, now: float) -> float:
    """Since when the mark has been the same."""
    return before[1] if before is not None and before[0] == mark else now
