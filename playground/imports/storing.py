"""What was chosen goes into the store, one conversation at a time, each with its report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from playground.imports.own import copied
from playground.imports.preview import KNOWN
from playground.imports.reading import Ended, Found
from playground.imports.tree import OWN
from playground.sessions.database import StoreError
from playground.sessions.turns import Conversation
from playground.sessions.whole import TakenError, UnfitError

MOST_REFUSED: Final = 3
"""So many in a row, and it is the store and not the conversation."""


class Shelf(Protocol):
    """What an import needs of an owner's store."""

    def load(self, conversation_id: str) -> Conversation | None:
        """The session with this id, if it is stored. Raises StoreError."""

    def origins(self, some: Iterable[str]) -> set[str]:
        """Which of these origins are stored already. Raises StoreError."""

    def put(self, conversations: Iterable[Conversation]) -> None:
        """Write whole conversations. Raises StoreError."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one conversation: its new id, or the ``problem`` that left it out."""

    title: str
    conversation_id: str | None = None
    turns: int = 0
    notes: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(slots=True)
class Report:
    """What became of each that was chosen; ``stopped`` says why there are not all of them."""

    outcomes: list[Outcome] = field(default_factory=list)
    stopped: str | None = None

    @property
    def imported(self) -> list[Outcome]:
        """Those that are in the store now."""
        return [each for each in self.outcomes if each.problem is None]

    @property
    def left_out(self) -> list[Outcome]:
        """Those that are not."""
        return [each for each in self.outcomes if each.problem is not None]


def stored(
    found: Iterable[Found | Ended],
    chosen: Collection[int],
    shelf: Shelf,
    report: Report,
    used_at: datetime | None = None,
) -> None:
    """Store those with these numbers and say in the report what became of each.

    With ``used_at`` they count as used then, where they would be deleted for their age.

    Raises StoreError where the store refuses one after the other; what was stored by then stays.
    """
    waiting, refused = set(chosen), 0
    for each in found:
        if isinstance(each, Found) and each.number in waiting:
            waiting.discard(each.number)
            try:
                report.outcomes.append(_stored(each, shelf, used_at))
                refused = 0
            except StoreError as error:
                report.outcomes.append(Outcome(each.title, problem=str(error)))
                refused += 1
                if refused == MOST_REFUSED:
                    raise
        if not waiting:
            return


def _stored(found: Found, shelf: Shelf, used_at: datetime | None) -> Outcome:
    if found.woven is None:
        return Outcome(found.title, problem=found.problem)
    conversation = found.woven.conversation
    if stored_already(shelf, [found.woven.origin]):
        return Outcome(found.title, problem=KNOWN["here"])
    if used_at is not None:
        conversation = conversation.model_copy(update={"updated_at": used_at})
    try:
        conversation = _put(shelf, conversation)
    except (TakenError, UnfitError) as error:
        return Outcome(found.title, problem=str(error))
    return Outcome(found.title, conversation.id, len(conversation.turns), found.woven.notes)


def _put(shelf: Shelf, conversation: Conversation) -> Conversation:
    """Write it, and if its ids are taken (it was deleted a while ago), with new ones."""
    try:
        shelf.put([conversation])
    except TakenError:
        conversation = copied(conversation)
        shelf.put([conversation])
    return conversation


def stored_already(shelf: Shelf, origins: Sequence[str]) -> set[str]:
    """Which of these origins are in the store; our own by their ids. Raises StoreError."""
    own = {each: each.partition(":")[2] for each in origins if each.startswith(f"{OWN}:")}
    here = {each for each, session in own.items() if shelf.load(session) is not None}
    return here | shelf.origins(origins)
