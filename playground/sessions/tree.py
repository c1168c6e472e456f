"""The tree of a session's turns: what is left of it, its branches, and what a deletion takes. Pure.

A deleted turn stays in the tree, and in the store: it and all below it carry the id of the turn
that was deleted, so that exactly these come back. What is below a deleted turn is never shown and
never sent, whatever mark it has itself: a turn that was still running has none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from playground.sessions.turns import Turn


class Node(NamedTuple):
    """A turn's place in the picture of the tree: its row, and its lane from the left.

    ``above`` is the row of the turn it follows, None at the root.
    """

    turn: Turn
    lane: int
    above: int | None


def kept(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """The turns that are left: none that was deleted, and none below one."""
    gone = {turn.id for turn in turns if turn.removed}
    if not gone:
        return turns
    gone |= _below(turns, gone)
    return tuple(turn for turn in turns if turn.id not in gone)


def path_to(turns: Iterable[Turn], turn_id: str | None) -> tuple[Turn, ...]:
    """The turns from the root to this one, numbered from 1; empty for None or an unknown id."""
    by_id = {turn.id: turn for turn in turns}
    branch: list[Turn] = []
    current = by_id.pop(turn_id or "", None)
    while current is not None:
        branch.append(current)
        # Taken out, so that a circle in a damaged store ends.
        current = by_id.pop(current.parent_id or "", None)
    ordered = enumerate(reversed(branch), start=1)
    return tuple(turn.numbered(number) for number, turn in ordered)


def latest_below(turns: Iterable[Turn], turn: Turn) -> Turn:
    """The end of the branch that goes on with this turn, along the latest of its turns."""
    # Each is taken once: in a damaged store, turns may follow each other in a circle.
    latest = {each.parent_id: each for each in turns}
    while turn.id in latest:
        turn = latest.pop(turn.id)
    return turn


def shown_leaf(turns: tuple[Turn, ...], leaf_id: str | None) -> str | None:
    """The end of the branch that is shown: the leaf; where it was deleted, what is nearest to it.

    That is the end of a branch beside the deleted turn, an earlier one first; where there is none,
    the turn that it followed; None where nothing is left.
    """
    left = kept(turns)
    if left is turns:
        return leaf_id
    ids = {turn.id for turn in left}
    way = [turn for turn in path_to(turns, leaf_id) if turn.id not in ids]
    if not way:
        return leaf_id
    deleted = way[0]
    places = {turn.id: place for place, turn in enumerate(turns)}
    beside = [turn for turn in left if turn.parent_id == deleted.parent_id]
    earlier = [turn for turn in beside if places[turn.id] < places[deleted.id]]
    if nearest := [*earlier[-1:], *beside[:1]][:1]:
        return latest_below(left, nearest[0]).id
    return deleted.parent_id


def deleted(turns: Sequence[Turn], turn_id: str) -> tuple[Turn, ...]:
    """This turn and all below it, marked as deleted with it, the turn itself first.

    Those that were deleted before keep their mark; one that runs is its engine's, and gets none.
    """
    taken = {turn_id} | _below(turns, {turn_id})
    return tuple(
        turn.model_copy(update={"removed": turn_id})
        for turn in turns
        if turn.id in taken and turn.removed is None and turn.status != "running"
    )


def restored(turns: Sequence[Turn], turn_id: str) -> tuple[Turn, ...]:
    """The turns that were deleted with this one, without their mark."""
    return tuple(
        turn.model_copy(update={"removed": None}) for turn in turns if turn.removed == turn_id
    )


def deletions(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """The turns that were deleted themselves, and not with one above them."""
    return tuple(turn for turn in turns if turn.removed == turn.id)


def nodes(turns: tuple[Turn, ...]) -> tuple[Node, ...]:
    """The rows of the tree's picture: each turn below the one it follows.

    A branch goes straight down in its lane; the latest of several stays in the lane of the turn
    they follow and comes last, so that no line crosses another.
    """
    known = {turn.id for turn in turns}
    children = _children(turns)
    first = [turn for turn in turns if turn.parent_id not in known]
    rows: list[Node] = []
    # The way down to each of those still to be drawn: its turn, its lane, the row above it.
    waiting = [*_lanes(first, 0, None)]
    while waiting:
        node = waiting.pop()
        rows.append(node)
        waiting += _lanes(children.pop(node.turn.id, []), node.lane, len(rows) - 1)
    return tuple(rows)


def _lanes(siblings: Sequence[Turn], lane: int, above: int | None) -> Iterator[Node]:
    """Siblings with the latest first: a stack gives them out the other way round."""
    for turn in reversed(siblings):
        yield Node(turn, lane if turn is siblings[-1] else lane + 1, above)


def _children(turns: Iterable[Turn]) -> defaultdict[str | None, list[Turn]]:
    children: defaultdict[str | None, list[Turn]] = defaultdict(list)
    for turn in turns:
        children[turn.parent_id].append(turn)
    return children


def _below(turns: Iterable[Turn], above: Iterable[str]) -> set[str]:
    """The ids of all turns that follow these, at any depth."""
    children: Mapping[str | None, list[Turn]] = _children(turns)
    found: set[str] = set()
    waiting = [*above]
    while waiting:
        new = {turn.id for turn in children.get(waiting.pop(), ())} - found
        found |= new
        waiting += new
    return found
