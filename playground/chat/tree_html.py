"""The picture of a session's tree: each turn by its provider's mark, branches beside each other.

Pure. Each turn is a button that leads there. A failover is amber, an incomplete answer hollow.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from typing import Final

from playground.chat.siblings import answered_by
from playground.chat.turn_html import button
from playground.look import parts, words
from playground.sessions.totals import failovers
from playground.sessions.tree import Node
from playground.sessions.turns import Turn

MOST: Final = 400
"""So many turns are drawn, the latest; what is before them is a number."""

_ROW: Final = 44
_STEP: Final = 26
_WIDE: Final = 156
"""Pixels: a row's height, from lane to lane, and all lanes at the most."""
_FIRST_WORDS: Final = 80


def tree_html(rows: Sequence[Node], shown: Collection[str]) -> str:
    """The tree; ``shown`` are the turns of the branch that is on the page."""
    hidden = max(len(rows) - MOST, 0)
    drawn = rows[hidden:]
    lanes = max((row.lane for row in drawn), default=0)
    step = min(_STEP, _WIDE / lanes) if lanes else _STEP
    left = [row.lane * step for row in drawn]
    lines = "".join(
        _line(left[row.above - hidden], row.above - hidden, left[place], place)
        for place, row in enumerate(drawn)
        if row.above is not None and row.above >= hidden
    )
    items = "".join(
        _item(row, left[place], row.turn.id in shown) for place, row in enumerate(drawn)
    )
    earlier = f"<p>{words.counted(hidden, 'turn')} before these.</p>" if hidden else ""
    return (
        f'{earlier}<div class="tree" style="--lanes:{lanes * step:.0f}px">'
        f'<div class="tree-lines" aria-hidden="true">{lines}</div><ol>{items}</ol></div>'
    )


def deletions_html(deleted: Sequence[Turn]) -> str:
    """What was deleted, each with the way back; nothing where nothing was."""
    rows = "".join(
        f"<li><span>{escape(_words(turn.message))}</span>"
        f"{button('undo', 'Bring back', f'Bring back {_words(turn.message)}', to=turn.id)}</li>"
        for turn in reversed(deleted)
    )
    return f'<h3>Deleted</h3><ul class="tree-deleted">{rows}</ul>' if rows else ""


def _line(from_left: float, above: int, left: float, place: int) -> str:
    """From a turn down to the one that follows it; to the right where that is another branch."""
    straight = left == from_left
    top = above if straight else place - 1
    bend = "" if straight else " tree-bend"
    return (
        f'<i class="tree-line{bend}" style="left:{from_left:.0f}px;top:{top * _ROW}px;'
        f'height:{(place - top) * _ROW}px;width:{left - from_left:.0f}px"></i>'
    )


def _item(row: Node, left: float, on_view: bool) -> str:
    turn = row.turn
    return (
        f'<li style="--at:{left:.0f}px"><button type="button" class="tree-way" '
        f'data-act="goto" data-to="{escape(turn.id)}"{" aria-current=true" if on_view else ""}>'
        f'<span class="{_classes(turn)}">{parts.mark(turn.answer.provider or "")}</span>'
        f"<span><b>{turn.number}. {escape(_words(turn.message))}</b>"
        f"<small>{escape(_told(turn))}</small></span></button></li>"
    )


def _classes(turn: Turn) -> str:
    over = " tree-over" if failovers(turn) else ""
    return f"tree-mark{over}" + ("" if turn.status == "done" else " tree-broken")


def _words(message: str) -> str:
    line = " ".join(message[: 4 * _FIRST_WORDS].split())
    return line if len(line) <= _FIRST_WORDS else f"{line[: _FIRST_WORDS - 1]}…"


def _told(turn: Turn) -> str:
    told = [answered_by(turn)]
    told += [] if turn.status == "done" else [turn.status]
    if count := failovers(turn):
        told.append(words.failover_label(count).lower())
    return " · ".join(told)
