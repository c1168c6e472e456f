"""Which cells say what one candidate does: those of an arm that is pinned to it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from playground.evaluations.cells import CellSummary
from playground.findings.measured import ArmMeasured, Measured

Intent = tuple[str, str]
"""Language and vertical."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Who or what does not count (a candidate, an arm), and why, as a plain clause."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pinned:
    """Each candidate's cells, by ``vendor:model``, and the arms that do not count."""

    cells: Mapping[str, tuple[CellSummary, ...]]
    left_out: tuple[LeftOut, ...]


def pinned(found: Measured) -> Pinned:
    """The cells of each candidate, from the one arm that is pinned to it.

    An arm pinned to a vendor counts for the model that answered. Of several arms of one candidate
    the first with the suite's own prompts counts, so that all candidates were asked alike. Arms
    under a drill, and cells that failed over, do not count.
    """
    cells: dict[str, list[CellSummary]] = {}
    whose: dict[str, str] = {}
    out: list[LeftOut] = []
    for each in sorted((one for one in found.arms if one.arm.pin), key=_has_own_prompt):
        if each.arm.drill:
            out.append(LeftOut(each.arm.label, "it was under a drill"))
            continue
        for name, some in _by_candidate(each).items():
            if (first := whose.setdefault(name, each.arm.label)) != each.arm.label:
                out.append(LeftOut(each.arm.label, f"{first} asked {name} already"))
            else:
                cells[name] = some
    return Pinned({name: tuple(some) for name, some in cells.items()}, tuple(out))


def served(found: Measured) -> Pinned:
    """Each candidate's cells of routed arms, by who answered; cells without an answer are nobody's.

    Arms under a drill or with prompts of their own do not count, nor cells that failed over.
    """
    cells: dict[str, list[CellSummary]] = {}
    out: list[LeftOut] = []
    for each in (one for one in found.arms if not one.arm.pin):
        if each.arm.drill:
            out.append(LeftOut(each.arm.label, "it was under a drill"))
        elif _has_own_prompt(each):
            out.append(LeftOut(each.arm.label, "it has prompts of its own"))
        else:
            for name, some in _by_candidate(each).items():
                cells.setdefault(name, []).extend(some)
    return Pinned({name: tuple(some) for name, some in cells.items()}, tuple(out))


def intents(found: Measured) -> tuple[Intent, ...]:
    """The language and vertical of each case, in the suite's order."""
    suite = found.suite
    return tuple(
        (case.language or suite.language, case.vertical or suite.vertical) for case in suite.cases
    )


def _has_own_prompt(found: ArmMeasured) -> bool:
    return found.arm.prompt is not None or found.arm.system_prompt is not None


def _by_candidate(found: ArmMeasured) -> dict[str, list[CellSummary]]:
    pin = found.arm.pin or ""
    cells: dict[str, list[CellSummary]] = {}
    for each in found.summaries:
        served = f"{each.provider}:{each.model}" if each.provider and each.model else pin
        # One without an answer says something of a candidate only where the pin names its model.
        if each.failovers == 0 and ":" in served:
            cells.setdefault(served, []).append(each)
    return cells
