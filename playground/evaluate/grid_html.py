"""The grid of a run as HTML: one table, each square a button that opens its drawer. Pure.

``grid.js`` sends which square was clicked. Everything from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from typing import Final

from playground.evaluate.grid import Grid, GridRow, Square, asked_in
from playground.look import palette, parts, words
from playground.suites.suite import Arm

_SHORT: Final = 140
"""Letters of a case that a row shows."""

LEGEND: Final = (
    '<span class="eval-key eval-good">1/1</span> passed',
    '<span class="eval-key eval-bad">0/1</span> not passed',
    '<span class="eval-key eval-over">↷</span> failed over',
    '<span class="eval-key">≠</span> not who was predicted',
    '<span class="eval-key eval-simulated">S</span> simulated',
)


def grid_html(grid: Grid, rows: Sequence[GridRow], simulated: Collection[str]) -> str:
    """These rows of the grid; ``simulated`` are the ids of arms that simulated providers answer."""
    head = "".join(_head(arm, arm.id in simulated) for arm in grid.arms)
    body = "".join(_row(row, grid.arms) for row in rows)
    return (
        f'{parts.legend(LEGEND, "eval-legend")}<div class="eval-scroll" tabindex="0" role="region" '
        'aria-label="Cases by arms"><table class="eval-grid"><thead><tr>'
        f'<th scope="col">Case</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _head(arm: Arm, simulated: bool) -> str:
    chip = f" {parts.source_chip('simulated')}" if simulated else ""
    return f'<th scope="col">{arm_name(arm)}{chip}</th>'


def arm_name(arm: Arm) -> str:
    """An arm's name with its mark: the vendor's where it is pinned, else a fork."""
    if arm.pin:
        mark = parts.mark(arm.pin.partition(":")[0])
    else:
        mark = '<span class="compare-router" aria-hidden="true">⇄</span>'
    return f'<span class="eval-arm">{mark}{parts.name(arm.label)}</span>'


def _row(row: GridRow, arms: Sequence[Arm]) -> str:
    text = " ".join(asked_in(row.case).split())
    short = text if len(text) <= _SHORT else f"{text[:_SHORT]}…"
    squares = "".join(
        f"<td>{_square(row, arm, square)}</td>"
        for arm, square in zip(arms, row.squares, strict=True)
    )
    return (
        f'<tr><th scope="row" title="{escape(row.case.id)}"><small>{row.number}</small>'
        f'<span dir="auto">{escape(short)}</span></th>{squares}</tr>'
    )


def _square(row: GridRow, arm: Arm, square: Square) -> str:
    if not square.cells:
        return '<span class="eval-square eval-open">…</span>'
    served = square.served
    mark = parts.mark(served[0]) if served else ""
    said = escape(f"Case {row.number}, {arm.label}: {spoken(square)}")
    return (
        f'<button type="button" class="{_classes(square)}" data-case="{escape(row.case.id)}" '
        f'data-arm="{escape(arm.id)}" aria-label="{said}" title="{said}">'
        f"{mark}<span>{_figure(square)}</span>{_signs(square)}</button>"
    )


def _classes(square: Square) -> str:
    tone = ""
    if square.failed:
        tone = " eval-bad"
    elif square.decided:
        tone = " eval-good"
    over = " eval-over" if square.failovers else ""
    return f"eval-square{tone}{over}{' eval-simulated' if square.simulated else ''}"


def _figure(square: Square) -> str:
    if square.errors == len(square.cells):
        return "error"
    if not square.decided:
        return "answered"
    return f"{square.passed}/{square.decided}"


def _signs(square: Square) -> str:
    signs = ("↷" if square.failovers else "") + ("≠" if square.surprised else "")
    return f'<i aria-hidden="true">{signs}</i>' if signs else ""


def spoken(square: Square) -> str:
    """A square in words: how many passed, by whom, and what else happened."""
    said = [f"{square.passed} of {square.decided} passed" if square.decided else "no checks"]
    if square.served:
        said.append(f"by {palette.label(*square.served)}")
    if square.errors:
        said.append(words.counted(square.errors, "error"))
    if square.failovers:
        said.append(words.failover_label(square.failovers).lower())
    if square.surprised:
        said.append("not who was predicted")
    if square.simulated:
        said.append("simulated")
    return ", ".join(said)
