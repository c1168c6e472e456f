"""Suite files, YAML or JSON, told apart by what is in them: one ``Suite`` each. Pure.

A file comes from anybody. It is bounded before it is built, nothing in it runs, and what is wrong
with it is said with its place: ``line 12, cases.3.checks.0.value: ...``, counted from 0 as in code.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from time import thread_time
from typing import Any, Final, Literal, NoReturn

import yaml
from pydantic import ValidationError

from playground.suites.field_words import wrong_field
from playground.suites.json_schemas import SchemaError, check_schema
from playground.suites.patterns import PatternError, check_pattern
from playground.suites.suite import (
    MOST_CASES,
    Check,
    HasSchema,
    Matches,
    Path,
    Suite,
    SuiteError,
    first_twice,
)
from playground.suites.texts import text_of
from playground.suites.variables import has_names
from playground.suites.yaml_values import (
    MOST_VALUES,
    Plain,
    line_of,
    typed,
    with_nulls,
    yaml_value,
)

_SECONDS: Final = 3.0
"""Of processor time, to look through all patterns and schemas of a suite."""


def read_suite(content: bytes, name: str = "the suite") -> Suite:
    """The suite in a file's content. Raises SuiteError; ``name`` is what it calls the file."""
    try:
        text = text_of(content)
        return suite_of(value_of(text), text)
    except SuiteError as error:
        raise error.within(name) from None


def value_of(text: str) -> Any:
    """What a JSON or YAML text holds; YAML's plain scalars are ``Plain``. Raises SuiteError."""
    return _json_value(text) if _is_json(text) else yaml_value(text)


def suite_of(value: Any, text: str) -> Suite:
    """The suite in the value of a text, which its places refer to. Raises SuiteError."""
    if _is_json(text):
        return suite_from(value)
    try:
        return suite_from(_prepared(value))
    except SuiteError as error:
        line = line_of(text, error.path) if error.path else None
        raise (error.within(f"line {line}") if line else error) from None


def suite_from(value: Any) -> Suite:
    """The suite in a value, such as JSON gives it. Raises SuiteError with the field's place."""
    if not isinstance(value, dict):
        raise SuiteError("a suite has fields: begin with “name: ...”, then “cases:”")
    _few_enough(value.get("cases"))
    try:
        suite = Suite.model_validate(value)
    except ValidationError as error:
        raise wrong_field(error) from None
    require_sound(suite)
    return suite


def require_sound(suite: Suite) -> None:
    """Raises SuiteError for a regular expression or a schema that is none, with its place."""
    until = thread_time() + _SECONDS
    _sound(suite.checks, ("checks",), until)
    for place, case in enumerate(suite.cases):
        _sound(case.checks, ("cases", place, "checks"), until)


def write_suite(suite: Suite, form: Literal["yaml", "json"] = "yaml") -> bytes:
    """The suite as a file, without what is as it would be anyway. ``read_suite`` reads it back."""
    value = suite_value(suite)
    if form == "json":
        return f"{json.dumps(value, ensure_ascii=False, indent=1)}\n".encode()
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, encoding="utf-8"
    )


def suite_value(suite: Suite) -> dict[str, Any]:
    """The suite as a value for JSON, without what is as it would be anyway."""
    value = suite.model_dump(mode="json", exclude_defaults=True)
    _with_types(value, suite.checks)
    for case, dumped in zip(suite.cases, value.get("cases", ()), strict=True):
        _with_types(dumped, case.checks)
    return value


def schema_text() -> str:
    """The JSON Schema of a suite file, as it stands in the documentation."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Suite.model_json_schema(by_alias=False),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


class _Dumper(yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper):  # type: ignore[misc]
    """Texts of several lines as blocks, and no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text_node(dumper: yaml.Dumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text and not _needs_quotes(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _needs_quotes(text: str) -> bool:
    """Whether a block would not give back the very same text."""
    lines = text.split("\n")
    return not text.strip() or any(
        line != line.rstrip() or not line.isprintable() or line[:1] == " " for line in lines
    )


_Dumper.add_representer(str, _text_node)


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] == "{"


def _prepared(value: Any, within: Path = ()) -> Any:
    """The value with plain nulls as none, and schemas with the types that they are written with."""
    if isinstance(value, Plain):
        return None if with_nulls(value) is None else str(value)
    if isinstance(value, dict):
        is_schema = value.get("type") == "json_schema"
        return {
            name: typed(each) if is_schema and name == "value" else _prepared(each)
            for name, each in value.items()
        }
    return [_prepared(each) for each in value] if isinstance(value, list) else value


def _json_value(text: str) -> Any:
    signs = text.count(",") + text.count("[") + text.count("{")
    if signs > 2 * MOST_VALUES:
        raise SuiteError("this file holds too many values; split it into several suites")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError:
        raise SuiteError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise SuiteError(f"this is no JSON: {error.msg}", f"line {error.lineno}") from None
    except SuiteError:
        raise
    except ValueError as error:
        raise SuiteError(f"this is no JSON: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = first_twice(name for name, _ in pairs) or ""
        raise SuiteError(f"“{twice[:60]}” is there twice in one object; keep one")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _few_enough(cases: Any) -> None:
    if isinstance(cases, list) and len(cases) > MOST_CASES:
        raise SuiteError(
            f"there are {len(cases):,} of them, and {MOST_CASES:,} is the most; split the suite",
            path=("cases",),
        )


def _sound(checks: Sequence[Check], path: Path, until: float) -> None:
    for place, check in enumerate(checks):
        if thread_time() > until:
            raise SuiteError(
                "the patterns and schemas up to here took too long to look through; use fewer",
                path=(*path, place),
            )
        try:
            if isinstance(check, Matches) and not has_names(check.value):
                check_pattern(check.value)
            if isinstance(check, HasSchema):
                check_schema(check.value)
        except (PatternError, SchemaError) as error:
            raise SuiteError(str(error), path=(*path, place, "value")) from None


def _with_types(dumped: dict[str, Any], checks: Sequence[Check]) -> None:
    if checks:
        dumped["checks"] = [
            {"type": check.type, **check.model_dump(mode="json", exclude_defaults=True)}
            for check in checks
        ]
