"""A foreign conversation becomes one of ours: its tree of messages a tree of turns. Pure.

A turn is a message with the answers that follow it, joined. Wherever a branch ends or a person's
message follows, a turn ends; so what was said in one branch is never part of another. What nobody
saw is passed by: who follows it follows the message above.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from playground.imports.foreign import BrokenError, Foreign, Message, said
from playground.sessions.changes import title_of
from playground.sessions.origins import Origin, tool_name
from playground.sessions.turns import (
    Answer,
    Conversation,
    Turn,
    TurnSettings,
    TurnStatus,
    new_id,
)

MOST_LETTERS: Final = 50_000_000
"""So many characters in all turns of one conversation, where branches repeat what they share."""
MOST_STEPS: Final = 1_000_000
"""So many messages in all turns, counted again in each."""
MOST_SYSTEM: Final = 20_000
"""So many characters of system prompts: each turn keeps them."""

OWN: Final = "speko"
"""The tool that our own sessions come from."""

NO_TEXT: Final = "[a message without text]"
"""Stands for a message that was only an image or a file."""


@dataclass(frozen=True, slots=True)
class Woven:
    """A conversation of ours, and in plain words what could not be carried."""

    conversation: Conversation
    notes: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """What names it in its tool, such as ``chatgpt:6b0f``; our own by its id."""
        return self.conversation.origin or f"{OWN}:{self.conversation.id}"


def origin_of(foreign: Foreign) -> str:
    """What tells it apart from all others, such as ``chatgpt:6b0f``: its id, or what it says."""
    if foreign.id is not None:
        return f"{foreign.tool}:{foreign.id}"
    digest = sha256(foreign.title.encode())
    for message in foreign.messages:
        digest.update(f"\0{message.role}\0{message.text}".encode())
    return f"{foreign.tool}:{digest.hexdigest()[:32]}"


def woven(foreign: Foreign, now: datetime) -> Woven:
    """The conversation with its branches; ``now`` where it has no dates. Raises BrokenError."""
    tree = _Tree(foreign.messages)
    if not tree.ordered:
        raise BrokenError("It has no messages.")
    prompt = said(*foreign.system)
    settings = TurnSettings(system_prompt=prompt[:MOST_SYSTEM])
    weaver = _Weaver(foreign, tree, settings, foreign.created_at or now)
    turns = weaver.turns()
    title = foreign.title or title_of(turns[0].message or turns[0].answer.text)
    conversation = Conversation(
        id=weaver.conversation_id,
        title=title,
        leaf_id=weaver.leaf(turns),
        settings=settings,
        turns=turns,
        origin=origin_of(foreign),
        created_at=foreign.created_at or min(turn.created_at for turn in turns),
        updated_at=foreign.updated_at or max(turn.finished_at or now for turn in turns),
    )
    return Woven(conversation, tuple(_notes(foreign, prompt)))


def _notes(foreign: Foreign, prompt: str) -> list[str]:
    notes = [
        f"{count:,} {what}{'' if count == 1 else 's'} left out"
        for what, count in sorted(foreign.left_out.items())
    ]
    if prompt:
        cut = "" if len(prompt) <= MOST_SYSTEM else f", its first {MOST_SYSTEM:,} characters"
        notes.append(f"system text kept as the system prompt{cut}")
    return notes


class _Tree:
    """The messages that were seen: who follows whom, and all of them, parents first."""

    def __init__(self, messages: Sequence[Message]) -> None:
        by_id: dict[str, Message] = {}
        for message in messages:
            by_id.setdefault(message.id, message)
        self.nearest = _nearest_seen(by_id)
        self.parent: dict[str, Message | None] = {}
        self.children: dict[str | None, list[Message]] = defaultdict(list)
        for message in by_id.values():
            if _is_seen(message):
                above = None if message.parent is None else self.nearest.get(message.parent)
                self.parent[message.id] = above
                self.children[above.id if above else None].append(message)
        for followers in self.children.values():
            if all(each.at for each in followers):
                followers.sort(key=lambda each: each.at or datetime.max)
        self.ordered = self._parents_first()

    def ends_turn(self, message: Message) -> bool:
        """Whether a turn ends here: nobody answers on, or a person's message follows."""
        roles = {each.role for each in self.children[message.id]}
        return "assistant" not in roles or "user" in roles

    def _parents_first(self) -> list[Message]:
        ordered, waiting = [], self.children[None][::-1]
        while waiting:
            message = waiting.pop()
            ordered.append(message)
            waiting += self.children[message.id][::-1]
        return ordered


def _is_seen(message: Message) -> bool:
    words = message.text.strip() or message.reasoning.strip() or message.thought_ms
    return message.role == "user" or (message.role == "assistant" and bool(words))


def _nearest_seen(by_id: Mapping[str, Message]) -> dict[str, Message | None]:
    """For each message itself where it was seen, else the nearest one above it that was.

    Raises BrokenError where messages follow each other in a circle.
    """
    nearest: dict[str, Message | None] = {}
    for message in by_id.values():
        way: dict[str, Message] = {}
        at: Message | None = message
        while at is not None and at.id not in nearest:
            if at.id in way:
                raise BrokenError("Its messages follow each other in a circle.")
            way[at.id] = at
            at = None if at.parent is None else by_id.get(at.parent)
        found = nearest[at.id] if at is not None else None
        for each in reversed(way.values()):
            found = each if _is_seen(each) else found
            nearest[each.id] = found
    return nearest


class _Weaver:
    """Makes the turns of one conversation."""

    def __init__(
        self, foreign: Foreign, tree: _Tree, settings: TurnSettings, since: datetime
    ) -> None:
        self.conversation_id = new_id()
        self._foreign = foreign
        self._tree = tree
        self._settings = settings
        self._since = since
        self._ending: dict[str, Turn] = {}
        self._letters = self._steps = 0

    def turns(self) -> tuple[Turn, ...]:
        """A turn for each message where one ends, parents first. Raises BrokenError."""
        for message in self._tree.ordered:
            if self._tree.ends_turn(message):
                self._ending[message.id] = self._turn(message)
        return tuple(self._ending.values())

    def leaf(self, turns: Sequence[Turn]) -> str:
        """The turn that was open: the one that ends with the leaf or below it, else the latest."""
        at = self._tree.nearest.get(self._foreign.leaf or "")
        while at is not None and at.id not in self._ending:
            at = next((each for each in self._tree.children[at.id] if each.role != "user"), None)
        if at is not None:
            return self._ending[at.id].id
        followed = {turn.parent_id for turn in turns}
        leaves = [turn for turn in turns if turn.id not in followed]
        return max(leaves, key=lambda turn: turn.finished_at or turn.created_at).id

    def _turn(self, end: Message) -> Turn:
        asked, answers = self._run_up_to(end)
        above = self._tree.parent[asked.id if asked else answers[0].id]
        parent = self._ending[above.id] if above else None
        answer = _answer(answers)
        self._count(asked, answers)
        times = [each.at for each in (asked, *answers) if each and each.at]
        begun = times[0] if times else parent.created_at if parent else self._since
        return Turn(
            id=new_id(),
            conversation_id=self.conversation_id,
            parent_id=parent.id if parent else None,
            message=(asked.text if asked.text.strip() else NO_TEXT) if asked else "",
            settings=self._settings,
            connection=tool_name(self._foreign.tool),
            status=_status(answers),
            answer=answer,
            created_at=begun,
            finished_at=max(begun, times[-1]) if times else begun,
            origin=Origin(tool=self._foreign.tool, id=end.id),
        )

    def _run_up_to(self, end: Message) -> tuple[Message | None, list[Message]]:
        """The person's message above this one, and the answers from there to here."""
        answers: list[Message] = []
        at: Message | None = end
        while at is not None and at.role != "user":
            answers.append(at)
            at = self._tree.parent[at.id]
        return at, answers[::-1]

    def _count(self, asked: Message | None, answers: Sequence[Message]) -> None:
        parts = [*answers, asked] if asked else answers
        self._steps += len(parts)
        self._letters += sum(len(each.text) + len(each.reasoning) for each in parts)
        if self._steps > MOST_STEPS or self._letters > MOST_LETTERS:
            raise BrokenError("Its branches are too large to be kept.")


def _answer(answers: Sequence[Message]) -> Answer:
    models = [each.model for each in answers if each.model]
    thought_ms = sum(each.thought_ms or 0 for each in answers)
    reasoning = said(*(each.reasoning for each in answers))
    return Answer(
        text=said(*(each.text for each in answers)),
        reasoning=reasoning,
        reasoning_ms=thought_ms if reasoning and thought_ms else None,
        model=models[-1] if models else None,
    )


def _status(answers: Sequence[Message]) -> TurnStatus:
    if not any(each.text.strip() or each.reasoning.strip() for each in answers):
        return "interrupted"
    return "done" if answers[-1].whole else "stopped"
