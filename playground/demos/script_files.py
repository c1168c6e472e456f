"""Reads demo scripts: those that ship and a person's own. Says what is wrong with one, by line.

Every value is read as the text that stands there (``no`` is Norwegian, not false), and tags make
nothing. What makes YAML dangerous or surprising is refused before anything is built: aliases, deep
nesting, the same key twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError
from yaml.reader import ReaderError

from playground.demos.script import DemoScript

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 10
_SHOWN_AT_ONCE: Final = 5
_NO_ALIASES: Final = (
    "Anchors and aliases (& and *) are not allowed. Write it out, or put a text that begins so in "
    "quotes."
)
_ADVICE: Final = (
    "Check the indentation, and put a text in quotes where it holds a colon or a #, or begins with "
    "a sign such as { [ @ % or *."
)
_EMPTY: Final = " is empty; write something or remove it"
_PROBLEMS: Final[Mapping[str, str]] = {
    "missing": " is missing; add it",
    "extra_forbidden": " is not a field of a script; check its spelling, or remove it",
    "literal_error": " must be {expected}, not “{input}”",
    "string_too_long": " is too long: {max_length} is the most",
    "too_long": " is too long: {max_length} is the most",
    "string_too_short": _EMPTY,
    "too_short": _EMPTY,
    "string_pattern_mismatch": " cannot be “{input}”; {advice}",
    "tuple_type": " must be a list: begin each entry with “- ”",
    "model_type": " must have fields: “name: value”",
    "string_type": " must be text; put one that begins with {{ or [ in quotes",
    "float_type": " must be a number",
    "float_parsing": " must be a number, not “{input}”",
    "finite_number": " must be a number, not “{input}”",
    "greater_than": " must be more than {gt:g}, not “{input}”",
    "greater_than_equal": " must be {ge:g} or more, not “{input}”",
    "less_than_equal": " must be {le:g} at most, not “{input}”",
    "value_error": ": {error}",
}
"""What is wrong with a field, by pydantic's name for it."""

_Keys = tuple[str | int, ...]
SHIPPED: Final = Path(__file__).with_name("shipped")
OWN: Final = "demos"
"""The folder of a person's own scripts, in the data folder."""

_ENDINGS: Final = (".yaml", ".yml")
_MOST_FILES: Final = 100


class DemoScriptError(ValueError):
    """A script cannot be played; ``message`` names the file, the lines, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def parse_script(content: bytes, name: str) -> DemoScript:
    """The script in a file's content; ``name`` is what errors call it. Raises DemoScriptError."""
    if len(content) > MAX_BYTES:
        raise DemoScriptError(f"{name}: The file is too long: {MAX_BYTES:,} bytes is the most.")
    try:
        loader = _Loader(content.decode("utf-8-sig"))
        node = loader.get_single_node()
        values = loader.construct_document(node) if node else None
    except (ValueError, OverflowError, yaml.YAMLError) as error:
        raise DemoScriptError(_unreadable(error, content, name)) from None
    if node is None or not isinstance(values, dict):
        raise DemoScriptError(f"{name}: a script begins with “title: ...”, then “turns:”.")
    try:
        return DemoScript.model_validate(_without_empty(values))
    except ValidationError as error:
        raise DemoScriptError(_wrong_fields(error, node, name)) from None


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """One file: its script, or the problem with it. ``own``: the person's own."""

    name: str
    own: bool
    content: bytes = b""
    script: DemoScript | None = None
    problem: str | None = None


def shelf(data_dir: Path) -> list[ShelfEntry]:
    """Every script, those that ship first, each kind by name."""
    return [*_entries(SHIPPED, own=False), *_entries(data_dir / OWN, own=True)]


def read_entry(content: bytes, name: str, *, own: bool) -> ShelfEntry:
    """An entry from a file's content."""
    try:
        return ShelfEntry(name, own, content, script=parse_script(content, name))
    except DemoScriptError as error:
        return ShelfEntry(name, own, content, problem=error.message)


class _RefusedError(yaml.MarkedYAMLError):
    """This is YAML, but not as a script may have it."""

    def __init__(self, message: str, mark: yaml.Mark) -> None:
        super().__init__(problem=message, problem_mark=mark)


class _Loader(yaml.BaseLoader):
    """Values as text; see above for what is refused."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """As PyYAML does, but no aliases, and not too deep."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _RefusedError(_NO_ALIASES, event.start_mark)
        deeper = isinstance(event, yaml.CollectionStartEvent)
        self._depth += deeper
        if self._depth > MAX_DEPTH:
            message = f"This is nested more than {MAX_DEPTH} levels deep."
            raise _RefusedError(message, event.start_mark)
        node = super().compose_node(parent, index)
        self._depth -= deeper
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """As PyYAML does, but names are plain and there once."""
        names: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _RefusedError("A field's name must be plain text.", key.start_mark)
            if key.value in names:
                raise _RefusedError(f"“{key.value}” is there twice. Keep one.", key.start_mark)
            names.add(key.value)
        return super().construct_mapping(node, deep)


def _unreadable(error: Exception, content: bytes, name: str) -> str:
    """The sentence for a text that is not such YAML."""
    match error:
        case UnicodeDecodeError():
            line = content[: error.start].count(b"\n") + 1
            return f"{_place(name, line)}: This is not UTF-8 text. Save the file as UTF-8."
        case ReaderError():
            line = content.decode("utf-8-sig")[: error.position].count("\n") + 1
            sign = f"U+{error.character:04X}"
            return f"{_place(name, line)}: The character {sign} is not allowed. Remove it."
        case yaml.MarkedYAMLError():
            mark = error.problem_mark or error.context_mark
            place = _place(name, mark.line + 1 if mark else None)
            problem = error.problem or "it cannot be read"
            if isinstance(error, _RefusedError):
                return f"{place}: {problem}"
            return f"{place}: This is not YAML: {problem}. {_ADVICE}"
        case _:
            # PyYAML takes an escape or a version with any number, and fails on large ones.
            return f"{name}: This is not YAML: a number in it is too large. {_ADVICE}"


def _without_empty(values: Any) -> Any:
    # ``reply:`` with nothing behind it means that there is none.
    if isinstance(values, dict):
        return {key: _without_empty(each) for key, each in values.items() if each != ""}
    return [_without_empty(each) for each in values] if isinstance(values, list) else values


def _wrong_fields(error: ValidationError, node: yaml.Node, name: str) -> str:
    """A line for each field that is wrong, up to a few."""
    problems = error.errors(include_url=False)
    paths = [problem["loc"] for problem in problems]
    lines = []
    for problem in problems:
        path = problem["loc"]
        # A list that holds something wrong is called empty too, as far as pydantic got.
        if not any(other[: len(path)] == path for other in paths if other != path):
            line, is_there = _found(node, path)
            empty = is_there and problem["type"] == "missing"
            what = _EMPTY if empty else _problem(problem)
            lines.append(f"{_place(name, line)}: {_field(path)}{what}.")
    more = len(lines) - _SHOWN_AT_ONCE
    rest = [f"... and {more} more."] if more > 0 else []
    return "\n".join(lines[:_SHOWN_AT_ONCE] + rest)


def _found(node: yaml.Node, path: _Keys) -> tuple[int, bool]:
    """The line of a field and True; where it is not there, that of what is around it and False."""
    line: int = node.start_mark.line + 1
    for part in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            key = value = node.value[part]
        else:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            key, value = next((pair for pair in pairs if pair[0].value == part), (None, None))
        if key is None:
            return line, False
        line, node = key.start_mark.line + 1, value
    return line, True


def _place(name: str, line: int | None) -> str:
    return f"{name}, line {line}" if line else name


def _field(path: _Keys) -> str:
    """``turn 1, fault 2, target``."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int):
            words[-1:] = [f"{words[-1].removesuffix('s') if words else 'entry'} {part + 1}"]
        else:
            words.append(str(part))
    return ", ".join(words)


def _problem(problem: Any) -> str:
    template = _PROBLEMS.get(problem["type"])
    if template is None:
        return f": {problem['msg'][:1].lower()}{problem['msg'][1:]}"
    is_language = problem["loc"][-1] == "language"
    advice = "write a tag such as en or es-MX" if is_language else "write vendor, or vendor:model"
    return template.format(**problem.get("ctx", {}), input=problem["input"], advice=advice)


def _entries(folder: Path, *, own: bool) -> Iterator[ShelfEntry]:
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _ENDINGS)
    except FileNotFoundError:
        return
    except OSError as error:
        yield ShelfEntry(folder.name, own, problem=f"{folder} cannot be read: {error.strerror}.")
        return
    for path in found[:_MOST_FILES]:
        yield _entry(path, own=own)


def _entry(path: Path, *, own: bool) -> ShelfEntry:
    try:
        with path.open("rb") as file:
            # One byte more than is allowed: enough to see that the file is too long.
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        problem = f"{path.name} cannot be read: {error.strerror}. Check its permissions."
        return ShelfEntry(path.name, own, problem=problem)
    return read_entry(content, path.name, own=own)
