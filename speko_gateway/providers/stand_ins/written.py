"""Written answers: what each vendor of the demo fleet says to the starters and their follow-ups.

The texts are data, one Markdown file per starter and language (``data/written/``). A first-level
heading is a message: the starter, then its follow-ups. Below it each second-level heading is a
vendor, with its answer. A follow-up counts only in its starter's thread.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

from speko_client.models import ChatMessage
from speko_gateway.provider import ProviderRequest
from speko_gateway.routing.scores import DATA_FOLDER

WRITTEN = DATA_FOLDER / "written"

_LONGEST = 200
"""Characters; no message of these files is longer, and a long one is not looked at."""

Answers = Mapping[str, str]
"""Vendor to answer."""

Thread = Mapping[str, Answers]
"""A starter and its follow-ups, as ``compared``, with their answers."""


def written_answers(request: ProviderRequest) -> Answers | None:
    """What each vendor says to this request; None where the model has to speak.

    A system prompt or a temperature of the caller's own is for the model: a text that is written
    already could not obey it.
    """
    messages = request.messages
    instructed = bool((request.system_prompt or "").strip()) or any(
        each.role == "system" and each.content.strip() for each in messages
    )
    if instructed or request.temperature is not None or messages[-1].role != "user":
        return None
    return _in_thread([each for each in messages if each.role == "user"])


def answer_of(vendor: str, answers: Answers) -> str:
    """The vendor's own answer; one without a text of its own always has the same vendor's."""
    own = answers.get(vendor)
    return own or [*answers.values()][crc32(vendor.encode("utf-8", "replace")) % len(answers)]


def compared(text: str) -> str:
    """A message without what makes no difference: case, accents, spaces, punctuation around it."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(each for each in letters if not unicodedata.combining(each))
    return re.sub(r"^[\W_]+|[\W_]+$", "", " ".join(plain.split()))


@functools.cache
def threads() -> Mapping[str, Thread]:
    """All threads, by their starter, as ``compared``."""
    read = [_thread(path.read_text("utf-8")) for path in sorted(WRITTEN.glob("*/*.md"))]
    return {next(iter(thread)): thread for thread in read}


def _in_thread(said: Sequence[ChatMessage]) -> Answers | None:
    """The answers to the last message, where all since a starter are that starter's thread."""
    later: list[str] = []
    for message in reversed(said):
        text = compared(message.content) if len(message.content) <= _LONGEST else ""
        later.append(text)
        if (thread := threads().get(text)) is not None:
            return thread[later[0]] if thread.keys() >= set(later) else None
        if text not in _follow_ups():
            return None
    return None


@functools.cache
def _follow_ups() -> frozenset[str]:
    return frozenset(text for thread in threads().values() for text in thread)


def _thread(markdown: str) -> Thread:
    return {
        compared(message): {vendor: answer.strip() for vendor, answer in _sections("##", below)}
        for message, below in _sections("#", markdown)
    }


def _sections(mark: str, markdown: str) -> Iterator[tuple[str, str]]:
    """Each heading of this level, and what stands below it."""
    _, *parts = re.split(rf"^{mark} (.+)$", markdown, flags=re.MULTILINE)
    yield from zip(parts[::2], parts[1::2], strict=True)
