"""Whether an answer is JSON that a schema accepts, by JSON Schema 2020-12 or the draft it names.

Schemas come from anywhere. Nothing is fetched: a ``$ref`` leads somewhere inside the schema, or to
no place. A schema that refers to itself without end, or branches without end, is stopped after so
many steps, and its patterns after a second each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from time import thread_time
from typing import TYPE_CHECKING, Any, Final, NoReturn

from playground.suites.allowances import Allowances
from playground.suites.patterns import PatternError, found

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

MOST_STEPS: Final = 100_000
"""Keywords looked at; an ordinary answer takes some hundreds."""
SECONDS: Final = 3.0
"""Of processor time."""
LONGEST_JSON: Final = 200_000
"""Characters of JSON in an answer."""
_ALLOWANCES: Final = Allowances()
_BLOCK: Final = re.compile(r"```[\w-]*[ \t]*\n(.*?)```", re.DOTALL)
_MOST_WORDS: Final = 300
_MOST_PROBLEMS: Final = 20
_ELSEWHERE: Final = ("$ref", "$dynamicRef", "$recursiveRef", "$id", "id")
_STANDARD: Final = "json-schema.org"


class SchemaError(ValueError):
    """The schema is none, or cannot be followed; its words say why."""


class _UsedUpError(SchemaError):
    pass


class _Steps:
    def __init__(self, share: float) -> None:
        self.most = self._left = int(MOST_STEPS * share)
        self._until = thread_time() + SECONDS

    def take(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _UsedUpError(
                f"the schema was not done after {self.most:,} steps: it refers to itself without "
                "end, or branches too often"
            )
        if thread_time() > self._until:
            raise _UsedUpError(f"the schema was not done after {SECONDS:g} s")


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raises SchemaError where this is no JSON schema."""
    _checked(json.dumps(schema, sort_keys=True))


def why_not(schema: Mapping[str, Any], text: str) -> str | None:
    """What in the text (or the code block in it) the schema rejects; None where it accepts it.

    Raises SchemaError where the schema cannot tell.
    """
    if len(text) > LONGEST_JSON:
        return f"it has more than {LONGEST_JSON:,} characters"
    try:
        value = json.loads(json_in(text), parse_constant=_refuse)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return f"it is no JSON: {error}"
    return _rejected(schema, value)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def json_in(text: str) -> str:
    """The only code block of a text that has one, else the text."""
    blocks = _BLOCK.findall(text) if "```" in text else []
    return str(blocks[0]) if len(blocks) == 1 else text


def _rejected(schema: Mapping[str, Any], value: Any) -> str | None:
    from jsonschema.exceptions import ValidationError, best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    text = json.dumps(schema, sort_keys=True)
    kind, own = _checked(text)
    steps = _Steps(_ALLOWANCES.share(text))
    validator: Validator = _bounded(kind, steps)(own, registry=Registry())
    try:
        problems = islice(validator.iter_errors(value), _MOST_PROBLEMS)
        problem: ValidationError | None = best_match(problems)
    except RecursionError:
        raise SchemaError("the schema refers to itself without end") from None
    except Unresolvable as error:
        raise SchemaError(
            f"the schema refers to “{str(error.ref)[:100]}”, which is not in it; nothing is fetched"
        ) from None
    except _UsedUpError:
        _ALLOWANCES.used_up(text)
        raise
    except (PatternError, SchemaError) as error:
        raise SchemaError(str(error)) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise SchemaError(f"the schema cannot be followed: {error}") from None
    if problem is None:
        return None
    words = problem.message if len(problem.message) <= _MOST_WORDS else f"{problem.validator}"
    return f"at {problem.json_path}: {words}" if problem.absolute_path else words


@lru_cache(maxsize=100)
def _checked(schema_text: str) -> tuple[type[Validator], Any]:
    """The validator of its draft, and the schema without its ``$schema``. Raises SchemaError."""
    from jsonschema.exceptions import SchemaError as Invalid
    from jsonschema.validators import Draft202012Validator, validator_for

    schema = json.loads(schema_text)
    kind = validator_for(schema, default=Draft202012Validator)
    try:
        kind.check_schema(schema)
    except Invalid as error:
        place = ".".join(str(each) for each in error.absolute_path)
        raise SchemaError(
            f"this is no JSON schema: {place + ': ' if place else ''}{error.message[:_MOST_WORDS]}"
        ) from None
    except RecursionError:
        raise SchemaError("the schema is nested too deeply") from None
    return kind, _own(schema)


def _own(schema: Any) -> Any:
    """The schema without what would put the library's own, unbounded validators to work."""
    if isinstance(schema, dict):
        for name in _ELSEWHERE:
            if isinstance(address := schema.get(name), str) and _STANDARD in address:
                raise SchemaError(f"the schema refers to “{address[:100]}”; nothing is fetched")
        return {
            name: _own(each)
            for name, each in schema.items()
            if not (name == "$schema" and isinstance(each, str))
        }
    return [_own(each) for each in schema] if isinstance(schema, list) else schema


def _bounded(kind: Any, steps: _Steps) -> type[Validator]:
    """The validator, counting its steps, with our patterns and a uniqueness that takes one pass."""
    from jsonschema.validators import extend

    own = {"pattern": _pattern, "patternProperties": _pattern_properties, "uniqueItems": _unique}
    keywords = {**kind.VALIDATORS, **{name: own[name] for name in own if name in kind.VALIDATORS}}
    counted = {name: _counting(check, steps) for name, check in keywords.items()}
    bounded: type[Validator] = extend(kind, counted)  # type: ignore[no-untyped-call]
    return bounded


_Keyword = Callable[[Any, Any, Any, Any], Iterator[Any] | None]


def _counting(check: _Keyword, steps: _Steps) -> _Keyword:
    def counted(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        steps.take()
        for error in check(validator, value, instance, schema) or ():
            steps.take()
            yield error

    return counted


def _pattern(validator: Any, pattern: Any, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if validator.is_type(instance, "string") and not found(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, inner in patterns.items():
        for name, value in instance.items():
            if found(pattern, name):
                yield from validator.descend(value, inner, path=name, schema_path=pattern)


def _unique(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if not wanted or not validator.is_type(instance, "array"):
        return
    seen: set[str] = set()
    for each in instance:
        text = json.dumps(_alike(each), sort_keys=True)
        if text in seen:
            yield ValidationError(f"{text[:80]} is there twice")
            return
        seen.add(text)


def _alike(value: Any) -> Any:
    """The value with 1.0 written as 1, which JSON Schema takes for the same."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _alike(each) for name, each in value.items()}
    return [_alike(each) for each in value] if isinstance(value, list) else value
