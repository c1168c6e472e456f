"""YAML from anybody as plain values: bounded in size, depth and time before anything is built.

Every plain scalar keeps the text that stands there (``Plain``), so that ``no`` stays Norwegian and
``1.10`` keeps its nought; ``typed`` gives it YAML 1.2's meaning where a value of any type is
wanted. Anchors and aliases are read, and what they stand for counts each time. Tags make nothing.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from playground.suites.suite import SuiteError

MOST_VALUES: Final = 500_000
DEEPEST: Final = 100
_LOADER: Final[Any] = yaml.CLoader if yaml.__with_libyaml__ else yaml.Loader
_NUMBER: Final = re.compile(r"[-+]?(?:\d+|(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)")
_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_ADVICE: Final = (
    "Check the indentation, and put a text in quotes where it holds a colon or a #, or begins with "
    "a sign such as { [ @ % or *"
)
_TOO_MANY: Final = (
    f"this file holds more than {MOST_VALUES:,} values, aliases counted as what they stand for; "
    "split it, or write the cases as CSV"
)

Events = Generator[yaml.Event, None, None]


class Plain(str):
    """A scalar without quotes: its text, whatever type it looks like."""

    __slots__ = ()


def yaml_value(text: str) -> Any:
    """The only document of a YAML text: dicts, lists, texts, None. Raises SuiteError, by line."""
    try:
        events = _events(text)
        builder = _Builder(events)
        value = builder.document()
    except SuiteError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = " ".join((error.problem or error.context or "it cannot be read").split())
        line = f"line {mark.line + 1}" if mark else ""
        raise SuiteError(f"this is no YAML: {why}. {_ADVICE}", line) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        why = " ".join(str(error).split())[:200]
        raise SuiteError(f"this is no YAML: {why}. {_ADVICE}") from None
    return value


def typed(value: Any) -> Any:
    """The value with plain scalars as YAML 1.2 types them: null, true, 5, 1.5, else a text."""
    if isinstance(value, Plain):
        return _typed(str(value))
    if isinstance(value, dict):
        return {str(name): typed(each) for name, each in value.items()}
    return [typed(each) for each in value] if isinstance(value, list) else value


def with_nulls(value: Any) -> Any:
    """The value with plain nulls as None; all other scalars keep their text."""
    if isinstance(value, Plain):
        return None if _WORDS.get(value, value) is None else value
    if isinstance(value, dict):
        return {name: with_nulls(each) for name, each in value.items()}
    return [with_nulls(each) for each in value] if isinstance(value, list) else value


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """The line, from 1, of what the path leads to, or of the last part of it that is there."""
    try:
        return _Finder(_events(text)).line(path)
    except (SuiteError, yaml.YAMLError, ValueError, OverflowError, StopIteration):
        return None


def _events(text: str) -> Events:
    found: Any = yaml.parse(text, Loader=_LOADER)
    yield from found


def _typed(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= 40 and _NUMBER.fullmatch(text):
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    return text


@dataclass
class _Anchored:
    """What an alias stands for; ``levels`` deep, with so many values. None while it is built."""

    value: Any = None
    values: int | None = None
    levels: int = 0


@dataclass
class _Builder:
    events: Events
    values: int = 0
    deepest: int = 0
    anchors: dict[str, _Anchored] = field(default_factory=dict)

    def document(self) -> Any:
        value: Any = None
        begun = False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and begun:
                raise SuiteError("a second document begins here; keep one", _line(event))
            if isinstance(event, yaml.NodeEvent):
                value, begun = self._node(event, 1), True
        return value

    def _node(self, event: Any, depth: int) -> Any:
        self._count(1, depth, event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        if event.tag not in (None, "!"):
            raise SuiteError(f"tags such as {event.tag[:40]} are not used; remove it", _line(event))
        anchored = _Anchored()
        if event.anchor:
            self.anchors[event.anchor] = anchored
        before, above, self.deepest = self.values, self.deepest, depth
        value = self._value(event, depth)
        if event.anchor:
            anchored.value, anchored.values = value, self.values - before + 1
            anchored.levels = self.deepest - depth
        self.deepest = max(above, self.deepest)
        return value

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return Plain(event.value) if event.implicit[0] and not event.style else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return [self._node(each, depth + 1) for each in self._inside(yaml.SequenceEndEvent)]
        return self._mapping(depth)

    def _mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key in self._inside(yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise SuiteError("a field's name must be plain text", _line(key))
            if key.value in found:
                raise SuiteError(f"“{key.value[:60]}” is there twice; keep one", _line(key))
            found[key.value] = self._node(next(self.events), depth + 1)
        return found

    def _inside(self, end: type[yaml.Event]) -> Iterator[Any]:
        for event in self.events:
            if isinstance(event, end):
                return
            yield event

    def _alias(self, event: Any, depth: int) -> Any:
        known = self.anchors.get(event.anchor)
        if known is None or known.values is None:
            what = "stands inside itself" if known else "stands for nothing"
            raise SuiteError(f"the alias *{event.anchor[:40]} {what}", _line(event))
        self._count(known.values, depth + known.levels, event)
        return known.value

    def _count(self, values: int, depth: int, event: Any) -> None:
        self.values += values
        self.deepest = max(self.deepest, depth)
        if self.values > MOST_VALUES:
            raise SuiteError(_TOO_MANY, _line(event))
        if depth > DEEPEST:
            raise SuiteError(f"this is nested more than {DEEPEST} levels deep", _line(event))


@dataclass
class _Finder:
    """Goes through the events again, for one place only."""

    events: Events

    def line(self, path: Sequence[str | int]) -> int:
        event: Any = next(each for each in self.events if isinstance(each, yaml.NodeEvent))
        found: int = event.start_mark.line + 1
        for part in path:
            inner = self._into(event, part)
            if inner is None:
                break
            event, found = inner
        return found

    def _into(self, event: Any, part: str | int) -> tuple[Any, int] | None:
        """The node there, and the line that it begins in."""
        key: Any
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        for place, key in enumerate(self.events):
            if isinstance(key, yaml.CollectionEndEvent) or isinstance(event, yaml.ScalarEvent):
                return None
            value = next(self.events) if is_mapping else key
            if part == (getattr(key, "value", None) if is_mapping else place):
                return value, key.start_mark.line + 1
            self._skip(value)
        return None

    def _skip(self, event: Any) -> None:
        depth = int(isinstance(event, yaml.CollectionStartEvent))
        while depth:
            inner = next(self.events)
            depth += isinstance(inner, yaml.CollectionStartEvent)
            depth -= isinstance(inner, yaml.CollectionEndEvent)


def _line(event: Any) -> str:
    return f"line {event.start_mark.line + 1}"
