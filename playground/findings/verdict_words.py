"""What may be said of a run, in sentences. Pure."""

from __future__ import annotations

import math
from typing import Final

from playground.compare.difference_words import sooner
from playground.compare.looks import LEVEL
from playground.compare.paired import COST_MARGIN, TIME_MARGIN_MS, Difference
from playground.findings.statistics import PASS_MARGIN, RESAMPLES, Rate
from playground.findings.verdicts import ArmFigures, Beside, Verdicts
from playground.look import words
from playground.look.words import counted

HOW: Final = f"""
- **Pass rate**: cells whose checks all passed, of those that were decided; a cell without an answer
  did not pass. The interval is Wilson's, at 95%. Repeats of one case are alike, so where they
  always agree they count as one cell, and as more the more they differ.
- **Points**: the difference of two pass rates, each case counted the same. Whether it is one is
  judged by McNemar's exact test; with repeats, by the same test over each case's share. The
  interval is the bootstrap's, {RESAMPLES:,} resamples of the cases. Within {PASS_MARGIN:.0f}
  points is no difference that matters.
- **Cost**, estimated at list price: the sum of the one over the sum of the other, over the cases
  where both have a price; the bootstrap again. Within {COST_MARGIN - 1:.0%} is no difference that
  matters.
- **Time to first token**: the median of each case's difference with its exact interval. An answer
  that failed took for ever. Within {TIME_MARGIN_MS:.0f} ms is no difference that matters.
- **Several arms** share one level of {LEVEL:.0%} in each measure: pass rates by Holm's procedure,
  cost and time by a smaller level for each. The intervals shown are 95% ones each by itself.
- **The best single** is chosen on one half of the cases and judged on the other: picked and judged
  on the same ones, the best of several looks better than it is.
- **About so many more**: intervals shrink with the root of the cases. An estimate, no promise.
- Of **simulated** answers nothing is said about quality. While a run goes on there are figures, but
  no verdict: whoever looks all the time sees a winner among equals.
"""


def sentences(found: Verdicts) -> list[str]:
    """One for each that the baseline stands beside, the best single first."""
    if found.baseline is None:
        return []
    return [beside_words(found.baseline.label, each, over=found.over) for each in found.beside]


def beside_words(name: str, beside: Beside, *, over: bool = True) -> str:
    """``Routed against the best single, 120 cases: +3 points (-2 to +8), can't tell, ...``"""
    parts = [
        points_words(beside, over=over),
        cost_words(beside.cost, over=over),
        time_words(beside.time, over=over),
    ]
    said = "; ".join(filter(None, parts)) or "nothing that both were measured by"
    n = max((each.n for each in (beside.points, beside.cost, beside.time) if each), default=0)
    over_cases = f", {counted(n, 'case')}" if n else ""
    going = "" if over else " The run is going on."
    return f"{name} against {beside.name}{over_cases}: {said}.{going}"


def points_words(beside: Beside, *, over: bool = True) -> str:
    """``+3 points (-2 to +8), can't tell, about 400 more cases``."""
    if beside.simulated:
        return "simulated, so nothing is said of quality"
    return difference_words(beside.points, over=over) if beside.points else ""


def difference_words(found: Difference, *, over: bool = True) -> str:
    """A difference in points, with what may be said of it."""
    digits = 1 if found.high - found.low < 3 else 0
    low, high = _signed(found.low, digits), _signed(found.high, digits)
    value = _signed(found.value, digits)
    return f"{value} points ({low} to {high}){_word(found, over)}"


def cost_words(found: Difference | None, *, over: bool = True) -> str:
    """``cost 41% less (35% to 46%)``, or ``cost 2.4 times as much (2.1 to 2.8)``."""
    if found is None:
        return ""
    if found.value >= 2:
        said = f"{found.value:.1f} times as much ({found.low:.1f} to {found.high:.1f})"
    elif found.low < 1 < found.high:
        said = f"{_less(found.value)} ({_less(found.low)} to {_less(found.high)})"
    else:
        ends = sorted(_share(end) for end in (found.low, found.high))
        said = f"{_less(found.value)} ({ends[0]}% to {ends[1]}%)"
    return f"cost {said}{_margin_word(found, 1, over)}"


def time_words(found: Difference | None, *, over: bool = True) -> str:
    """``first token 120 ms sooner (60 ms to 180 ms)``."""
    return f"first token {sooner(found)}{_margin_word(found, 0, over)}" if found else ""


def rate_words(found: Rate | None, *, simulated: bool = False) -> str:
    """``42 of 60 passed (70%, 57% to 80%)``; of simulated answers no rate."""
    if found is None:
        return "nothing to pass"
    if simulated:
        return f"{found.passed:,} of {found.n:,} passed, which says nothing of quality"
    interval = f"{found.value:.0%}, {found.low:.0%} to {found.high:.0%}"
    return f"{found.passed:,} of {found.n:,} passed ({interval})"


def arm_words(found: ArmFigures) -> str:
    """An arm's figures in one line, its name first."""
    said = [rate_words(found.rate, simulated=found.simulated > 0)]
    if found.ttft_p50_ms is not None:
        said.append(f"first token {words.milliseconds(found.ttft_p50_ms)} (p50 of {found.timed:,})")
    if found.usd_per_1000 is not None:
        cost = words.dollars(found.usd_per_1000)
        said.append(f"{cost} per 1,000 cells (estimated, list price)")
    if found.failed_over:
        said.append(f"{found.failed_over:,} of {found.cells:,} failed over")
    if found.errors:
        said.append(counted(found.errors, "error"))
    if found.simulated:
        said.append(simulated_words(found))
    return f"{found.arm.label}: {'; '.join(said)}."


def simulated_words(found: ArmFigures) -> str:
    """``all simulated``, ``3 of 60 simulated``; empty where none is."""
    if not found.simulated:
        return ""
    some = f"{found.simulated:,} of {found.cells:,}"
    return f"{'all' if found.simulated == found.cells else some} simulated"


def more_words(more: int | None) -> str:
    """``about 390 more cases``, to two digits; empty where no number would do."""
    if more is None:
        return ""
    step = 10 ** max(0, len(str(more)) - 2)
    return f"about {counted(math.ceil(more / step) * step, 'more case')}"


def _word(found: Difference, over: bool) -> str:
    if found.word == "no difference":
        return f", no difference beyond {PASS_MARGIN:.0f} points"
    if found.word != "can't tell":
        return f", {found.word}"
    more = more_words(found.more)
    return "".join(f", {each}" for each in ("can't tell", more) if each) if over else ""


def _margin_word(found: Difference, equal: float, over: bool) -> str:
    """Nothing where the interval speaks for itself."""
    if found.word == "no difference":
        return ", no difference that matters"
    if found.word != "can't tell" or not over:
        return ""
    return ", can't tell" if found.low <= equal <= found.high else ", perhaps too little to matter"


def _signed(value: float, digits: int) -> str:
    rounded = round(value, digits) + 0.0
    return f"{rounded:+.{digits}f}" if rounded else "0"


def _share(ratio: float) -> int:
    return round(100 * abs(1 - ratio))


def _less(ratio: float) -> str:
    share = _share(ratio)
    return "the same" if not share else f"{share}% {'less' if ratio < 1 else 'more'}"
