"""What a pairwise judge found of each arm, against the baseline's answers. Pure.

A verdict that turned with the sides swapped counts as a tie, and how often that was is said: a
judge that turns often tells little. Cases are what is counted, as everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from playground.compare.paired import Difference
from playground.evaluations.cells import CellSummary, Verdict
from playground.findings.measured import ArmMeasured, Floats, Measured
from playground.findings.statistics import pass_differences
from playground.findings.verdict_words import difference_words
from playground.findings.verdicts import baseline_of
from playground.look.words import counted
from playground.suites.suite import Arm

_WORTH: Final[dict[Verdict, float]] = {"win": 1.0, "tie": 0.0, "flipped": 0.0, "loss": -1.0}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One arm's verdicts; ``ties`` have the ``flipped`` ones among them.

    ``points`` is wins less losses of 100 verdicts, each case counted the same; None where nothing
    was decided, or answers are simulated.
    """

    arm: Arm
    wins: int
    ties: int
    losses: int
    flipped: int
    undecided: int
    simulated: bool
    points: Difference | None

    @property
    def decided(self) -> int:
        """How many verdicts there are."""
        return self.wins + self.ties + self.losses

    @property
    def flip_rate(self) -> float | None:
        """The share of the verdicts that turned with the sides swapped, 0 to 1."""
        return self.flipped / self.decided if self.decided else None


def judgements(found: Measured) -> list[Judgement]:
    """One for each arm with verdicts; all arms share one level, by Holm."""
    arms = [each for each in found.arms if any(cell.verdict for cell in each.summaries)]
    places = {case: place for place, case in enumerate(found.cases)}
    counts = [Counter(cell.verdict for cell in each.summaries if cell.verdict) for each in arms]
    scores = [_scores(each.summaries, places) for each in arms]
    simulated = [_is_simulated(each, found) for each in arms]
    real = [score for score, is_so in zip(scores, simulated, strict=True) if not is_so]
    finest = max((_repeats(each) for each in arms), default=1)
    points = iter(pass_differences([(score, np.zeros_like(score)) for score in real], finest))
    return [
        Judgement(
            arm=each.arm,
            wins=count["win"],
            ties=count["tie"] + count["flipped"],
            losses=count["loss"],
            flipped=count["flipped"],
            undecided=count["undecided"],
            simulated=is_so,
            points=None if is_so else next(points),
        )
        for each, count, is_so in zip(arms, counts, simulated, strict=True)
    ]


def judgement_words(found: Judgement, baseline: str) -> str:
    """``cheap, judged against Routed: 24 wins, 20 ties, 16 losses; +13 points ...``"""
    tally = (
        f"{counted(found.wins, 'win')}, {counted(found.ties, 'tie')}, "
        f"{found.losses:,} {'loss' if found.losses == 1 else 'losses'}"
    )
    parts = [tally]
    if found.simulated:
        parts.append("simulated, so nothing is said of quality")
    elif found.points is not None:
        parts.append(difference_words(found.points))
    if found.flip_rate is not None:
        parts.append(
            f"the judge turned with the sides swapped in {found.flipped:,} of {found.decided:,} "
            f"({found.flip_rate:.0%}), counted as ties"
        )
    if found.undecided:
        parts.append(f"{found.undecided:,} undecided")
    return f"{found.arm.label}, judged against {baseline}: {'; '.join(parts)}."


def _scores(cells: Sequence[CellSummary], places: dict[str, int]) -> Floats:
    """The mean verdict of each case, -1 to 1; NaN where none was decided."""
    sums, counts = np.zeros(len(places)), np.zeros(len(places))
    for cell in cells:
        if cell.verdict in _WORTH:
            sums[places[cell.case_id]] += _WORTH[cell.verdict]
            counts[places[cell.case_id]] += 1
    scores: Floats = np.where(counts, sums / np.where(counts, counts, 1), np.nan)
    return scores


def _repeats(found: ArmMeasured) -> int:
    counts = Counter(cell.case_id for cell in found.summaries if cell.verdict in _WORTH)
    return max(counts.values(), default=1)


def _is_simulated(found: ArmMeasured, run: Measured) -> bool:
    baseline = baseline_of(run)
    return found.simulated > 0 or (baseline is not None and baseline.simulated > 0)
