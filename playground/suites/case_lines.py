"""Cases from JSONL, one a line, or from a JSON list of such objects. Pure.

``{"input": ..., "ideal": ...}`` as OpenAI's evals write them (``input`` a text or chat messages,
``ideal`` a text or several, any of which counts), ``{"messages": [...]}`` as chats are fine-tuned
on, or a case as a suite file has it. Other fields are variables.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

from playground.suites.gathering import FULL, Gathered, Gathering, as_said
from playground.suites.suite import Case, SuiteError
from playground.suites.texts import bounded, text_of

_INPUTS: Final = ("input", "prompt", "question")
_IDEALS: Final = ("ideal", "expected", "completion", "answer")
_CASE: Final = frozenset(Case.model_fields) - {"vars", "messages", "ideal"}
_ROLES: Final = {"developer": "system", "human": "user", "ai": "assistant"}


def cases_from_lines(content: bytes) -> Gathered:
    """The cases of a file, and its lines that cannot be used. Raises SuiteError."""
    gathering = Gathering()
    for place, value in _values(text_of(content)):
        if gathering.full:
            gathering.leave(place, FULL)
            break
        if isinstance(value, SuiteError):
            gathering.leave(place, value.problem)
            continue
        try:
            gathering.take(place, _fields(value))
        except SuiteError as error:
            gathering.leave(place, str(error))
    return gathering.done()


def _values(text: str) -> Iterator[tuple[str, Any]]:
    if text.lstrip()[:1] == "[":
        listed = _parsed(text)
        if isinstance(listed, SuiteError):
            raise listed
        yield from ((f"entry {number}", value) for number, value in enumerate(listed, 1))
        return
    for number, line in enumerate(io.StringIO(text, newline="\n"), 1):
        bounded(number)
        if line.strip():
            yield f"line {number}", _parsed(line)


def _parsed(text: str) -> Any:
    """The value, or the error that says why there is none."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        return SuiteError("it is nested too deeply")
    except json.JSONDecodeError as error:
        return SuiteError(f"this is no JSON: {error.msg}, at character {error.colno}")
    except ValueError as error:
        return SuiteError(f"this is no JSON: {error}")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _fields(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SuiteError("a case is an object, such as {“input”: ..., “ideal”: ...}")
    asked, ideal, checks = _asked(value), *_ideal(value)
    messages = _messages(asked) if isinstance(asked, list) else []
    if messages and messages[-1]["role"] == "assistant" and ideal is None:
        ideal = messages.pop()["content"]
    variables = _variables(value)
    if messages:
        messages, variables = as_said(messages, variables)
    elif asked is not None:
        variables["input"] = _text(asked)
    elif not variables:
        raise SuiteError("it has neither an input nor messages")
    own = {name: value[name] for name in _CASE if name in value}
    given = own.get("checks")
    own["checks"] = [*(given if isinstance(given, list) else ()), *checks]
    return {**own, "vars": variables, "messages": messages, "ideal": ideal}


def _asked(value: Mapping[str, Any]) -> Any:
    names = ("messages", *_INPUTS)
    return next((value[name] for name in names if value.get(name) not in (None, [])), None)


def _ideal(value: Mapping[str, Any]) -> tuple[str | None, list[dict[str, Any]]]:
    """The ideal, and a check for any of them where there are several."""
    found = next((value[name] for name in _IDEALS if value.get(name) is not None), None)
    if not isinstance(found, list):
        return None if found is None else _text(found), []
    texts = [_text(each) for each in found]
    if len(texts) < 2:
        return (texts[0] if texts else None), []
    return texts[0], [{"type": "contains_any", "value": texts, "ignore_case": False}]


def _messages(found: list[Any]) -> list[dict[str, str]]:
    said: list[dict[str, str]] = []
    for number, message in enumerate(found, 1):
        if not isinstance(message, dict):
            raise SuiteError("it is no object with role and content", f"message {number}")
        role = message.get("role")
        role = _ROLES.get(str(role), role)
        if role not in ("system", "user", "assistant"):
            raise SuiteError(f"the role “{str(role)[:40]}” is not asked here", f"message {number}")
        said.append({"role": role, "content": _content(message.get("content"), number)})
    return said


def _content(found: Any, number: int) -> str:
    """A message's text; of several parts, those joined, if all are text."""
    parts = found if isinstance(found, list) else [found]
    said = [part.get("text") if isinstance(part, dict) else part for part in parts]
    texts = [text for text in said if isinstance(text, str)]
    if len(texts) < len(said):
        raise SuiteError("it holds more than text", f"message {number}")
    return "".join(texts)


def _variables(value: Mapping[str, Any]) -> dict[str, str]:
    taken = {*_CASE, *_INPUTS, *_IDEALS, "messages", "vars"}
    given = value.get("vars") or {}
    if not isinstance(given, dict):
        raise SuiteError("it must have fields: “name: value”", "vars")
    others = {name: each for name, each in value.items() if name not in taken and name}
    return {str(name): _text(each) for name, each in {**others, **given}.items()}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
