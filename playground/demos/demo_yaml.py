"""YAML as a demo script may have it: plain, small, and with the line of every field. Pure.

Every value is read as the text that stands there (``no`` is Norwegian and no falsehood), tags make
nothing, and what makes YAML dangerous or surprising is refused before anything is built: aliases,
deep nesting, the same key twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import yaml
from yaml.reader import ReaderError

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 10

_NO_ALIASES: Final = (
    "Anchors and aliases (& and *) are not taken. Write it out, or put a text that begins so in "
    "quotes."
)
_ADVICE: Final = (
    "Check the indentation, and put a text in quotes where it holds a colon or a #, or begins with "
    "a sign such as { [ @ % or *."
)

Path = tuple[str | int, ...]


class YamlError(ValueError):
    """The text is not such YAML; ``line`` counts from 1, None where it is the whole text."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """The values, and the line of each by its path (``("turns", 2, "message")``)."""

    values: Any
    lines: dict[Path, int]

    def line_of(self, path: Path) -> int | None:
        """The line of a field, or of the nearest thing around it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_yaml(content: bytes) -> Document:
    """The one document in ``content``. Raises YamlError."""
    if len(content) > MAX_BYTES:
        raise YamlError(f"The file is too long: {MAX_BYTES:,} bytes is the most.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise YamlError("This is not UTF-8 text. Save the file as UTF-8.", line) from None
    try:
        _check_events(text)
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        raise _told(error) from None
    except ReaderError as error:
        line = text[: error.position].count("\n") + 1
        sign = f"U+{error.character:04X}"
        raise YamlError(f"The character {sign} is not taken. Remove it.", line) from None
    lines: dict[Path, int] = {}
    return Document(None if node is None else _value(node, (), lines), lines)


def _check_events(text: str) -> None:
    # Events come one by one, before anything is built of them: a bomb is met at its first level.
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlError(_NO_ALIASES, line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise YamlError(f"This is nested more than {MAX_DEPTH} levels deep.", line)


def _value(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, (*path, place), lines) for place, each in enumerate(node.value)]
    return node.value


def _mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise YamlError("A field's name must be plain text.", line)
        if key.value in found:
            raise YamlError(f"“{key.value}” is there twice. Keep one.", line)
        found[key.value] = _value(value, (*path, key.value), lines)
        lines[(*path, key.value)] = line
    return found


def _told(error: yaml.MarkedYAMLError) -> YamlError:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or "it cannot be read"
    return YamlError(f"This is not YAML: {problem}. {_ADVICE}", mark.line + 1 if mark else None)
