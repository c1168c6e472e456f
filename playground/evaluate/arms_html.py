"""The arms of a run side by side: what passed with its interval, cost, times, failovers. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from playground.evaluate.grid_html import arm_name
from playground.evaluate.measured import ArmMeasured, Floats, Measured
from playground.evaluate.quality_figure import Kind, Point
from playground.evaluate.statistics import Rate, rate
from playground.look import parts, words

_HEADINGS = ("Arm", "Passed", "Cost per answer", "First token", "Whole answer", "Besides")


def arms_html(measured: Measured) -> str:
    """A row for each arm; figures that are not known are dashes, never 0."""
    head = "".join(f'<th scope="col">{each}</th>' for each in _HEADINGS)
    rows = "".join(map(_row, measured.arms))
    return (
        f'<table class="eval-arms"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        '<p class="compare-note">Passed: of the cells with checks, with Wilson’s 95% interval. '
        "Cost is the mean, times are the median over the cases; an answer that never came took "
        "for ever.</p>"
    )


def _row(each: ArmMeasured) -> str:
    outcomes = each.outcomes
    chip = f" {parts.source_chip(_simulated(each))}" if each.simulated else ""
    cells = (
        _passed(rate(outcomes.passed, outcomes.decided)),
        _cost(outcomes.cost_usd),
        _time(outcomes.ttft_ms),
        _time(outcomes.total_ms),
        _besides(each),
    )
    data = "".join(
        f'<td data-of="{name}">{value}</td>'
        for name, value in zip(_HEADINGS[1:], cells, strict=True)
    )
    return f'<tr><th scope="row">{arm_name(each.arm)}{chip}</th>{data}</tr>'


def _simulated(each: ArmMeasured) -> str:
    if each.simulated == each.cells:
        return "simulated"
    return f"{each.simulated:,} of {each.cells:,} simulated"


def _passed(found: Rate | None) -> str:
    if found is None:
        return "–<small>nothing was checked</small>"
    span = f"{100 * found.low:.0f} to {100 * found.high:.0f}%"
    return f"<b>{100 * found.value:.0f}%</b><small>{found.passed:,} of {found.n:,}, {span}</small>"


def mean_cost(costs: Floats) -> float | None:
    """US$ of an answer, over the cases that have a price; None where none has."""
    known = costs[~np.isnan(costs)]
    return float(known.mean()) if len(known) else None


def _cost(costs: Floats) -> str:
    cost = mean_cost(costs)
    return "–" if cost is None else words.dollars(cost)


def _time(times: Floats) -> str:
    known = times[~np.isnan(times)]
    if not len(known):
        return "–"
    middle = float(np.median(known))
    return "never came" if math.isinf(middle) else words.milliseconds(middle)


def _besides(each: ArmMeasured) -> str:
    chips = []
    if each.failed_over:
        chips.append(parts.chip(f"failed over {each.failed_over:,} of {each.cells:,}", "amber"))
    if each.errors:
        chips.append(parts.chip(words.counted(each.errors, "error"), "bad"))
    return parts.chips(chips) if chips else "–"


def points(measured: Measured) -> list[Point]:
    """The arms that have a pass rate and a cost, for the picture."""
    found = []
    for each in measured.arms:
        passed = rate(each.outcomes.passed, each.outcomes.decided)
        cost = mean_cost(each.outcomes.cost_usd)
        if passed is not None and cost is not None:
            found.append(_point(each, passed, cost))
    return found


def _point(each: ArmMeasured, passed: Rate, cost: float) -> Point:
    kind: Kind = "candidate" if each.arm.pin else "router"
    vendor = each.arm.pin.partition(":")[0] if each.arm.pin else ""
    name = f"{each.arm.label} (simulated)" if each.simulated else each.arm.label
    return Point(name, kind, cost, passed.value, passed.low, passed.high, vendor)


def not_drawn(measured: Measured, drawn: Sequence[Point]) -> list[str]:
    """The arms without a place in the picture."""
    names = {point.name.removesuffix(" (simulated)") for point in drawn}
    return [each.arm.label for each in measured.arms if each.arm.label not in names]
