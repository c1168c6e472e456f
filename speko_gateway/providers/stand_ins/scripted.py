"""Scripted words for the demo fleet, where the local model's file is absent.

The scripts are data (``data/scripts.json``): per language and vertical, topics with key words and
replies. The latest user message that names a topic sets it; day, time, doctor and amount are
found in all that the user said, and a reply is chosen that needs only what is known.
The same conversation with the same model gets the same reply.
"""

from __future__ import annotations

import functools
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from speko_client.models import ChatMessage, RoutingIntent, Vertical
from speko_gateway.provider import Finish, ProviderRequest, TextDelta, estimate_tokens
from speko_gateway.routing.scores import DATA_FOLDER

SCRIPTED = "scripted"

_SCRIPTS = DATA_FOLDER / "scripts.json"
_PIECES = re.compile(r"\S+\s*")
_QUOTE_LENGTH = 80

Count = Callable[[str], Awaitable[int | None]]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reply(_Model):
    """Variants of one reply, and the slots that have to be known to give it."""

    needs: tuple[str, ...] = ()
    say: tuple[str, ...]


class Topic(_Model):
    """Key words (a regular expression) and the replies, the most demanding first."""

    when: str
    replies: tuple[Reply, ...]


class Script(_Model):
    """One language: how to find each slot, the topics per vertical, and the last resort."""

    slots: Mapping[str, str]
    topics: Mapping[Vertical, tuple[Topic, ...]]
    otherwise: Mapping[Vertical, tuple[str, ...]]


class Scripts(BaseModel):
    """The whole file: scripts by language."""

    languages: Mapping[str, Script]


@dataclass(frozen=True, slots=True)
class Scripted:
    """A reply, and what there is to say about it."""

    text: str
    notes: tuple[str, ...]


@functools.cache
def _scripts(path: Path = _SCRIPTS) -> Scripts:
    return Scripts.model_validate_json(path.read_bytes())


def scripted_reply(messages: Sequence[ChatMessage], intent: RoutingIntent, seed: int) -> Scripted:
    """What a script says next in this conversation; ``seed`` picks among equal variants."""
    languages = _scripts().languages
    language = intent.language.split("-")[0]
    script = languages.get(language) or languages["en"]
    said = [message.content for message in messages if message.role == "user"]
    text = _reply(script, intent.vertical or "general", said, seed)
    if language in languages:
        return Scripted(text, ())
    excuse = f"There is no script in this language ({language}), so this is in English."
    return Scripted(f"({excuse}) {text}", (excuse,))


def _reply(script: Script, vertical: Vertical, said: Sequence[str], seed: int) -> str:
    slots = _slots(script, said)
    topic = _topic(script, vertical, said)
    known = set(slots)
    for reply in topic.replies if topic else ():
        if known.issuperset(reply.needs):
            return _pick(reply.say, seed).format_map(slots)
    return _pick(script.otherwise[vertical], seed).format_map(slots)


def _topic(script: Script, vertical: Vertical, said: Sequence[str]) -> Topic | None:
    topics = [*script.topics[vertical], *script.topics["general"]]
    for text in reversed(said):
        for topic in topics:
            if re.search(topic.when, text, re.IGNORECASE):
                return topic
    return None


def _slots(script: Script, said: Sequence[str]) -> dict[str, str]:
    """What the user has said; a later word replaces an earlier. ``quote`` is always known."""
    slots = {"quote": _quote(said[-1] if said else "")}
    for text in said:
        for name, pattern in script.slots.items():
            if (found := re.search(pattern, text)) is not None:
                slots[name] = found[0]
    return slots


def _quote(text: str) -> str:
    """The user's words on one line, cut to a length that can be repeated."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTE_LENGTH else f"{line[:_QUOTE_LENGTH].rstrip()}..."


def _pick(variants: Sequence[str], seed: int) -> str:
    return variants[seed % len(variants)]


def scripted_words(
    request: ProviderRequest, seed: int, count: Count
) -> AsyncGenerator[TextDelta | Finish]:
    """The script's reply to this conversation, word by word."""
    return reply_words(scripted_reply(request.messages, request.intent, seed), request, count)


async def reply_words(
    reply: Scripted, request: ProviderRequest, count: Count
) -> AsyncGenerator[TextDelta | Finish]:
    """The reply word by word. ``count`` counts tokens where it can; else they are estimated.

    It may have to load a model for that, so words that nothing cuts do not wait for it.
    """
    pieces = _PIECES.findall(reply.text)
    kept = await _within(pieces, request.max_tokens, count) if request.max_tokens else pieces
    for piece in kept:
        yield TextDelta(piece)
    tokens, estimated = await _count("".join(kept), count)
    read = filter(None, [request.system_prompt, *(each.content for each in request.messages)])
    prompt, prompt_estimated = await _count("\n".join(read), count)
    yield Finish(
        prompt_tokens=prompt,
        completion_tokens=tokens,
        estimated=estimated or prompt_estimated,
        finish_reason="stop" if len(kept) == len(pieces) else "length",
        words=SCRIPTED,
        notes=(*reply.notes, *_without_effect(request)),
    )


async def _within(pieces: Sequence[str], max_tokens: int, count: Count) -> Sequence[str]:
    """As many pieces as fit, at least one."""
    kept = pieces[:max_tokens]
    while len(kept) > 1 and (await _count("".join(kept), count))[0] > max_tokens:
        kept = kept[:-1]
    return kept


async def _count(text: str, count: Count) -> tuple[int, bool]:
    counted = await count(text)
    return (estimate_tokens(len(text)), True) if counted is None else (counted, False)


def _without_effect(request: ProviderRequest) -> tuple[str, ...]:
    """What was asked for and has no effect on a script."""
    asked = {
        "system prompt": request.system_prompt is not None,
        "temperature": request.temperature is not None,
        "tools": bool(request.tools),
    }
    return tuple(f"Scripted words: the {name} had no effect." for name, was in asked.items() if was)
