"""A conversation of another tool, in the form that all readers bring it to. Pure.

Its messages are a tree: each follows a parent, and those that nobody saw are still in it, so that
what follows them finds its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

Role = Literal["user", "assistant", "hidden"]

MOST_MESSAGES: Final = 20_000
"""So many messages in one conversation: nobody has typed more."""


class ImportFileError(Exception):
    """The file cannot be read, or not from some point on; the text says why and what to do."""


class BrokenError(Exception):
    """This one conversation cannot be imported; the text says why."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. A hidden one has no words; it only has its place in the tree.

    ``reasoning`` also has what tools were asked and what they returned, as Markdown. ``whole`` is
    False where the answer broke off. ``thought_ms`` is how long the model thought.
    """

    id: str
    parent: str | None
    role: Role
    text: str = ""
    reasoning: str = ""
    model: str | None = None
    at: datetime | None = None
    whole: bool = True
    thought_ms: float | None = None


@dataclass(slots=True)
class Foreign:
    """One conversation; ``leaf`` is the message that was shown last, None where it is not said.

    ``system`` has its system prompts. ``left_out`` counts what cannot be carried, by its name in
    the singular.
    """

    tool: str
    id: str | None
    title: str = ""
    messages: list[Message] = field(default_factory=list)
    leaf: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    system: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, message: Message) -> None:
        """Add a message. Raises BrokenError where there are too many."""
        if len(self.messages) >= MOST_MESSAGES:
            raise BrokenError(f"It has more than {MOST_MESSAGES:,} messages.")
        self.messages.append(message)

    def miss(self, what: str, count: int = 1) -> None:
        """Count what cannot be carried."""
        if count > 0:
            self.left_out[what] += count

    def prompt(self, system: str) -> None:
        """Add a system prompt, once."""
        if system.strip() and system not in self.system:
            self.system.append(system)


ATTACHED: Final = "image or file"
HIDDEN: Final = "hidden message"


def in_a_row(ids: Sequence[str | None]) -> list[tuple[str, str | None]]:
    """An id and a parent for each of so many messages without parents: each follows the one before.

    An id that is missing, or there twice, is replaced by the message's number.
    """
    chain: list[tuple[str, str | None]] = []
    seen: set[str] = set()
    for number, given in enumerate(ids):
        own = given if given and given not in seen else f"#{number}"
        while own in seen:
            own += "#"
        seen.add(own)
        chain.append((own, chain[-1][0] if chain else None))
    return chain


def said(*blocks: str) -> str:
    """Blocks of Markdown, one below the other; empty ones are left out."""
    return "\n\n".join(block for block in blocks if block.strip())
