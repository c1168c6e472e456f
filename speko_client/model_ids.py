"""Models' ids as servers list them: which can be asked to chat, and how one reads."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NO_CHAT = re.compile(r"embed|rerank|whisper|tts|moderation|dall-e|image", re.IGNORECASE)
_NO_TEXT = re.compile(
    r"audio|realtime|transcri|diarize|imagen|imagine|speech|davinci|babbage|-live\b|guard"
    r"|\b(?:asr|aqa|flux|lyria|ocr|sora|veo)\b",
    re.IGNORECASE,
)
"""Further names on the lists of large vendors: of what hears, speaks, paints, or only completes."""
_PATH = re.compile(r"(?:[a-z]:|~|\.{0,2})[/\\]|.*[/\\].*\.(?:gguf|ggml|safetensors|bin)$", re.I)


def usable_models(listed: Iterable[str]) -> list[str]:
    """A server's own list without entries that are no model's id."""
    return [model for model in listed if model.strip() and model.isprintable()]


def chat_models(listed: Iterable[str]) -> list[str]:
    """Those that chat, as far as names say; all where no name says so."""
    usable = usable_models(listed)
    return [model for model in usable if not _NO_CHAT.search(model)] or usable


def talking_models(listed: Iterable[str]) -> list[str]:
    """Those of a large vendor's list that chat in text, as far as names say; none if none does."""
    return [
        model
        for model in usable_models(listed)
        if not _NO_CHAT.search(model) and not _NO_TEXT.search(model)
    ]


def model_name(model: str) -> str:
    """A model for reading: of an id that is a file's path, the file's name."""
    if not _PATH.match(model):
        return model
    return re.split(r"[/\\]", model.rstrip("/\\"))[-1] or model
