"""How much of one turn is stored, whatever a server sent. Pure.

What a person would ever read fits many times over. A turn that is larger is cut, and says so.
"""

from __future__ import annotations

from typing import Any, Final

from playground.sessions.turns import Turn

MOST_WHOLE: Final = 2_000_000
"""Characters of a turn's JSON; a turn that has more is cut."""
MOST_TEXT: Final = 1_000_000
"""So many characters of its answer are left then: three times what any model writes at once."""
MOST_REASONING: Final = 200_000
"""So many characters of what the model thought."""
MOST_WORDS: Final = 500
"""So many characters of every other text of a server's."""
MOST_ENTRIES: Final = 50
"""So many entries of every list: attempts, notes, candidates."""

_CUT: Final = " … (cut)"


def cut(turn: Turn) -> Turn:
    """The turn, for one that is larger: the beginning of its answer, reasoning and details."""
    text, reasoning = turn.answer.text, turn.answer.reasoning
    parts = turn.model_dump(exclude={"number", "message", "settings"})
    kept = {"text": text[:MOST_TEXT], "reasoning": reasoning[:MOST_REASONING]}
    parts["answer"] = _short(parts["answer"]) | kept | {"cut": _label(text)}
    parts["error"], parts["ranking"] = _short(parts["error"]), _short(parts["ranking"])
    if len(str(parts["ranking"])) > MOST_TEXT:
        parts["ranking"] = None
    return Turn(**parts, message=turn.message[:MOST_TEXT], settings=turn.settings)


def _label(text: str) -> str:
    if len(text) <= MOST_TEXT:
        return "This turn was too large to be stored whole. Its reasoning or its details are cut."
    return (
        f"This answer was too long to be stored whole. These are the first {MOST_TEXT:,} of its "
        f"{len(text):,} characters."
    )


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MOST_WORDS:
        return value[:MOST_WORDS] + _CUT
    if isinstance(value, dict):
        return {key: _short(item) for key, item in list(value.items())[:MOST_ENTRIES]}
    if isinstance(value, (list, tuple)):
        return [_short(item) for item in value[:MOST_ENTRIES]]
    return value
