"""Which values are secret, and how a text is shown without them. Pages and gateway share it.

A server may repeat a key whole, cut short, or as base64 or hex (it logs headers, say). So every run
of a key's characters that is long enough counts as the key, in each of these forms.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

ModelT = TypeVar("ModelT", bound=BaseModel)

CUT = "[key]"
"""What is shown in a key's place."""

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD")
_SHORTEST_SECRET = 4
_SHORTEST_KEY = 16
"""Vendors' keys have 30 characters and more. What is shorter may be a word ("ollama"): it is cut
out of errors, where it stands whole, and never out of an answer."""
_TELLING = 12
"""So many of a key's characters in a row are as little shown as the whole."""
_TELLING_END = 8
"""As ``_TELLING``, at the key's beginning or end, in an error: vendors show a key cut short."""
_RUN = re.compile(rf"[\x21-\x7e]{{{_TELLING},}}")
"""Where a piece of a key can be: few words are that long."""
_GRAM = 4
_STRIDE = _TELLING - _GRAM + 1
"""Of any ``_TELLING`` characters in a row, one gram begins at a multiple of this."""
_PUBLIC = re.compile(r"^(?:[A-Za-z0-9]{1,6}[-_]){1,3}")
"""The beginning that all keys of one vendor share: ``sk-ant-api03-``."""
_ADDRESS = re.compile(r"[/~.]|\w+://")
_BLANK = re.compile(r"\s")


def secrets_in(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values of an environment that must not be shown, by the names they have there."""
    named = {value.strip() for name, value in environment.items() if _SECRET_NAME.search(name)}
    found = (value for value in named if len(value) >= _SHORTEST_SECRET)
    return tuple(sorted(found, key=len, reverse=True))


def redacted(text: str, secrets: Iterable[str]) -> str:
    """An error's text with ``[key]`` for each secret, and for each piece that tells too much."""
    return Redactor(secrets).error(text)


class Redactor:
    """Knows some secrets in all their forms."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # Each answer has one, and few need more than this.
        self._given = tuple(secrets)

    @cached_property
    def _secrets(self) -> list[str]:
        return sorted(filter(None, set(self._given)), key=len, reverse=True)

    @cached_property
    def _keys(self) -> list[str]:
        return [each for each in self._secrets if _is_key(each)]

    @cached_property
    def _public(self) -> list[str]:
        return [key.removesuffix(_PUBLIC.sub("", key)) for key in self._keys]

    @cached_property
    def _forms(self) -> str:
        return "\n".join(form for key in self._keys for form in _forms(key))

    @cached_property
    def _grams(self) -> frozenset[str]:
        forms = self._forms
        return frozenset(forms[at : at + _GRAM] for at in range(len(forms) - _GRAM + 1))

    def error(self, text: str) -> str:
        """A message without the secrets: short ones too, and a key that is cut short."""
        for secret in self._secrets:
            text = text.replace(secret, CUT)
        text = self.words(text)
        for key, public in zip(self._keys, self._public, strict=True):
            text = _without_ends(text, key, len(public))
        return text

    def words(self, text: str) -> str:
        """Any text without the keys: an answer, a name. What is no key for sure stays."""
        return _without(text, self.pieces(text), 0, len(text))

    def value(self, value: Any) -> Any:
        """A JSON value with ``words`` for each of its texts, names of fields included."""
        if isinstance(value, str):
            return self.words(value)
        if isinstance(value, dict):
            return {self.value(name): self.value(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.value(item) for item in value)
        return value

    def model(self, model: ModelT) -> ModelT:
        """A model with ``words`` for each of its texts; the same object where nothing changes."""
        if not self._given:
            return model
        told = model.model_dump()
        shown = self.value(told)
        return model if shown == told else type(model).model_validate(shown)

    def pieces(self, text: str) -> list[tuple[int, int]]:
        """Where the text has a piece of a key: its beginnings and ends, in order."""
        if _RUN.search(text) is None or not self._keys:
            return []
        return [found for run in _RUN.finditer(text) for found in self._pieces(text, *run.span())]

    def _pieces(self, text: str, at: int, end: int) -> Iterator[tuple[int, int]]:
        grams = self._grams
        if not any(text[each : each + _GRAM] in grams for each in range(at, end, _STRIDE)):
            return
        while at <= end - _TELLING:
            reach = at + _TELLING
            if text[at:reach] not in self._forms:
                at += 1
                continue
            while reach < end and text[at : reach + 1] in self._forms:
                reach += 1
            if not any(text[at:reach] in public for public in self._public):
                yield at, reach
            at = reach


class RedactedStream:
    """A text that comes in pieces, without the keys, also where one is split over some of them.

    Only what is a key so far is held back. Of a key that comes in small pieces, its first
    characters have been shown by then, too few to tell anything.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._before = ""
        self._held = ""

    def feed(self, text: str) -> str:
        """What of the text so far may be shown now."""
        head, blank, tail = text.rpartition(" ")
        if len(self._before) + len(head or tail) < _TELLING > len(tail) and not self._held:
            # Most pieces: no run of characters is that long.
            self._before = tail if blank else self._before + tail
            return text
        seen = self._before + text
        if not self._held and _RUN.search(seen) is None:
            self._before = seen[1 - _TELLING :]
            return text
        return self._shown(text, is_end=False)

    def end(self) -> str:
        """What was held back."""
        return self._shown("", is_end=True) if self._held else ""

    def _shown(self, text: str, *, is_end: bool) -> str:
        seen = len(self._before)
        whole = self._before + self._held + text
        pieces = self._redactor.pieces(whole)
        is_open = not is_end and bool(pieces) and pieces[-1][1] == len(whole)
        shown = max(seen, pieces[-1][0]) if is_open else len(whole)
        self._before, self._held = whole[:shown][1 - _TELLING :], whole[shown:]
        return _without(whole, pieces, seen, shown)


def _without(text: str, pieces: Iterable[tuple[int, int]], at: int, end: int) -> str:
    """The text from ``at`` to ``end`` without these pieces."""
    if at == end:
        return ""
    parts: list[str] = []
    for begins, ends in pieces:
        if ends <= at or begins >= end:
            continue
        parts += [text[at:begins], CUT]
        at = ends
    return "".join([*parts, text[at:end]])


def _is_key(secret: str) -> bool:
    """Whether pieces of it tell something: a path or a sentence has none of its own."""
    return len(secret) >= _SHORTEST_KEY and not (_ADDRESS.match(secret) or _BLANK.search(secret))


def _forms(key: str) -> set[str]:
    """The key as it is, escaped for URLs and JSON, as base64 at each alignment, and as hex."""
    data = key.encode("utf-8", "replace")
    forms = {key, quote(key, safe=""), json.dumps(key)[1:-1], data.hex(), data.hex().upper()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + data).decode()
        # The outer characters hold bits of what stands beside the key.
        inner = encoded[-(-shift * 4 // 3) : (shift + len(data)) * 4 // 3]
        forms |= {inner, inner.replace("+", "-").replace("/", "_")}
    return forms


def _without_ends(text: str, key: str, public: int) -> str:
    """``text`` without the key's ends; its first ``public`` characters tell nothing."""
    begins, ends = max(_TELLING_END, public + 1), _TELLING_END
    if key[:begins] in text:
        for length in range(len(key), begins - 1, -1):
            text = text.replace(key[:length], CUT)
    if key[-ends:] in text:
        for length in range(len(key), ends - 1, -1):
            text = text.replace(key[-length:], CUT)
    return text
