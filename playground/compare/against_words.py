"""The router beside everyone, in words and as a table. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from playground.compare.against import Against, Rival
from playground.compare.difference_words import sooner
from playground.compare.pair_votes import PairVotes
from playground.compare.paired import COST_MARGIN, TIME_MARGIN_MS, Difference, Word
from playground.look.parts import Tone
from playground.look.words import counted

HEADINGS: Final = {
    "beside": "The router beside",
    "time": "Time to first token",
    "time_ms": "Difference in ms",
    "cost": "Estimated cost",
    "cost_ratio": "Ratio of costs",
    "votes": "Votes",
    "share": "Share of wins",
    "asked": "Messages",
    "failed": "Failed there",
}
TONES: Final[Mapping[Word, Tone]] = {"better": "good", "worse": "bad", "no difference": "info"}
HOW: Final = f"""
- **Paired**: every figure is over messages that both were asked. Of retries the first counts, and
  a stopped answer is left out.
- **Time to first token**: the router's less theirs. The median of the differences, with a 95%
  interval by the bootstrap. An answer that failed took for ever. Within
  {TIME_MARGIN_MS:.0f} ms is no difference that matters.
- **Cost**, estimated at list price: the sum of the router's over the sum of theirs, where both
  answered and have a price. Within {COST_MARGIN - 1:.0%} is no difference that matters.
- **Votes**: yours on this pair, cast blind, in all sessions; those on simulated answers are left
  out. An exact sign test without the ties. Between 45% and 55% is no difference that matters.
- **Verdicts** are looked at after 25, 50, 100 and 200 messages or votes only, and at each doubling
  after that: who looks all the time finds a winner among equals. Each look is taken at a quarter of
  the 5% level, by an interval of its own. In time and cost, "better" means better by more than the
  margin.
- **Best single provider**: for time the fastest, for cost the cheapest. It is chosen on one half of
  the messages and judged on the other: picked and judged on the same ones, the best of several
  looks better than it is.
- **Always the cheapest, always the best**: one provider, by the ranking's price and quality.
- **A random mix**: for each message, a provider drawn by lot.
- **Oracle**: for each message the best answer, known afterwards. An upper bound that no router
  can reach.
- n counts the messages behind a figure. Each interval is a 95% one by itself: of twenty, about one
  misses.
"""

MEASURES: Final = {"time": "Time to first token", "cost": "Estimated cost", "votes": "Votes"}
UNKNOWN: Final = {"time": "not known", "cost": "no price known", "votes": "no vote yet"}
_BESIDE: Final[Mapping[Word, str]] = {
    "better": "better than {}",
    "worse": "worse than {}",
    "no difference": "no difference beyond the margin to {}",
    "can't tell": "can't tell yet beside {}",
}
_COLUMNS: Final = {
    **dict.fromkeys(("beside", "kind", "provider"), "string"),
    **dict.fromkeys(("asked", "failed"), "Int64"),
    "time": "string",
    **dict.fromkeys(("time_ms", "time_ms_low", "time_ms_high"), "Float64"),
    "time_messages": "Int64",
    "cost": "string",
    **dict.fromkeys(("cost_ratio", "cost_ratio_low", "cost_ratio_high"), "Float64"),
    "cost_messages": "Int64",
    "votes": "string",
    **dict.fromkeys(("votes_given", "wins", "losses", "ties"), "Int64"),
    **dict.fromkeys(("share", "share_low", "share_high"), "Float64"),
}


def said(judged: Difference | PairVotes | None, unknown: str = "not known") -> str:
    """The verdict as the page says it."""
    if judged is None:
        return unknown
    if judged.word == "no difference":
        return "no difference beyond the margin"
    if judged.word == "can't tell":
        more = f", about {judged.more:,} more would do" if judged.more else ""
        return f"can't tell yet{more}"
    return judged.word


def time_detail(found: Difference | None) -> str:
    """``120 ms sooner (60 ms to 180 ms), n = 12``; empty where there is none."""
    if found is None:
        return ""
    return f"{sooner(found)}, {_count(found)}"


def cost_detail(found: Difference | None) -> str:
    """``0.71 times theirs (0.60 to 0.83), n = 12``; empty where there is none."""
    if found is None:
        return ""
    return f"{found.value:.2f} times theirs ({found.low:.2f} to {found.high:.2f}), {_count(found)}"


def votes_detail(found: PairVotes | None) -> str:
    """``18 to 7, 3 ties (72%, 52% to 86%)``; with the last look, where more votes were given."""
    if found is None:
        return ""
    looked = found.wins + found.losses + found.ties
    ties = f", {counted(found.ties, 'tie')}" if found.ties else ""
    share = "" if found.share is None else f"{found.share:.0%}, "
    later = f", the first {looked} of {found.given} votes" if looked < found.given else ""
    return (
        f"{found.wins} to {found.losses}{ties} ({share}{found.low:.0%} to {found.high:.0%}){later}"
    )


def summary(found: Against) -> list[str]:
    """One sentence for each measure: beside how many of the single providers what can be said."""
    return [_sentence(measure, found.providers) for measure in MEASURES]


def caption(found: Against) -> str:
    """What is counted, and what kind of answers these are."""
    parts = [
        f"{counted(found.messages, 'message')} to the router, {counted(found.answers, 'answer')} "
        "in all",
        f"the router failed at {found.failed}" if found.failed else "",
        f"{_of(found.simulated, found.answers)} simulated" if found.simulated else "",
        f"{_of(found.drilled, found.answers)} under a drill" if found.drilled else "",
    ]
    return "; ".join(filter(None, parts)) + "."


def frame(found: Against) -> pd.DataFrame:
    """One row per rival; what is not known is NA, and what has no end is infinite."""
    rows = [_row(rival) for rival in found.rivals]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def _sentence(measure: str, providers: Sequence[Rival]) -> str:
    judged = [each for rival in providers if (each := getattr(rival, measure)) is not None]
    if not judged:
        return f"{MEASURES[measure]}: {UNKNOWN[measure]}."
    counts = Counter(each.word for each in judged)
    parts = [how.format(counts[word]) for word, how in _BESIDE.items() if counts[word]]
    if missing := len(providers) - len(judged):
        parts.append(f"{UNKNOWN[measure]} beside {missing}")
    many = counted(len(providers), "pinned seat")
    return f"{MEASURES[measure]}, beside {many}: {', '.join(parts)}."


def _count(found: Difference) -> str:
    # Never parted at the end of a line.
    return f"n\u00a0=\u00a0{found.n}"


def _of(some: int, every: int) -> str:
    return "all" if some == every else str(some)


def _row(rival: Rival) -> dict[str, Any]:
    row: dict[str, Any] = {
        "beside": rival.name,
        "kind": rival.kind,
        "provider": rival.provider or None,
        "asked": rival.asked,
        "failed": rival.failed,
        "time": said(rival.time),
        "cost": said(rival.cost),
        "votes": said(rival.votes),
    }
    for figure, unit, found in (
        ("time", "time_ms", rival.time),
        ("cost", "cost_ratio", rival.cost),
    ):
        if found is not None:
            row |= {unit: found.value, f"{unit}_low": found.low, f"{unit}_high": found.high}
            row[f"{figure}_messages"] = found.n
    return row | (_vote_columns(rival.votes) if rival.votes else {})


def _vote_columns(votes: PairVotes) -> dict[str, Any]:
    return {
        "votes_given": votes.given,
        "wins": votes.wins,
        "losses": votes.losses,
        "ties": votes.ties,
        "share": votes.share,
        "share_low": votes.low,
        "share_high": votes.high,
    }
