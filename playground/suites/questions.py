"""What a case asks of an arm: settings, history and message, as ``run_turn`` takes them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from playground.sessions.turns import Answer, Turn, TurnSettings
from playground.suites.suite import Arm, Case, Message, Suite
from playground.suites.variables import filled

_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


def settings_for(suite: Suite, arm: Arm, case: Case) -> TurnSettings:
    """The settings of one call: the arm's where it has its own, else the suite's.

    A case's language and vertical, where set, win over the suite's; its system messages follow the
    system prompt. ``arm.scores`` goes with the connection instead. Raises SuiteError for a variable
    that is not there.
    """
    return TurnSettings(
        language=case.language or suite.language,
        vertical=case.vertical or suite.vertical,
        optimize_for=arm.optimize_for,
        temperature=suite.temperature if arm.temperature is None else arm.temperature,
        max_tokens=suite.max_tokens if arm.max_tokens is None else arm.max_tokens,
        system_prompt=_system_prompt(suite, arm, case),
        allowed=(arm.pin,) if arm.pin else arm.allowed,
        drill=arm.drill,
        what_if=arm.what_if,
    )


def conversation_for(suite: Suite, arm: Arm, case: Case) -> tuple[tuple[Turn, ...], str]:
    """The history and the message of one call. Raises SuiteError for a missing variable.

    Roles alternate in a history, so neighbours of one role are joined, a blank line between them.
    """
    spoken = [
        (message.role, filled(message.content, case.vars, f"{_of(case)}, message {place}"))
        for place, message in enumerate(case.messages, 1)
        if message.role != "system"
    ]
    if not spoken:
        return (), _prompt(suite, arm, case)
    joined = _joined(spoken)
    asked = joined.pop()[1]
    history: list[Turn] = []
    question = ""
    for role, text in joined:
        if role == "user":
            question = text
        else:
            history.append(_turn(len(history), question, text))
            question = ""
    return tuple(history), asked


def prompt_of(suite: Suite, arm: Arm, case: Case) -> str:
    """The message alone, to show. Raises SuiteError for a missing variable."""
    return conversation_for(suite, arm, case)[1]


def _prompt(suite: Suite, arm: Arm, case: Case) -> str:
    if arm.prompt is not None:
        return filled(arm.prompt, case.vars, f"prompt of arm “{arm.label}”, {_of(case)}")
    return filled(suite.prompt, case.vars, f"prompt, {_of(case)}")


def _system_prompt(suite: Suite, arm: Arm, case: Case) -> str:
    own = arm.system_prompt is not None
    template = arm.system_prompt if arm.system_prompt is not None else suite.system_prompt
    whose = f"system_prompt of arm “{arm.label}”" if own else "system_prompt"
    parts = [filled(template, case.vars, f"{whose}, {_of(case)}")]
    parts += [
        filled(message.content, case.vars, f"{_of(case)}, message {place}")
        for place, message in enumerate(case.messages, 1)
        if message.role == "system"
    ]
    return "\n\n".join(part for part in parts if part.strip())


def _joined(spoken: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    joined: list[tuple[str, str]] = []
    for role, text in spoken:
        if joined and joined[-1][0] == role:
            joined[-1] = (role, "\n\n".join(filter(None, (joined[-1][1], text))))
        else:
            joined.append((role, text))
    return joined


def _turn(place: int, question: str, answer: str) -> Turn:
    return Turn(
        id=f"m{place}",
        conversation_id="",
        parent_id=f"m{place - 1}" if place else None,
        message=question,
        settings=TurnSettings(),
        connection="",
        status="done",
        answer=Answer(text=answer),
        created_at=_NO_TIME,
    )


def _of(case: Case) -> str:
    return f"case “{case.id}”"


def messages_of(history: Iterable[Turn], message: str) -> tuple[Message, ...]:
    """A conversation as messages: those that are sent, and so no turn without an answer."""
    said: list[Message] = []
    for turn in history:
        if turn.answer.text:
            if turn.message:
                said.append(Message(role="user", content=turn.message))
            said.append(Message(role="assistant", content=turn.answer.text))
    return (*said, Message(role="user", content=message))
