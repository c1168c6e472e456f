"""Estimated token counts, for where no real count is known; always labelled as estimates."""

from __future__ import annotations

from collections.abc import Iterable

from speko_client.models import ChatMessage

CHARACTERS_PER_TOKEN = 4
"""The usual rule of thumb; about 19 % too low on mixed languages."""


def estimate_tokens(text: str) -> int:
    """About how many tokens this text has; 0 for none."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def prompt_text(messages: Iterable[ChatMessage], system_prompt: str | None) -> str:
    """All that a model reads, as one text to be counted."""
    parts = [system_prompt] if system_prompt else []
    return "\n".join([*parts, *(message.content for message in messages)])
