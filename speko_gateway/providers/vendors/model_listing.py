"""A vendor's own list of models, whatever it answers with: ids, or what it said instead."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from speko_client.wire.error_forms import error_in
from speko_gateway.provider import ProviderError
from speko_gateway.providers.failures import quoted, reported, unreadable
from speko_gateway.providers.vendors.dialect import Dialect

MOST_ENTRIES = 20_000
"""Of one list; the rest is not read."""
_AT_ONCE = 1024 * 1024
"""Characters that are parsed without a pause; nobody else is served meanwhile."""
_ENTRIES_AT_ONCE = 2000
_NAMES: Final = ("data", "models")
_NO_LIST = "answered with something that is no list of models"


async def read_model_list(text: str, dialect: Dialect, secret: str | None) -> list[str]:
    """The ids, sorted, each once. ProviderError where this is no list, with what it says."""
    text = text.removeprefix("\ufeff").strip()
    if text.startswith("<"):
        raise unreadable("answered with a web page; its base URL is probably wrong")
    found = await _entries(text) if len(text) > _AT_ONCE else _parsed(text)
    entries = _listed(found)
    if entries and (ids := dialect.model_ids(entries)):
        return ids
    if (error := error_in(found)) is not None:
        raise reported(error, secret)
    if entries is None:
        raise unreadable(f"{_NO_LIST}: {quoted(text, secret)}" if text else _NO_LIST)
    if entries and not any(map(_is_named, entries)):
        raise unreadable("lists models without an id")
    return []


def _listed(found: Any) -> list[Any] | None:
    """The entries, wherever they stand; None where there is no list."""
    if isinstance(found, list):
        return found
    if not isinstance(found, dict):
        return None
    lists = [found[name] for name in _NAMES if isinstance(found.get(name), list)]
    if found.get("object") == "list" and found.get("data", "") is None:
        # Ollama has no model yet where it says this.
        lists.append([])
    return next((each for each in lists if each), lists[0] if lists else None)


def _is_named(entry: Any) -> bool:
    return isinstance(entry, str) or (isinstance(entry, dict) and bool(entry.get("name")))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _no_json() from None


async def _entries(text: str) -> list[Any]:
    """The entries of the first list in a long text, with pauses for others."""
    entries: list[Any] = []
    if not (position := text.find("[") + 1):
        raise _no_json()
    ended = False
    while not ended and len(entries) < MOST_ENTRIES:
        used, ended = _take(text[position : position + _AT_ONCE], entries)
        if not ended and not used:
            raise _no_json()
        position += used
        await asyncio.sleep(0)
    return entries


def _take(window: str, entries: list[Any]) -> tuple[int, bool]:
    """Add the whole entries of ``window``: how far they reach, and whether the list ends there."""
    decoder, position = json.JSONDecoder(), 0
    for _ in range(_ENTRIES_AT_ONCE):
        while window[position : position + 1] in (" ", "\n", "\r", "\t", ","):
            position += 1
        if window[position : position + 1] == "]":
            return position, True
        try:
            entry, position = decoder.raw_decode(window, position)
        except (ValueError, RecursionError):
            break
        entries.append(entry)
    return position, False


def _no_json() -> ProviderError:
    return unreadable("answered with something that is no JSON")
