"""A turn of a session as a case: the conversation up to its message, to be answered again. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from playground.evaluate.suite import Case, Message
from playground.sessions.turns import Conversation, Turn


def case_of(conversation: Conversation, turn_id: str, taken: Sequence[str]) -> Case | None:
    """The case, with an id that is not ``taken``; None where the session has no such turn.

    The answer that was given is not taken as right.
    """
    path = conversation.path_to(turn_id)
    if not path:
        return None
    *before, turn = path
    settings = turn.settings
    return Case(
        id=_id(f"turn-{turn.number}-{turn.id[:6]}", taken),
        messages=tuple(_messages(before, turn)),
        language=settings.language,
        vertical=settings.vertical,
    )


def _messages(before: Sequence[Turn], turn: Turn) -> Iterator[Message]:
    if turn.settings.system_prompt.strip():
        yield Message(role="system", content=turn.settings.system_prompt)
    for each in before:
        yield Message(role="user", content=each.message)
        if each.answer.text:
            yield Message(role="assistant", content=each.answer.text)
    yield Message(role="user", content=turn.message)


def _id(wanted: str, taken: Sequence[str]) -> str:
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found
