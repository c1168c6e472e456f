"""One run after another: matched by case, what was fixed and broken, and if it got worse. Pure.

A case is the same where its id, what it asks and its checks are; an arm is the same by its id, as
its settings, and the suite's prompts, are what one changes between two runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from playground.compare.holm import adjusted
from playground.compare.looks import LEVEL
from playground.compare.paired import Difference
from playground.findings.measured import ArmMeasured, Floats, Ints, Measured
from playground.findings.statistics import (
    Rate,
    cost_ratios,
    flip_chance,
    pass_differences,
    rate,
    time_differences,
)
from playground.look.words import counted
from playground.suites.suite import Case, Suite

_SETTINGS: Final = ("prompt", "system_prompt", "temperature", "max_tokens", "judge")
_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class ArmCompared:
    """One arm in both runs, over the ``cases`` that are decided in both.

    ``before`` and ``after`` are its pass rates there. The differences are after less before: above
    0 points it got better. ``fixed`` cases did not pass in most of their repeats and do now,
    ``broken`` ones the other way. ``chance_worse``: how likely such a fall is where nothing
    changed, one-sided, by Holm over the arms. ``changed``: its settings did. ``errors`` are the
    later run's cells without an answer.
    """

    arm_id: str
    name: str
    cases: int
    before: Rate | None
    after: Rate | None
    points: Difference | None
    cost: Difference | None
    time: Difference | None
    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    chance_worse: float
    changed: bool
    errors: int
    simulated: bool

    @property
    def regressed(self) -> bool:
        """Whether it surely got worse, at 5 % over all arms."""
        return self.chance_worse <= LEVEL


@dataclass(frozen=True, slots=True)
class RunsCompared:
    """Both runs; what has no counterpart is listed by id.

    ``other_cases`` have the same id in both, but ask or check something else. ``settings`` are the
    suite's that differ.
    """

    arms: tuple[ArmCompared, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    other_cases: tuple[str, ...]
    arms_only_before: tuple[str, ...]
    arms_only_after: tuple[str, ...]
    settings: tuple[str, ...]

    @property
    def regressed(self) -> bool:
        """Whether an arm surely got worse."""
        return any(each.regressed for each in self.arms)

    @property
    def nothing_in_common(self) -> bool:
        """Whether no case was decided in both runs by the same arm."""
        return not any(each.cases for each in self.arms)


@dataclass(frozen=True, slots=True)
class Regression:
    """Whether the later run surely got worse, and in a sentence for each arm why."""

    is_one: bool
    message: str
    compared: RunsCompared


def regression(before: Measured, after: Measured) -> Regression:
    """Whether ``after`` is a regression: an arm passes less, beyond chance at 5 % (one-sided)."""
    found = compared(before, after)
    if found.nothing_in_common:
        said = "Nothing to compare: no case was decided in both runs by an arm of the same id."
        return Regression(is_one=False, message=said, compared=found)
    lines = [_said(each) for each in found.arms if each.cases]
    unmatched = _unmatched(found)
    return Regression(found.regressed, " ".join([*lines, *unmatched]), found)


def compared(before: Measured, after: Measured) -> RunsCompared:
    """The two runs, matched by case and arm."""
    earlier, later = _contents(before.suite), _contents(after.suite)
    both = [name for name in later if name in earlier]
    same = [name for name in both if earlier[name] == later[name]]
    pairs = [(old, each) for each in after.arms if (old := before.arm(each.arm.id))]
    arms_before = tuple(each.arm.id for each in before.arms)
    arms_after = tuple(each.arm.id for each in after.arms)
    return RunsCompared(
        arms=tuple(_arms(pairs, _places(before, same), _places(after, same), same)),
        only_before=tuple(name for name in earlier if name not in later),
        only_after=tuple(name for name in later if name not in earlier),
        other_cases=tuple(name for name in both if earlier[name] != later[name]),
        arms_only_before=tuple(each for each in arms_before if each not in arms_after),
        arms_only_after=tuple(each for each in arms_after if each not in arms_before),
        settings=tuple(
            each for each in _SETTINGS if getattr(before.suite, each) != getattr(after.suite, each)
        ),
    )


def _contents(suite: Suite) -> dict[str, tuple[Case, object]]:
    """By id what each case asks, and how it is checked; tags make no difference."""
    return {
        case.id: (
            case.model_copy(
                update={
                    "tags": (),
                    "language": case.language or suite.language,
                    "vertical": case.vertical or suite.vertical,
                }
            ),
            suite.checks,
        )
        for case in suite.cases
    }


def _places(found: Measured, names: Sequence[str]) -> Ints:
    places = {name: place for place, name in enumerate(found.cases)}
    return np.array([places[name] for name in names], dtype=np.int64)


def _arms(
    pairs: Sequence[tuple[ArmMeasured, ArmMeasured]], old: Ints, new: Ints, names: Sequence[str]
) -> list[ArmCompared]:
    sides = [(each.outcomes.of(new), old_one.outcomes.of(old)) for old_one, each in pairs]
    shares = [(now.share, then.share) for now, then in sides]
    finest = max((int(each.decided.max(initial=1)) for pair in sides for each in pair), default=1)
    points = pass_differences(shares, finest)
    costs = cost_ratios([(now.cost_usd, then.cost_usd) for now, then in sides])
    times = time_differences([(now.ttft_ms, then.ttft_ms) for now, then in sides])
    worse = adjusted(
        [flip_chance(_known(now - then), finest, only_below=True) for now, then in shares]
    )
    found = []
    for place, (then, now) in enumerate(pairs):
        decided = np.flatnonzero(~np.isnan(shares[place][0] - shares[place][1]))
        fixed, broken = _turned(*shares[place])
        found.append(
            ArmCompared(
                arm_id=now.arm.id,
                name=now.arm.label,
                cases=len(decided),
                before=rate(sides[place][1].passed[decided], sides[place][1].decided[decided]),
                after=rate(sides[place][0].passed[decided], sides[place][0].decided[decided]),
                points=points[place],
                cost=costs[place],
                time=times[place],
                fixed=tuple(names[index] for index in fixed),
                broken=tuple(names[index] for index in broken),
                chance_worse=worse[place],
                changed=now.arm != then.arm,
                errors=now.errors,
                simulated=bool(now.simulated or then.simulated),
            )
        )
    return found


def _known(differences: Floats) -> Floats:
    return differences[~np.isnan(differences)]


def _turned(now: Floats, then: Floats) -> tuple[Ints, Ints]:
    """The cases that pass now and did not, and those that did and do not."""
    known = ~np.isnan(now) & ~np.isnan(then)
    passes, passed = now > 0.5, then > 0.5
    return np.flatnonzero(known & passes & ~passed), np.flatnonzero(known & ~passes & passed)


def _said(found: ArmCompared) -> str:
    before, after = found.before, found.after
    if before is None or after is None:
        return ""
    what = "Regression" if found.regressed else "No regression"
    errors = f" ({counted(found.errors, 'cell')} without an answer)" if found.errors else ""
    simulated = ", simulated" if found.simulated else ""
    return (
        f"{what} of {found.name}{simulated}: {before.value:.0%} passed before, {after.value:.0%} "
        f"now{errors}; {counted(len(found.broken), 'case')} broken{_named(found.broken)}, "
        f"{len(found.fixed):,} fixed of {found.cases:,}; {_chance(found.chance_worse)}."
    )


def _named(cases: Sequence[str]) -> str:
    if not cases:
        return ""
    more = len(cases) - _MOST_NAMED
    shown = ", ".join(cases[:_MOST_NAMED])
    return f" ({shown}{f' and {more:,} more' if more > 0 else ''})"


def _chance(chance: float) -> str:
    return "p < 0.001" if chance < 0.001 else f"p = {chance:.3f}"


def _unmatched(found: RunsCompared) -> list[str]:
    parts = [
        (found.only_before, "only in the earlier run"),
        (found.only_after, "only in the later run"),
        (found.other_cases, "changed since"),
    ]
    said = [
        f"{counted(len(cases), 'case')} {where}{_named(cases)}" for cases, where in parts if cases
    ]
    arms = (*found.arms_only_before, *found.arms_only_after)
    said += [f"{counted(len(arms), 'arm')} in one of the two only{_named(arms)}"] if arms else []
    return [f"Not compared: {'; '.join(said)}."] if said else []
