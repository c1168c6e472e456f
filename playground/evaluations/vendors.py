"""Which vendor a call counts to, and what its answer says about that vendor's pace."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from playground.evaluations.cell_asking import is_pinned
from playground.evaluations.cells import Cell
from playground.evaluations.order import Planned
from playground.evaluations.pacing import Pace
from playground.sessions.turns import TurnError
from speko_client.models import FailureCode

ONE_AT_A_TIME: Final = frozenset({"local"})
"""The model on this machine: two answers at once would each take twice as long."""
UNKNOWN: Final = ""
"""Whoever the router chooses, before it has chosen once."""


class Paces:
    """The pace of each vendor, and whom the router has chosen lately."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._paces: dict[str, Pace] = {}
        self._chosen: dict[tuple[str, str | None, str | None], str] = {}

    def of(self, vendor: str) -> Pace:
        """A vendor's pace."""
        if vendor not in self._paces:
            most = 1 if vendor in ONE_AT_A_TIME else self._most
            self._paces[vendor] = Pace(most)
        return self._paces[vendor]

    def vendor_of(self, planned: Planned) -> str:
        """Whom the call counts to: the pinned vendor, or the one that the router chose last."""
        if planned.arm.pin is not None:
            return planned.arm.pin.partition(":")[0]
        return self._chosen.get(_intent(planned), UNKNOWN)

    def learn(self, planned: Planned, vendor: str, cell: Cell, began: float, now: float) -> None:
        """What a call says about its vendor, and its failed attempts about others.

        ``vendor`` is the one that it counted to; times are the caller's seconds.
        """
        if cell.predicted is not None and not is_pinned(planned.arm):
            self._chosen[_intent(planned)] = cell.predicted.partition(":")[0]
        slowed = {
            attempt.provider
            for attempt in cell.answer.attempts
            if attempt.code == FailureCode.RATE_LIMITED and not attempt.drill
        }
        if is_rate_limit(cell.error):
            pause = cell.error.retry_after if cell.error else None
            for each in slowed or {vendor}:
                self.of(each).slowed(began, now, pause)
            return
        for each in slowed:
            self.of(each).slowed(began, now)
        if cell.error is None and vendor not in slowed:
            self.of(vendor).answered()


def is_rate_limit(error: TurnError | None) -> bool:
    """Whether the server asks for a pause."""
    return error is not None and error.status == HTTPStatus.TOO_MANY_REQUESTS


def _intent(planned: Planned) -> tuple[str, str | None, str | None]:
    return planned.arm.id, planned.case.language, planned.case.vertical
