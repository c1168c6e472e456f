"""One candidate's try at a request: who is tried, and how long it has taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from speko_gateway.candidates import Candidate
from speko_gateway.config import Limits
from speko_gateway.provider import Provider
from speko_gateway.routing.candidate_health import Call

Outcome = Literal["answered", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Option:
    """A candidate and the provider that serves it.

    ``drill``: a drill has put a fault in the provider's place, and these limits hold meanwhile.
    What comes of it says nothing about the candidate.
    """

    candidate: Candidate
    provider: Provider
    drill: Limits | None = None


@dataclass(slots=True)
class RunningAttempt:
    """An attempt under way, from its call to its one outcome.

    ``call`` is what the health gate knows it by; None for a drill's, which the gate ignores.
    """

    option: Option
    started: float
    call: Call | None
    over: bool = False
    first_words: float | None = None
    """Seconds to the first text; None before it, or where the answer began with a tool call."""
    _at: float | None = None
    _heard: float = 0.0

    @property
    def has_own_clock(self) -> bool:
        """Whether a simulated vendor's own figures say how long it took."""
        return self._at is not None

    def hear(self, at: float | None, now: float) -> None:
        """Note what its own clock says now, where it has one."""
        if at is not None:
            self._at, self._heard = at, now

    def seconds(self, now: float, outcome: Outcome) -> float:
        """How long it has taken, by its own clock; how late this machine was does not count."""
        if self._at is None:
            return now - self.started
        return self._at if outcome == "answered" else self._at + now - self._heard
