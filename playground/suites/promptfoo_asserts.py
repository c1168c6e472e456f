"""promptfoo's assertions as checks of ours; what has no counterpart says so. Pure.

Code is never run and no file is read: ``javascript``, ``python`` and ``file://`` are refused by
name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from playground.suites.field_words import wrong_field
from playground.suites.json_schemas import SchemaError, check_schema
from playground.suites.patterns import PatternError, check_pattern
from playground.suites.suite import (
    AtMost,
    Check,
    Contains,
    ContainsAny,
    Equals,
    HasSchema,
    Judged,
    Matches,
    SuiteError,
)
from playground.suites.variables import has_names
from playground.suites.yaml_values import typed, yaml_value

_CODE: Final = ("javascript", "python", "ruby", "webhook")
_CODE_STARTS: Final = ("file://", "javascript:", "python:", "ruby:", "fn:", "exec:", "package:")
_UNREAD: Final = ("weight", "transform", "provider", "rubricPrompt", "config", "contextTransform")
_FACTS: Final = "Which answer agrees better with the facts?"


def checks_of(assertion: Any) -> tuple[Check, ...]:
    """The checks that mean the same as one assertion. Raises SuiteError, which says why not."""
    refuse_code(assertion)
    if not isinstance(assertion, dict) or not isinstance(assertion.get("type"), str):
        raise SuiteError("it has no type")
    kind = str(assertion["type"])
    negate = kind.startswith("not-")
    kind = kind.removeprefix("not-")
    if kind in _CODE:
        raise SuiteError(f"{kind} is code, and is never run")
    value = assertion.get("value")
    refuse_code(value)
    for name in _UNREAD:
        if name in assertion:
            raise SuiteError(f"{kind} with {name} is not carried over")
    if kind not in _KINDS or (negate and kind not in _NEGATABLE):
        raise SuiteError(f"{'not-' if negate else ''}{kind} has no counterpart here")
    try:
        return _KINDS[kind](assertion, negate)
    except ValidationError as error:
        raise SuiteError(f"{kind}: {wrong_field(error).problem}") from None
    except (PatternError, SchemaError) as error:
        raise SuiteError(f"{kind}: {error}") from None


def refuse_code(value: Any) -> None:
    """Raises SuiteError where the value is to be read from a file, or is code."""
    if isinstance(value, str) and (start := _start_of_code(value)):
        what = "is a file, and is not read" if start == "file://" else "is code, and is never run"
        raise SuiteError(f"“{' '.join(value.split())[:60]}” {what}")


def plain_text(value: Any) -> str:
    """A scalar as promptfoo would write it into a prompt; a list or an object is refused."""
    if value is None or (not isinstance(value, (str, int, float)) and not value):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    raise SuiteError("a list or an object as a text is not carried over")


def _start_of_code(value: str) -> str | None:
    begun = value.lstrip().lower()
    return next((start for start in _CODE_STARTS if begun.startswith(start)), None)


def _texts(assertion: Mapping[str, Any]) -> tuple[str, ...]:
    """A list's texts, or those that commas part."""
    value = assertion.get("value")
    parts = value if isinstance(value, list) else plain_text(value).split(",")
    texts = [plain_text(part) for part in parts]
    return tuple(text if isinstance(value, list) else text.strip() for text in texts)


def _text(assertion: Mapping[str, Any]) -> str:
    return plain_text(assertion.get("value"))


def _equals(assertion: Mapping[str, Any], negate: bool) -> tuple[Check, ...]:
    return (Equals(value=_text(assertion), negate=negate),)


def _contains(ignore_case: bool) -> _Kind:
    return lambda assertion, negate: (
        Contains(value=_text(assertion), ignore_case=ignore_case, negate=negate),
    )


def _contains_any(ignore_case: bool) -> _Kind:
    return lambda assertion, negate: (
        ContainsAny(value=_texts(assertion), ignore_case=ignore_case, negate=negate),
    )


def _contains_all(ignore_case: bool) -> _Kind:
    return lambda assertion, negate: tuple(
        Contains(value=text, ignore_case=ignore_case) for text in _texts(assertion)
    )


def _starts_with(assertion: Mapping[str, Any], negate: bool) -> tuple[Check, ...]:
    text = _text(assertion)
    if has_names(text):
        raise SuiteError("starts-with with a variable is not carried over")
    return (Matches(value=rf"\A{re.escape(text)}", negate=negate),)


def _regex(assertion: Mapping[str, Any], negate: bool) -> tuple[Check, ...]:
    pattern = _text(assertion)
    if not has_names(pattern):
        check_pattern(pattern)
    return (Matches(value=pattern, negate=negate),)


def _is_json(assertion: Mapping[str, Any], negate: bool) -> tuple[Check, ...]:
    value = assertion.get("value")
    schema = typed(yaml_value(value) if isinstance(value, str) and value.strip() else value)
    if schema in (None, ""):
        schema = {}
    if not isinstance(schema, dict):
        raise SuiteError("is-json wants a schema with fields")
    check_schema(schema)
    return (HasSchema(value=schema),)


def _at_most(figure: str) -> _Kind:
    return lambda assertion, negate: (
        AtMost.model_validate({"type": figure, "most": assertion.get("threshold")}),
    )


def _factuality(assertion: Mapping[str, Any], negate: bool) -> tuple[Check, ...]:
    return (Judged(ideal=_text(assertion), criteria=_FACTS),)


def _rubric(assertion: Mapping[str, Any], negate: bool) -> tuple[Check, ...]:
    if not (criteria := _text(assertion)).strip():
        raise SuiteError("it says nothing to judge by")
    return (Judged(criteria=criteria),)


_Kind = Callable[[Mapping[str, Any], bool], tuple[Check, ...]]
_KINDS: Final[Mapping[str, _Kind]] = {
    "equals": _equals,
    "contains": _contains(False),
    "icontains": _contains(True),
    "contains-any": _contains_any(False),
    "icontains-any": _contains_any(True),
    "contains-all": _contains_all(False),
    "icontains-all": _contains_all(True),
    "starts-with": _starts_with,
    "regex": _regex,
    "is-json": _is_json,
    "latency": _at_most("total"),
    "cost": _at_most("cost"),
    "factuality": _factuality,
    "llm-rubric": _rubric,
    "model-graded-closedqa": _rubric,
}
_NEGATABLE: Final = frozenset(
    ("equals", "contains", "icontains", "contains-any", "icontains-any", "starts-with", "regex")
)
