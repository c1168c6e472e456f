"""The arms of a run side by side: what passed with its interval, cost, times, failovers. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from playground.evaluate.grid_html import arm_name
from playground.findings.quality_points import Kind, Point
from playground.findings.verdict_words import simulated_words
from playground.findings.verdicts import ArmFigures
from playground.look import parts, words

_HEADINGS = ("Arm", "Passed", "1,000 answers cost", "First token", "Whole answer", "Besides")


def arms_html(arms: Sequence[ArmFigures]) -> str:
    """A row for each arm; figures that are not known are dashes, never 0."""
    head = "".join(f'<th scope="col">{each}</th>' for each in _HEADINGS)
    rows = "".join(map(_row, arms))
    return f'<table class="eval-arms"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(each: ArmFigures) -> str:
    chip = f" {parts.source_chip(simulated_words(each))}" if each.simulated else ""
    cells = (
        _passed(each),
        "–" if each.usd_per_1000 is None else words.dollars(each.usd_per_1000),
        _time(each.ttft_p50_ms),
        _time(each.total_p50_ms),
        _besides(each),
    )
    data = "".join(
        f'<td data-of="{name}">{value}</td>'
        for name, value in zip(_HEADINGS[1:], cells, strict=True)
    )
    return f'<tr><th scope="row">{arm_name(each.arm)}{chip}</th>{data}</tr>'


def _passed(each: ArmFigures) -> str:
    """Of simulated answers the count, and no rate."""
    found = each.rate
    if found is None:
        return "–<small>nothing was checked</small>"
    count = f"{found.passed:,} of {found.n:,}"
    if each.simulated:
        return f"{count}<small>says nothing of quality</small>"
    span = f"{100 * found.low:.0f}% to {100 * found.high:.0f}%"
    return f"<b>{100 * found.value:.0f}%</b><small>{count}, {span}</small>"


def _time(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else words.milliseconds(milliseconds)


def _besides(each: ArmFigures) -> str:
    chips = []
    if each.failed_over:
        chips.append(parts.chip(f"failed over {each.failed_over:,} of {each.cells:,}", "amber"))
    if each.errors:
        chips.append(parts.chip(words.counted(each.errors, "error"), "bad"))
    return parts.chips(chips) if chips else "–"


def points(arms: Sequence[ArmFigures]) -> list[Point]:
    """The arms that have a pass rate of real answers, and a cost, for the picture."""
    found = []
    for each in arms:
        passed, cost = each.rate, each.usd_per_1000
        if passed is not None and cost is not None and not each.simulated:
            kind: Kind = "candidate" if each.arm.pin else "router"
            vendor = (each.arm.pin or "").partition(":")[0]
            spread = (passed.value, passed.low, passed.high)
            found.append(Point(each.arm.label, kind, cost, *spread, vendor))
    return found


def not_drawn(arms: Sequence[ArmFigures]) -> list[str]:
    """The arms without a place in the picture, each with why."""
    missing = []
    for each in arms:
        if each.simulated:
            missing.append(f"{each.arm.label} (simulated)")
        elif each.rate is None or each.usd_per_1000 is None:
            why = "nothing was checked" if each.rate is None else "no known price"
            missing.append(f"{each.arm.label} ({why})")
    return missing
