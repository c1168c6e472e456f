"""Whether a suite can be asked at all, before a call is paid for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from playground.evaluate.suite import Arm, Case, Check, Suite, SuiteError
from playground.evaluate.variables import names_in
from playground.look.words import counted

_SHOWN: Final = 3
_ASKED_BY: Final = ("a prompt", "a message", "a check")


def require_askable(suite: Suite) -> None:
    """Raises SuiteError where a variable is missing, or a case has nothing to ask."""
    lacking: dict[tuple[str, str], list[str]] = {}
    silent: list[str] = []
    shared = _names_in_checks(suite.checks)
    templates = {_templates(suite, arm) for arm in suite.arms or (Arm(id="-"),)}
    for case in suite.cases:
        have = {*case.vars, *(["ideal"] if case.ideal is not None else [])}
        for by, names in _wanted(case, templates, shared):
            for name in names - (have if by == _ASKED_BY[2] else set(case.vars)):
                lacking.setdefault((name, by), []).append(case.id)
        if _is_silent(case, templates):
            silent.append(case.id)
    for (name, by), ids in sorted(lacking.items(), key=lambda each: -len(each[1])):
        raise SuiteError(
            f"{by} asks for the variable “{name[:100]}”, which {_cases(ids)} not have", "cases"
        )
    if silent:
        raise SuiteError(f"there is nothing to ask: the message is empty, {_in(silent)}", "cases")


def _templates(suite: Suite, arm: Arm) -> tuple[str, str]:
    """An arm's prompt and system prompt."""
    prompt = suite.prompt if arm.prompt is None else arm.prompt
    system = suite.system_prompt if arm.system_prompt is None else arm.system_prompt
    return prompt, system


def _wanted(
    case: Case, templates: Iterable[tuple[str, str]], shared: frozenset[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    for prompt, system in templates:
        yield _ASKED_BY[0], names_in(system) if case.messages else names_in(prompt + "\n" + system)
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


def _cases(ids: Sequence[str]) -> str:
    does = "does" if len(ids) == 1 else "do"
    return f"{counted(len(ids), 'case')} ({_named(ids)}) {does}"


def _in(ids: Sequence[str]) -> str:
    return f"in {counted(len(ids), 'case')} ({_named(ids)})"


def _named(ids: Sequence[str]) -> str:
    more = ", ..." if len(ids) > _SHOWN else ""
    return ", ".join(f"“{each[:60]}”" for each in ids[:_SHOWN]) + more
