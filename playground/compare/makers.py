"""Whether an answer gives away who made it. Pure.

A vendor's own name, or its model's, anywhere in the answer does, unless the person wrote it first.
Another maker's does where the answer introduces itself by it: models are known to be wrong.
"""

from __future__ import annotations

import re
from typing import Final

from playground.look import palette
from playground.sessions.turns import Turn

_FAMILIES: Final = ("GPT", "ChatGPT", "Claude", "Gemini", "Gemma", "Grok", "Llama", "Mixtral")
_FAMILIES_TOO: Final = ("Qwen", "Kimi", "Phi", "Command R", "Nova", "SmolLM", "Meta", "Alibaba")
_VENDORS: Final = ("OpenAI", "Anthropic", "Google", "xAI", "Mistral", "DeepSeek", "Groq", "Cohere")
_MAKERS: Final = (*_VENDORS, *_FAMILIES, *_FAMILIES_TOO)
_EVERYDAY: Final = {"local", "custom", "nova", "meta", "phi", "command", "together", "model"}
"""Names that are words as well: alone they say nothing."""

_INTRODUCES: Final = (
    r"\b(?:I am|I['’]m|my name is|call me|(?:made|created|developed|trained|built|powered) by"
    r"|soy|me llamo|mi nombre es|(?:creado|creada|desarrollado|entrenado) por"
    r"|je suis|ich bin)\b[^.!?\n]{0,40}?"
)
_INTRODUCTION: Final = re.compile(
    rf"{_INTRODUCES}(?<![\w-])(?:{'|'.join(map(re.escape, _MAKERS))})", re.IGNORECASE
)
_FIRST_WORD: Final = re.compile(r"[A-Za-z]+")


def names_its_maker(turn: Turn) -> bool:
    """Whether the turn's answer says whose it is."""
    text, message = turn.answer.text, turn.message
    own = (name for name in _own_names(turn) if not _says(message, name))
    if any(_says(text, name) for name in own):
        return True
    found = _INTRODUCTION.search(text)
    return found is not None and found[0].casefold() not in message.casefold()


def _own_names(turn: Turn) -> list[str]:
    provider, model = turn.answer.provider or "", turn.answer.model or ""
    family = _FIRST_WORD.search(model.rpartition("/")[2])
    names = [palette.display_name(provider).removesuffix(" AI"), family[0] if family else "", model]
    return [name for name in names if len(name) > 2 and name.casefold() not in _EVERYDAY]


def _says(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None
