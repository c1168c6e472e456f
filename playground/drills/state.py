"""A failover drill in one browser session: which faults, for how long, how much is left.

The faults travel with each message that is sent while the drill is on; the gateway remembers
nothing of them. A drill ends by itself, after so many messages or when its time is up. The outage
that the chat's form simulates is a drill too: it goes on until it is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from playground.browser.slots import Slot
from playground.sessions.turns import TurnSettings
from speko_client.models import Fault

Unit = Literal["messages", "minutes"]

MOST: dict[Unit, int] = {"messages": 100, "minutes": 120}


@dataclass(frozen=True, slots=True)
class Length:
    """For so many messages, or for so many minutes."""

    count: int = 3
    unit: Unit = "messages"

    def __str__(self) -> str:
        unit = self.unit if self.count != 1 else self.unit.removesuffix("s")
        return f"{self.count} {unit}"


@dataclass(frozen=True, slots=True)
class RunningDrill:
    """A drill that was started; ``sent`` is how many messages went out under it."""

    faults: tuple[Fault, ...]
    length: Length
    started: datetime
    sent: int = 0

    @property
    def ends(self) -> datetime | None:
        """When its time is up; None where it counts messages."""
        if self.length.unit == "messages":
            return None
        return self.started + timedelta(minutes=self.length.count)

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        return self.sent >= self.length.count if self.ends is None else now >= self.ends

    def left(self, now: datetime) -> str:
        """How much of it is left: ``2 messages left``, ``1:35 left``."""
        if self.ends is None:
            return f"{Length(max(self.length.count - self.sent, 0))} left"
        seconds = max(-((now - self.ends) // timedelta(seconds=1)), 0)
        return f"{seconds // 60}:{seconds % 60:02} left"


@dataclass(frozen=True, slots=True)
class DrillState:
    """What a browser session has of drills: the one that is on, the one that is being made."""

    running: RunningDrill | None = None
    plan: tuple[Fault, ...] = ()

    def on(self, now: datetime) -> RunningDrill | None:
        """The drill that is on."""
        return None if self.running is None or self.running.is_over(now) else self.running

    def begun(self, faults: tuple[Fault, ...], length: Length, now: datetime) -> DrillState:
        """With a drill that starts now, in place of any other."""
        return replace(self, running=RunningDrill(faults, length, now), plan=faults)

    def ended(self) -> DrillState:
        """With no drill on; what was planned stays, so that it can be started again."""
        return replace(self, running=None)

    def with_fault(self, fault: Fault) -> DrillState:
        """With one more fault in the plan; for one target the latest counts."""
        return replace(self, plan=together(self.without_fault(fault.target).plan, (fault,)))

    def without_fault(self, target: str) -> DrillState:
        """Without this target's fault in the plan."""
        return replace(self, plan=tuple(each for each in self.plan if each.target != target))

    def sent(self, now: datetime) -> DrillState:
        """After a message that went out now."""
        running = self.on(now)
        if running is None:
            return self
        return replace(self, running=replace(running, sent=running.sent + 1))

    def faults(self, form: TurnSettings, now: datetime) -> tuple[Fault, ...]:
        """All faults that are on; where the form's outage names a target too, the drill counts."""
        running = self.on(now)
        return together(form.drill, running.faults if running else ())


def together(earlier: tuple[Fault, ...], later: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """For one target the later fault counts."""
    by_target = {fault.target: fault for fault in (*earlier, *later)}
    # A model's own fault stands before its vendor's: of two the gateway takes the first.
    return tuple(sorted(by_target.values(), key=lambda each: ":" not in each.target))


_DRILL = Slot("drill", DrillState)


def drill_state() -> DrillState:
    """The drill that is on, and the one in the making."""
    return _DRILL.get() or DrillState()


def keep_drill(state: DrillState) -> None:
    """Remember both in this browser session."""
    _DRILL.set(state)
