"""A drill in one browser tab: which faults, for how long, how much is left.

The faults travel with each message that is sent while the drill is on; the gateway remembers
nothing of them. A drill ends by itself, after so many messages or when its time is up, or it goes
on until it is ended. There is one at a time, wherever it was begun.

The tab keeps it over a reload, which asks whether it goes on. What the tab says is checked like any
visitor's input.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, NonNegativeInt, TypeAdapter

from playground.browser.slots import Slot
from playground.drills.words import BEFORE_THE_FIRST_WORD
from speko_client.models import Fault

Unit = Literal["messages", "minutes"]

MOST: dict[Unit, int] = {"messages": 100, "minutes": 120}


@dataclass(frozen=True, slots=True)
class Length:
    """For so many messages, or for so many minutes."""

    count: Annotated[int, Field(ge=1, le=max(MOST.values()))] = 3
    unit: Unit = "messages"

    def __str__(self) -> str:
        unit = self.unit if self.count != 1 else self.unit.removesuffix("s")
        return f"{self.count} {unit}"


@dataclass(frozen=True, slots=True)
class RunningDrill:
    """A drill that was started; ``sent`` is how many messages went out under it.

    Without a length it goes on until it is ended.
    """

    faults: Annotated[tuple[Fault, ...], Field(min_length=1, max_length=100)]
    length: Length | None
    started: AwareDatetime
    sent: NonNegativeInt = 0

    @property
    def ends(self) -> datetime | None:
        """When its time is up; None where it counts messages, or has no end."""
        if self.length is None or self.length.unit == "messages":
            return None
        return self.started + timedelta(minutes=self.length.count)

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        if self.length is None:
            return False
        return self.sent >= self.length.count if self.ends is None else now >= self.ends

    def left(self, now: datetime) -> str:
        """How much of it is left: ``2 messages left``, ``1:35 left``, ``until you end it``."""
        if self.length is None:
            return "until you end it"
        if self.ends is None:
            return f"{Length(max(self.length.count - self.sent, 0))} left"
        seconds = max(-((now - self.ends) // timedelta(seconds=1)), 0)
        return f"{seconds // 60}:{seconds % 60:02} left"

    @property
    def down(self) -> tuple[str, ...]:
        """The targets that are down."""
        return tuple(fault.target for fault in self.faults if fault.kind == "down")


@dataclass(frozen=True, slots=True)
class DrillState:
    """What a tab has of drills: the one that is on, the one that is being made.

    ``asks``: it was on before a reload, and stands still until a person says whether it goes on.
    ``settled``: this says what the tab has to keep; before, the tab may have one to tell of.
    """

    running: RunningDrill | None = None
    plan: tuple[Fault, ...] = ()
    asks: bool = False
    settled: bool = False

    def on(self, now: datetime) -> RunningDrill | None:
        """The drill that is on."""
        over = self.running is None or self.asks or self.running.is_over(now)
        return None if over else self.running

    def begun(self, faults: tuple[Fault, ...], length: Length | None, now: datetime) -> DrillState:
        """With a drill that starts now, in place of any other."""
        return DrillState(RunningDrill(faults, length, now), plan=faults, settled=True)

    def with_outage(self, targets: Iterable[str], now: datetime) -> DrillState:
        """With exactly these down, in the drill that is on, or in one that goes on until ended."""
        running = self.on(now)
        others = tuple(each for each in (running.faults if running else ()) if each.kind != "down")
        faults = _together(others, tuple(Fault(target=target, kind="down") for target in targets))
        if not faults:
            return self.ended()
        state = self.begun(faults, None, now)
        return replace(state, running=replace(running, faults=faults)) if running else state

    def found(self, running: RunningDrill | None) -> DrillState:
        """With what the tab has kept over a reload; a drill that is on already counts more."""
        if running is None or self.settled:
            return replace(self, settled=True)
        return DrillState(running, plan=running.faults, asks=True, settled=True)

    def gone_on(self) -> DrillState:
        """With the drill on again that was on before a reload."""
        return replace(self, asks=False)

    def ended(self) -> DrillState:
        """With no drill on; what was planned stays, so that it can be started again."""
        return DrillState(plan=self.plan, settled=True)

    def with_fault(self, fault: Fault) -> DrillState:
        """With one more fault in the plan; for one target the latest counts."""
        return replace(self, plan=_together(self.without_fault(fault.target).plan, (fault,)))

    def without_fault(self, target: str) -> DrillState:
        """Without this target's fault in the plan."""
        return replace(self, plan=tuple(each for each in self.plan if each.target != target))

    def sent(self, now: datetime) -> DrillState:
        """After a message that went out now."""
        running = self.on(now)
        if running is None:
            return self
        return replace(self, running=replace(running, sent=running.sent + 1))

    def faults(self, now: datetime) -> tuple[Fault, ...]:
        """The faults that are on."""
        running = self.on(now)
        return running.faults if running else ()

    def unreachable(self, now: datetime) -> set[str]:
        """Whom the next message would find down, so that the next candidate steps in."""
        faults = self.faults(now)
        return {fault.target for fault in faults if fault.kind in BEFORE_THE_FIRST_WORD}


def _together(earlier: tuple[Fault, ...], later: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """For one target the later fault counts."""
    by_target = {fault.target: fault for fault in (*earlier, *later)}
    # A model's own fault stands before its vendor's: of two the gateway takes the first.
    return tuple(sorted(by_target.values(), key=lambda each: ":" not in each.target))


_KEPT: Final = TypeAdapter(RunningDrill)
_LONGEST_KEPT: Final = 50_000


def written(running: RunningDrill) -> str:
    """The drill as the tab keeps it."""
    return _KEPT.dump_json(running).decode()


def read(text: str, now: datetime) -> RunningDrill | None:
    """The drill that a tab has kept; None where that is none."""
    if len(text) > _LONGEST_KEPT:
        return None
    try:
        running = _KEPT.validate_json(text)
    except ValueError:
        return None
    return running if running.started <= now else None


_DRILL = Slot("drill", DrillState)


def drill_state() -> DrillState:
    """The drill that is on, and the one in the making."""
    return _DRILL.get() or DrillState()


def keep_drill(state: DrillState) -> None:
    """Remember both in this browser session."""
    _DRILL.set(state)
