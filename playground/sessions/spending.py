"""What visitors spend on the host's keys, and the caps on it.

A playground that others can reach asks vendors with its host's keys. So each visitor's turn is
entered in the store before it starts, and what it cost when it has ended: the caps hold over
restarts, over several processes, and when a visitor deletes their sessions. This machine's own user
has no caps, nor has a turn that the visitor's own key pays for.

What counts is an estimate at list price. A model without a known price counts as the dearest that
is known, and tokens that no server counted as a quarter of the letters. What is still running is
not in the sums, so they can be passed by as much as runs at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection as Transaction

from playground.look.words import counted
from playground.servers.connection import Connecting, Connection
from playground.sessions.database import Database, StoreError
from playground.sessions.rows import NotHereError
from playground.sessions.totals import counted_tokens, estimate
from playground.sessions.turns import Turn
from playground.teams.owner import MACHINE_OWNER, Owner
from speko_client.list_prices import OWN_MACHINE
from speko_client.models import CompleteUsage

DEAREST: Final = ("openai", "o1-pro")
"""The model with the highest price in the table."""

FREE: Final = OWN_MACHINE
"""Those who run on the host's own machine, at no price."""
LETTERS_PER_TOKEN: Final = 4
"""How tokens are estimated where no server has counted them."""
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_LOG = logging.getLogger(__name__)

Entry = Callable[[Transaction], None]
"""What enters a turn, in a transaction that may write more."""
_OWN_KEY = "With a key of your own, on the Connections page, there is no such limit."

SPENDING: Final = sa.Table(
    "spending",
    sa.MetaData(),
    sa.Column("turn_id", sa.String, primary_key=True),
    sa.Column("owner", sa.Text),
    sa.Column("started_at", sa.Double),
    sa.Column("cost_usd", sa.Double),
)
"""As ``playground.sessions.database`` makes it; times are Unix seconds, a running turn costs 0."""

# As in ``rows``, a statement is made once.
_FORGET = sa.delete(SPENDING).where(SPENDING.c.started_at < sa.bindparam("before"))
_ENTER = sa.insert(SPENDING)
_OWN = SPENDING.c.owner == sa.bindparam("of")
_COUNT_SINCE = sa.select(sa.func.count(), sa.func.min(SPENDING.c.started_at)).where(
    _OWN, SPENDING.c.started_at > sa.bindparam("since")
)
_TOTAL = sa.select(sa.func.coalesce(sa.func.sum(SPENDING.c.cost_usd), 0.0))
_OWN_TOTAL = _TOTAL.where(_OWN)


class CapReachedError(Exception):
    """A turn may not start on the host's keys; the text says why, and until when."""


@dataclass(frozen=True, slots=True)
class Caps:
    """The most per visitor and hour, per visitor and day, and of all visitors in a day (US$).

    An hour and a day end now. 0 is no cap.
    """

    turns_per_hour: int = 0
    usd_per_visitor: float = 0.0
    usd_in_all: float = 0.0

    @property
    def none(self) -> bool:
        """Whether there is no cap at all."""
        return not (self.turns_per_hour or self.usd_per_visitor or self.usd_in_all)


NO_CAPS: Final = Caps()


class Spending:
    """Enters turns before they start and their costs when they have ended."""

    def __init__(self, database: Database, caps: Caps, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._caps = caps
        self._now = now
        self._running: set[str] = set()

    def begin(
        self,
        owner: Owner,
        turn_id: str,
        allowed: Sequence[str],
        server: Connection | Connecting,
        save: Callable[[Entry], None] | None = None,
    ) -> bool:
        """Enter a turn that is about to start, and ``save`` it in the same transaction.

        False where it does not count: it is not saved then. Raises CapReachedError where it may not
        start, and NotHereError as ``save`` does; nothing is written then.
        """
        if owner == MACHINE_OWNER or self._caps.none or _pays_themselves(allowed, server):
            return False
        try:
            (save or self._enter)(partial(self._entry, owner, turn_id))
        except NotHereError:
            raise
        except StoreError as error:
            raise CapReachedError(
                "Nothing is asked on the keys of this playground's host while it cannot be "
                f"counted. {error}"
            ) from error
        self._running.add(turn_id)
        return True

    def counts(self, turn_id: str) -> bool:
        """Whether the turn was entered, and its cost is still to come."""
        return turn_id in self._running

    def end(self, turn: Turn, history: Sequence[Turn], server: Connection | Connecting) -> None:
        """Enter what a turn cost its host; one that cost nothing by its nature is taken out.

        Only for a turn that ``counts``.
        """
        self._running.discard(turn.id)
        this = SPENDING.c.turn_id == turn.id
        free = costs_the_host_nothing(turn, server)
        cost = 0.0 if free else estimated_cost(turn, history)
        change = sa.delete(SPENDING) if free else sa.update(SPENDING).values(cost_usd=cost)
        try:
            with self._database.write() as transaction:
                transaction.execute(change.where(this))
        except StoreError:
            _LOG.warning("A visitor's turn cost about $%.4f, which could not be stored", cost)

    def _enter(self, entry: Entry) -> None:
        with self._database.write() as transaction:
            entry(transaction)

    def _entry(self, owner: Owner, turn_id: str, transaction: Transaction) -> None:
        now = self._now()
        transaction.execute(_FORGET, {"before": (now - _DAY).timestamp()})
        self._refuse_above_the_caps(transaction, owner, now)
        row = {"turn_id": turn_id, "owner": owner, "started_at": now.timestamp(), "cost_usd": 0.0}
        transaction.execute(_ENTER, row)

    def _refuse_above_the_caps(self, transaction: Transaction, owner: Owner, now: datetime) -> None:
        caps, own = self._caps, {"of": owner}
        since = (now - _HOUR).timestamp()
        count, first = transaction.execute(_COUNT_SINCE, own | {"since": since}).one()
        if caps.turns_per_hour and count >= caps.turns_per_hour:
            minutes = max(1, round((first + _HOUR.total_seconds() - now.timestamp()) / 60))
            raise CapReachedError(
                f"You have sent {counted(count, 'message')} within an hour, the most that this "
                f"playground answers on its host's keys. Go on in {minutes} min. {_OWN_KEY}"
            )
        if caps.usd_per_visitor and (
            transaction.execute(_OWN_TOTAL, own).scalar_one() >= caps.usd_per_visitor
        ):
            raise CapReachedError(
                f"Your answers of the last 24 hours cost about ${caps.usd_per_visitor:.2f} "
                "(estimated), the most that this playground's host pays for a visitor. Go on "
                f"tomorrow. {_OWN_KEY}"
            )
        if caps.usd_in_all and transaction.execute(_TOTAL).scalar_one() >= caps.usd_in_all:
            raise CapReachedError(
                "The answers to all visitors in the last 24 hours cost as much as this "
                f"playground's host pays for a day (estimated). Go on tomorrow. {_OWN_KEY}"
            )


def costs_the_host_nothing(turn: Turn, server: Connection | Connecting) -> bool:
    """Whether the answer came from a simulation, the host's machine, or the visitor's own key."""
    answer = turn.answer
    return (
        answer.simulated
        or answer.kind == "local"
        or answer.provider in FREE
        or answer.provider in server.vendors
    )


def estimated_cost(turn: Turn, history: Sequence[Turn]) -> float:
    """US$ for the answer; nothing where a turn failed before there was a word of it."""
    answer = turn.answer
    if answer.cost_usd is not None:
        return answer.cost_usd
    if turn.status == "failed" and not (answer.text or answer.reasoning):
        return 0.0
    usage = counted_tokens(turn) or _usage_by_letters(turn, history)
    known = estimate(answer.provider, answer.model, usage) or estimate(*DEAREST, usage)
    return known[0] if known else 0.0


def _usage_by_letters(turn: Turn, history: Sequence[Turn]) -> CompleteUsage:
    before = sum(len(each.message) + len(each.answer.text) for each in history)
    asked = before + len(turn.settings.system_prompt) + len(turn.message)
    return CompleteUsage(
        prompt_tokens=asked // LETTERS_PER_TOKEN + 1,
        completion_tokens=(len(turn.answer.text) + len(turn.answer.reasoning)) // LETTERS_PER_TOKEN
        + 1,
    )


def _pays_themselves(allowed: Sequence[str], server: Connection | Connecting) -> bool:
    vendors = {each.partition(":")[0] for each in allowed}
    return server.own or (bool(vendors) and vendors <= set(server.vendors))
