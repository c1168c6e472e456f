"""What replay says: what a way to choose got, what it leaves out, and what tuning found. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from playground.findings.controls import Kind, Way
from playground.findings.replay import Replay, Replayed, Weights
from playground.findings.tuning import Objective, Tuned
from playground.findings.verdict_words import cost_words, points_words, rate_words
from playground.findings.verdicts import Beside
from playground.look import words
from playground.look.words import counted

if TYPE_CHECKING:
    import pandas as pd

ROUTER: Final = "The router, by these weights"
HOW: Final = """
- **Replay** asks nobody. Each candidate was measured on the cases; the router's rules say whom
  other weights would choose, and what that candidate did in its own cells is counted. Nothing fails
  over here.
- **Left out** are cases whose first choice has no cell.
- **Always the cheapest** is the candidate that cost the least on average. **Always the best** is
  chosen on one half of the cases and judged on the other. **A random mix** is what candidates drawn
  at random get in the long run.
- **Oracle**: for each case whoever passed, known afterwards. An upper bound that no router can
  reach.
- **Tuned** weights are chosen on one half of the cases and reported on the other, of every mix in
  twentieths: what was chosen to fit looks better than it is where it was chosen.
"""
_KINDS: Final[dict[Kind, str]] = {
    "router": "router",
    "candidate": "candidate",
    "control": "control",
    "bound": "upper bound",
}
_COLUMNS: Final = {
    "name": "string",
    "kind": "string",
    "provider": "string",
    "cases": "Int64",
    "missing": "Int64",
    **dict.fromkeys(("passed", "passed_low", "passed_high"), "Float64"),
    **dict.fromkeys(("usd_per_1000", "ttft_p50_ms"), "Float64"),
}
HEADINGS: Final = {
    "name": "Way to choose",
    "kind": "Kind",
    "cases": "Cases",
    "missing": "Left out",
    "passed": "Passed",
    "passed_low": "95% from",
    "passed_high": "95% to",
    "usd_per_1000": "US$ per 1,000 cells (estimated)",
    "ttft_p50_ms": "First token, p50 in ms",
}


def got_words(got: Replayed, *, simulated: bool = False) -> str:
    """``18 of 20 passed (90%, 70% to 97%); ≈ $4.00 per 1,000 cells; first token 600 ms``."""
    said = [rate_words(got.rate, simulated=simulated)]
    if got.usd_per_1000 is not None:
        said.append(f"{words.dollars(got.usd_per_1000)} per 1,000 cells")
    if got.ttft_p50_ms is not None:
        said.append(f"first token {words.milliseconds(got.ttft_p50_ms)}")
    return "; ".join(said)


def left_out_words(found: Replay, got: Replayed) -> list[str]:
    """A sentence for each thing that does not count."""
    said = []
    if got.missing:
        every = counted(got.cases + got.missing, "case")
        said.append(f"{got.missing:,} of {every} left out: their first choice has no cell.")
    if found.unranked:
        said.append(f"{counted(found.unranked, 'case')} of an intent without a ranking.")
    said += [f"{each.name} does not count: {each.reason}." for each in found.left_out]
    return said


def caption(found: Replay, got: Replayed) -> str:
    """What is shown, and what kind of answers these are; for under a picture, and in it."""
    simulated = " Simulated answers: they say nothing of quality." if found.simulated else ""
    some = counted(got.cases, "case")
    return (
        f"Replayed over {some}, costs estimated at list price; bars are 95% intervals.{simulated}"
    )


def alt(found: Replay, ways: Sequence[Way]) -> str:
    """The picture in words: each way with its figures."""
    said = ". ".join(f"{way.name}: {got_words(way.got, simulated=found.simulated)}" for way in ways)
    return f"Pass rate and time to first token against cost. {said}. The table holds the same."


def weights_words(weights: Weights) -> str:
    """``accuracy 50%, latency 30%, cost 20%``."""
    return ", ".join(
        f"{axis} {words.percent(weight)}" for axis, weight in weights._asdict().items()
    )


def tuned_words(objective: Objective, found: Tuned | None, *, simulated: bool = False) -> str:
    """What tuning found, with the figures of the half that it was not tuned on."""
    wanted = _wanted(objective)
    if found is None:
        return f"No weights give {wanted} on the half of the cases that they are tuned on."
    before = got_words(found.now_on_others, simulated=simulated)
    after = got_words(found.on_others, simulated=simulated)
    beside = Beside(
        "now", "arm", "now", simulated=simulated, points=found.points, cost=found.cost, time=None
    )
    difference = "; ".join(filter(None, (points_words(beside), cost_words(found.cost))))
    return (
        f"For {wanted}: {weights_words(found.weights)}. On the other half of the cases they get "
        f"{after}; the weights now get {before}. Difference there: {difference or 'not known'}."
    )


def frame(ways: Sequence[Way]) -> pd.DataFrame:
    """A row for each way; pass rates 0 to 1, what is not known is NA."""
    import pandas as pd

    rows = [
        {
            "name": way.name,
            "kind": _KINDS[way.kind],
            "provider": way.provider or None,
            "cases": way.got.cases,
            "missing": way.got.missing,
            "passed": way.got.rate and way.got.rate.value,
            "passed_low": way.got.rate and way.got.rate.low,
            "passed_high": way.got.rate and way.got.rate.high,
            "usd_per_1000": way.got.usd_per_1000,
            "ttft_p50_ms": way.got.ttft_p50_ms,
        }
        for way in ways
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def _wanted(objective: Objective) -> str:
    if objective.best == "quality":
        bound = (
            "" if objective.at is None else f" at {words.dollars(objective.at)} or less per 1,000"
        )
        return f"the highest pass rate{bound}"
    bound = "" if objective.at is None else f" with {words.percent(objective.at)} or more passed"
    return f"the lowest cost{bound}"
