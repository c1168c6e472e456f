"""What is wrong with the fields of a suite, in our words, each with its place. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from playground.suites.suite import Path, SuiteError

_SHOWN_AT_ONCE: Final = 5
_EMPTY: Final = "it is empty; write something or remove it"
_NUMBER: Final = "it must be a number, not “{input}”"
_WHOLE: Final = "it must be a whole number, not “{input}”"
_EITHER: Final = "it must be true or false, not “{input}”"
_PROBLEMS: Final[Mapping[str, str]] = {
    "missing": "it is missing; add it",
    "extra_forbidden": "there is no such field; check its spelling, or remove it",
    "literal_error": "it must be {expected}, not “{input}”",
    "string_too_long": "it is too long: {max_length} characters is the most",
    "too_long": "it has too many entries: {max_length} is the most",
    "string_too_short": _EMPTY,
    "too_short": _EMPTY,
    "string_pattern_mismatch": "it cannot be “{input}”; write a tag such as en or es-MX",
    "tuple_type": "it must be a list",
    "dict_type": "it must have fields: “name: value”",
    "mapping_type": "it must have fields: “name: value”",
    "model_type": "it must have fields: “name: value”",
    "model_attributes_type": "it must have fields: “name: value”",
    "string_type": "it must be text",
    "string_unicode": "it holds half a character (a lone surrogate); remove it",
    "union_tag_not_found": "it needs a type, such as “type: contains”",
    "union_tag_invalid": "there is no check “{tag}”; there are {expected_tags}",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": _EITHER,
    "bool_parsing": _EITHER,
    "greater_than": "it must be more than {gt:g}, not {input}",
    "greater_than_equal": "it must be {ge:g} or more, not {input}",
    "less_than_equal": "it must be {le:g} at most, not {input}",
    "value_error": "{error}",
}
"""What is wrong with a field, by pydantic's name for it."""


def wrong_field(error: ValidationError) -> SuiteError:
    """The first problem with its place, and what else is wrong after it."""
    problems = error.errors(include_url=False)[: _SHOWN_AT_ONCE + 1]
    told = [SuiteError(_words(each), path=_plain(each["loc"])) for each in problems]
    more = [str(each) for each in told[1:_SHOWN_AT_ONCE]]
    if error.error_count() > _SHOWN_AT_ONCE:
        more.append(f"and {error.error_count() - _SHOWN_AT_ONCE:,} more")
    return SuiteError("; ".join([told[0].problem, *more]), path=told[0].path)


def _words(problem: Any) -> str:
    template = _PROBLEMS.get(problem["type"])
    if template is None:
        return str(problem["msg"][:1].lower() + problem["msg"][1:])
    shown = " ".join(str(problem["input"])[:200].split())[:60]
    told = {**problem.get("ctx", {}), "input": shown}
    if kinds := told.get("expected_tags"):
        told["expected_tags"] = kinds.replace("'", "")
    return template.format(**told)


def _plain(location: Path) -> Path:
    """The place without the names that pydantic gives to a check's kind and to a key."""
    return tuple(
        part
        for place, part in enumerate(location)
        if part != "[key]" and not _is_kind(location[:place])
    )


def _is_kind(before: Path) -> bool:
    return before[-2:-1] == ("checks",) and isinstance(before[-1], int)
