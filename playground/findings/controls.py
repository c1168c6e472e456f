"""What the router is held against: each candidate alone, and ways to choose that need no router.

Pure. The best is chosen on one half of the cases and judged on the other. The oracle knows each
case's outcome beforehand: a bound that no router can reach.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from playground.findings.replay import NOBODY, Replay, Replayed, mean, median
from playground.findings.statistics import best_columns, rate
from playground.look import palette

Kind = Literal["router", "candidate", "control", "bound"]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to choose, and what it got. ``provider`` is the candidate's vendor."""

    name: str
    kind: Kind
    got: Replayed
    provider: str = ""


def ways(found: Replay) -> list[Way]:
    """Each candidate alone; with two or more, the controls and the bound."""
    known = list(_alone(found))
    if len(known) < 2:
        return known
    return [
        *known,
        Way("Always the cheapest", "control", cheapest(found)),
        Way("Always the best, cross-fitted", "control", best(found)),
        Way("A random mix", "control", random_mix(found)),
        Way("Oracle, an upper bound", "bound", oracle(found)),
    ]


def cheapest(found: Replay) -> Replayed:
    """Always the candidate whose cells cost the least on average."""
    costs = [mean(column) for column in found.measured.cost_usd.T]
    known = [math.inf if cost is None else cost for cost in costs]
    return found.always(found.names[int(np.argmin(known))])


def best(found: Replay) -> Replayed:
    """The candidate that passes most, chosen on one half and judged on the other."""
    columns = best_columns(found.measured.share, found.measured.cost_usd)
    rows = np.arange(len(columns))
    return found.of(np.where(found.known[rows, columns], columns, NOBODY))


def random_mix(found: Replay) -> Replayed:
    """What candidates drawn at random get in the long run."""
    cells, known = found.measured, found.known
    cases, counts = known.any(axis=1), known.sum(axis=0)
    return Replayed(
        cases=int(cases.sum()),
        missing=int((~cases).sum()),
        rate=rate(cells.passed.sum(axis=1), cells.decided.sum(axis=1)),
        usd_per_1000=mean(1_000 * cells.cost_usd.ravel()),
        ttft_p50_ms=median(cells.ttft_ms.ravel()),
        shares={
            name: count / int(counts.sum())
            for name, count in zip(found.names, counts.tolist(), strict=True)
            if count
        },
    )


def oracle(found: Replay) -> Replayed:
    """For each case whoever passes most often, and of those the cheapest."""
    known, shares = found.known, found.measured.share
    passes = np.where(known, np.nan_to_num(shares, nan=-1.0), -2.0)
    most = passes == passes.max(axis=1, keepdims=True)
    # One without a price is dearer than all that have one, and those not the best are out.
    costs = np.nan_to_num(found.measured.cost_usd, nan=1e12)
    columns = np.argmin(np.where(most, costs, np.inf), axis=1)
    return found.of(np.where(known.any(axis=1), columns, NOBODY))


def _alone(found: Replay) -> Iterator[Way]:
    for name in found.candidates:
        vendor, _, model = name.partition(":")
        yield Way(palette.label(vendor, model), "candidate", found.always(name), vendor)
