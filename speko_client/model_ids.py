"""Models' ids as servers list them: which can be asked to chat, and how one reads."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NO_CHAT = re.compile(r"embed|rerank|whisper|tts|moderation|dall-e|image", re.IGNORECASE)
_PATH = re.compile(r"(?:[a-z]:|~|\.{0,2})[/\\]|.*[/\\].*\.(?:gguf|ggml|safetensors|bin)$", re.I)


def usable_models(listed: Iterable[str]) -> list[str]:
    """A server's own list without entries that are no model's id."""
    return [model for model in listed if model.strip() and model.isprintable()]


def chat_models(listed: Iterable[str]) -> list[str]:
    """Those that chat, as far as names say; all where no name says so."""
    usable = usable_models(listed)
    return [model for model in usable if not _NO_CHAT.search(model)] or usable


def model_name(model: str) -> str:
    """A model for reading: of an id that is a file's path, the file's name."""
    if not _PATH.match(model):
        return model
    return re.split(r"[/\\]", model.rstrip("/\\"))[-1] or model
