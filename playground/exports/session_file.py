"""Sessions as JSON: complete, with every branch, and read back as the very same sessions. Pure.

``docs/session-file.schema.json`` describes the file; ``python -m docs.make_session_schema`` makes
it from the models here. A file that says another version than ours is refused: what is new in it
would be lost without a word.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from playground.sessions.rows import ID
from playground.sessions.turns import Conversation, Turn

FORMAT: Final = "speko-session"
VERSION: Final = 1
MOST_BYTES: Final = 200_000_000

_BOM: Final = b"\xef\xbb\xbf"


class SessionFileError(ValueError):
    """The file holds no sessions that can be read; its words name the place and say what to do."""


class SessionFile(BaseModel):
    """A file of sessions. ``format`` and ``version`` say how it is to be read."""

    model_config = ConfigDict(frozen=True, title="Speko Playground sessions")

    format: Literal["speko-session"] = FORMAT
    version: Literal[1] = VERSION
    sessions: tuple[Conversation, ...]


class _Head(BaseModel):
    """What tells our files from others."""

    format: Any = None
    version: Any = None


def session_file(conversations: Iterable[Conversation]) -> bytes:
    """The sessions as one file, without the turns that were deleted.

    A turn that still runs is written as interrupted.
    """
    whole = SessionFile(sessions=tuple(map(at_rest, conversations)))
    exclude = {"sessions": {"__all__": {"turns": {"__all__": {"number"}}}}}
    return whole.model_dump_json(indent=1, exclude=exclude).encode()


def at_rest(conversation: Conversation) -> Conversation:
    """The session as it is now: without what was deleted, and with nothing that goes on."""
    turns = tuple(
        turn.model_copy(update={"status": "interrupted"}) if turn.status == "running" else turn
        for turn in conversation.kept
    )
    shown = conversation.path()
    leaf_id = shown[-1].id if shown else None
    return conversation.model_copy(update={"turns": turns, "leaf_id": leaf_id})


def read_sessions(content: bytes) -> list[Conversation]:
    """The sessions of a file that ``session_file`` wrote. Raises SessionFileError."""
    if len(content) > MOST_BYTES:
        raise SessionFileError(f"This file has more than {MOST_BYTES // 1_000_000} MB. Split it.")
    content = content.removeprefix(_BOM)
    _require_ours(content)
    try:
        found = SessionFile.model_validate_json(content).sessions
    except ValidationError as error:
        raise SessionFileError(_sentence(error)) from None
    return [_checked(place, session) for place, session in enumerate(found, start=1)]


def schema() -> dict[str, Any]:
    """The file's JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **SessionFile.model_json_schema(by_alias=False),
    }


def schema_text() -> str:
    """The schema as it stands in the documentation."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _require_ours(content: bytes) -> None:
    try:
        head = _Head.model_validate_json(content)
    except ValidationError:
        raise SessionFileError(
            "This is no JSON object, or it breaks off. Choose a JSON file that was exported here."
        ) from None
    if head.format != FORMAT:
        raise SessionFileError(
            f"This file does not say “format”: “{FORMAT}”: it is no export of sessions from here."
        )
    if head.version != VERSION or isinstance(head.version, bool):
        raise SessionFileError(
            f"This file has version {str(head.version)[:20]}, and this playground reads version "
            f"{VERSION}. Get a newer playground, or export the sessions anew."
        )


def _sentence(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{_place(problem['loc'])} cannot be read: {_lower(problem['msg'])}. {_NOTHING_READ}"


_NOTHING_READ: Final = "Nothing was read from this file."


def _place(location: Sequence[int | str]) -> str:
    """``Session 2, turn 5, answer.usage``, from ``sessions.1.turns.4.answer.usage``."""
    names: dict[int | str, str] = {"sessions": "Session", "turns": "turn"}
    parts: list[str] = []
    rest = list(location)
    while len(rest) > 1 and rest[0] in names and isinstance(rest[1], int):
        parts.append(f"{names[rest[0]]} {rest[1] + 1}")
        rest = rest[2:]
    field = ".".join(map(str, rest))
    return ", ".join(filter(None, [*parts, field])) or "The file"


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")


def _checked(place: int, session: Conversation) -> Conversation:
    """The session, its turns numbered as the store does. Raises where it is no tree."""
    problem = _problem(session)
    if problem:
        raise SessionFileError(f"Session {place}{problem}. {_NOTHING_READ}")
    return session.model_copy(update={"turns": _numbered(session.turns)})


def _problem(session: Conversation) -> str | None:
    if not ID.fullmatch(session.id):
        return " has an id that is none: up to 64 letters, digits, “_” and “-”"
    marked = (session.pinned_at, session.archived_at, session.binned_at)
    if _has_no_zone(session.created_at, session.updated_at, *marked):
        return " has a time without a time zone"
    seen: set[str] = set()
    for place, turn in enumerate(session.turns, start=1):
        if why := _problem_of_turn(turn, session.id, seen):
            return f", turn {place} {why}"
        seen.add(turn.id)
    if session.leaf_id is not None and session.leaf_id not in seen:
        return " shows a branch that ends in a turn which it does not have (leaf_id)"
    return None


def _problem_of_turn(turn: Turn, session_id: str, seen: set[str]) -> str | None:
    if not ID.fullmatch(turn.id):
        return "has an id that is none: up to 64 letters, digits, “_” and “-”"
    if turn.id in seen:
        return "has the id of an earlier turn"
    if turn.conversation_id != session_id:
        return "belongs to another session (conversation_id)"
    if turn.parent_id is not None and turn.parent_id not in seen:
        return "follows a turn that does not stand before it (parent_id)"
    if _has_no_zone(turn.created_at, turn.finished_at):
        return "has a time without a time zone"
    return None


def _has_no_zone(*times: datetime | None) -> bool:
    return any(time is not None and time.tzinfo is None for time in times)


def _numbered(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    numbers: dict[str | None, int] = {None: 0}
    numbered = []
    for turn in turns:
        numbers[turn.id] = numbers[turn.parent_id] + 1
        numbered.append(turn.numbered(numbers[turn.id]))
    return tuple(numbered)
