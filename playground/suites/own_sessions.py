"""A suite from sessions of one's own: each turn becomes a case, with what was said before it. Pure.

What was said is asked again as it was: braces in it are no variables. A simulated answer is never
an ideal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from pydantic import ValidationError

from playground.analytics.counted import shown_turns
from playground.compare.seats import messages, shared_history
from playground.sessions.turns import Conversation, Turn
from playground.suites.field_words import wrong_field
from playground.suites.gathering import Gathered, Gathering, as_said
from playground.suites.questions import messages_of
from playground.suites.suite import Suite
from playground.suites.variables import has_names

Which = Literal["last", "all"]

_UNTITLED: Final = "Untitled session"
_LONGEST_ID: Final = 120
_ANYTHING: Final = {"temperature": None, "max_tokens": None}
"""The provider's own, where the turns differ."""


def suite_from_sessions(
    conversations: Iterable[Conversation],
    name: str,
    *,
    which: Which = "all",
    with_ideal: bool = False,
) -> tuple[Suite, Gathered]:
    """A suite of the turns on the shown branches (or of their last ones), and what was left out.

    Of a comparison each message is one case. What all turns have in common is the suite's own:
    system prompt, temperature, most tokens. Raises SuiteError where these fit no suite.
    """
    chosen = [pair for each in conversations for pair in _chosen(each, which)]
    return _suite(chosen, name, with_ideal=with_ideal)


def suite_from_turn(
    conversation: Conversation, turn_id: str, name: str, *, with_ideal: bool = False
) -> tuple[Suite, Gathered]:
    """A suite of this one turn, of any branch; without cases where it is not there any more."""
    chosen = [(conversation, turn) for turn in conversation.kept if turn.id == turn_id]
    return _suite(chosen, name, with_ideal=with_ideal)


def history_of(conversation: Conversation, turn: Turn) -> tuple[Turn, ...]:
    """The turns that were sent before this one's message."""
    if turn.threads == "shared" and turn.message_id:
        before: list[Turn] = []
        for same in messages(shown_turns(conversation)):
            if same[0].message_id == turn.message_id:
                break
            before += same
        return shared_history(before)
    return conversation.path_to(turn.parent_id)


def _chosen(conversation: Conversation, which: Which) -> list[tuple[Conversation, Turn]]:
    """Of the seats that were asked one message, the first one's thread."""
    asked = [same[0] for same in messages(shown_turns(conversation)) if same[0].message.strip()]
    return [(conversation, turn) for turn in (asked[-1:] if which == "last" else asked)]


def _suite(
    chosen: Sequence[tuple[Conversation, Turn]], name: str, *, with_ideal: bool
) -> tuple[Suite, Gathered]:
    shared = _shared([turn for _, turn in chosen])
    gathering = Gathering()
    for conversation, turn in chosen:
        place = f"{conversation.title or _UNTITLED}, turn {turn.number}"[:_LONGEST_ID]
        case_id = place if not gathering.has(place) else f"{place} ({turn.id})"
        why = _no_ideal(turn) if with_ideal else None
        ideal = turn.answer.text if with_ideal and why is None else None
        asked = _asked(conversation, turn, says_system="system_prompt" not in shared)
        gathering.take(place, {"id": case_id, "ideal": ideal, **asked})
        if why is not None:
            gathering.leave(place, why)
    gathered = gathering.done()
    suite = {"name": name, "cases": gathered.cases, **_ANYTHING, **shared}
    try:
        return Suite.model_validate(suite), gathered
    except ValidationError as error:
        raise wrong_field(error) from None


def _shared(turns: Sequence[Turn]) -> dict[str, Any]:
    """What the settings of all these turns have in common."""
    fields = ("system_prompt", "language", "vertical", "temperature", "max_tokens")
    found: dict[str, Any] = {}
    for name in fields:
        values = {getattr(turn.settings, name) for turn in turns}
        if len(values) == 1:
            found[name] = values.pop()
    if found.get("vertical", "") is None:
        del found["vertical"]
    if has_names(found.get("system_prompt", "")):
        del found["system_prompt"]
    return found


def _asked(conversation: Conversation, turn: Turn, *, says_system: bool) -> dict[str, Any]:
    history = history_of(conversation, turn)
    said = [message.model_dump() for message in messages_of(history, turn.message)]
    if says_system and turn.settings.system_prompt.strip():
        said = [{"role": "system", "content": turn.settings.system_prompt}, *said]
    tags = {"tags": conversation.tags, **_intent(turn)}
    if len(said) == 1:
        return {"vars": {"input": turn.message}, **tags}
    spoken, variables = as_said(said, {})
    return {"messages": spoken, "vars": variables, **tags}


def _intent(turn: Turn) -> dict[str, Any]:
    return {"language": turn.settings.language, "vertical": turn.settings.vertical}


def _no_ideal(turn: Turn) -> str | None:
    """Why the answer is none to measure others by; None where it is one."""
    if turn.answer.simulated:
        return "its answer is simulated, and so no ideal"
    if turn.status != "done" or not turn.answer.text.strip():
        return "it has no whole answer, and so no ideal"
    return None
