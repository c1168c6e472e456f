"""Whether a suite can be asked at all, before a call is paid for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from playground.look.words import counted
from playground.suites.suite import Arm, Case, Check, Suite
from playground.suites.variables import names_in

_SHOWN: Final = 3
_ASKED_BY: Final = ("A prompt", "A message", "A check")


def missing(suite: Suite) -> str | None:
    """A sentence about what cannot be asked: a variable that is not there, an empty message."""
    lacking: dict[tuple[str, str], list[str]] = {}
    silent: list[str] = []
    shared = _names_in_checks(suite.checks)
    templates = {_templates(suite, arm) for arm in suite.arms or (Arm(id="-"),)}
    prompts = frozenset(name for texts in templates for text in texts for name in names_in(text))
    systems = frozenset(name for _, system in templates for name in names_in(system))
    for case in suite.cases:
        for by, names in _wanted(case, systems if case.messages else prompts, shared):
            has_ideal = by == _ASKED_BY[2] and case.ideal is not None
            for name in names - set(case.vars) - ({"ideal"} if has_ideal else set()):
                lacking.setdefault((name, by), []).append(case.id)
        if _is_silent(case, templates):
            silent.append(case.id)
    if lacking:
        (name, by), ids = max(lacking.items(), key=lambda each: len(each[1]))
        does = "does" if len(ids) == 1 else "do"
        return f"{by} asks for “{name[:100]}”, which {_named(ids)} {does} not have."
    if silent:
        return f"There is nothing to ask in {_named(silent)}: the message is empty."
    return None


def _templates(suite: Suite, arm: Arm) -> tuple[str, str]:
    """An arm's prompt and system prompt."""
    prompt = suite.prompt if arm.prompt is None else arm.prompt
    system = suite.system_prompt if arm.system_prompt is None else arm.system_prompt
    return prompt, system


def _wanted(
    case: Case, prompts: frozenset[str], shared: frozenset[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """What asks for variables, and for which."""
    yield _ASKED_BY[0], prompts
    for message in case.messages:
        yield _ASKED_BY[1], names_in(message.content)
    yield _ASKED_BY[2], shared | _names_in_checks(case.checks)


def _is_silent(case: Case, templates: Iterable[tuple[str, str]]) -> bool:
    """Whether nothing is left of a message but variables that are empty."""
    texts = [case.messages[-1].content] if case.messages else [prompt for prompt, _ in templates]
    return any(_is_empty(text, case) for text in texts)


def _is_empty(text: str, case: Case) -> bool:
    for name in names_in(text):
        if case.vars.get(name, "x").strip():
            return False
        text = text.replace(f"{{{{{name}}}}}", "")
    return not text.strip()


def _names_in_checks(checks: Sequence[Check]) -> frozenset[str]:
    fields = ("value", "criteria", "ideal")
    values = (getattr(check, name, None) for check in checks for name in fields)
    return frozenset(name for value in values for text in _texts(value) for name in names_in(text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in _texts(each))
    elif isinstance(value, (list, tuple)):
        yield from (text for each in value for text in _texts(each))


def _named(ids: Sequence[str]) -> str:
    more = ", ..." if len(ids) > _SHOWN else ""
    shown = ", ".join(f"“{each[:60]}”" for each in ids[:_SHOWN])
    return f"{counted(len(ids), 'case')} ({shown}{more})"
