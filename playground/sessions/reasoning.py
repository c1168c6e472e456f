"""What a model thinks, told apart from what it says, where it sends both as one text. Pure.

A server that knows its model sends reasoning in a field of its own. One that does not passes the
model's tags on: ``<think>`` opens the text, or, where the prompt's template has opened it already,
only ``</think>`` comes. This is read where the whole text so far is at hand and drawn anew, for a
lone ``</think>`` makes reasoning of words that were shown as the answer; and it is read here and
not in the gateway, because any server that speaks ``/v1/complete`` may send it.

Tags in the middle of an answer are what the answer is about, and stay.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_OPENED = re.compile(r"\s*<(think|thinking)>")
_TAG = re.compile(r"<(/?)(?:think|thinking)>")
_OPENING: Final = ("<think>", "<thinking>")


class Parted(NamedTuple):
    """The two texts."""

    reasoning: str
    text: str


def parted(said: str, *, whole: bool = False) -> Parted:
    """What was said, parted; unless it is the ``whole``, half a tag at its end is held back."""
    thoughts: list[str] = []
    while (opened := _OPENED.match(said)) is not None:
        closing = f"</{opened[1]}>"
        thought, closed, said = said[opened.end() :].partition(closing)
        thoughts.append((thought if closed or whole else _without_half(thought, closing)).strip())
        if closed:
            said = said.lstrip()
    if not thoughts and (lone := _lone_closing(said, whole=whole)) is not None:
        thoughts.append(said[: lone.start()].strip())
        said = said[lone.end() :].lstrip()
    if not whole and any(each.startswith(said.lstrip()) for each in _OPENING):
        said = ""
    return Parted("\n\n".join(filter(None, thoughts)), said)


def _lone_closing(said: str, *, whole: bool) -> re.Match[str] | None:
    """A closing tag that ends or begins a line, with no tag before it, and outside of code."""
    tag = _TAG.search(said)
    if tag is None or not tag[1]:
        return None
    before, after = said[: tag.start()], said[tag.end() :]
    is_code = before.count("```") % 2 == 1 or before.endswith("`")
    ends_line = after.startswith(("\n", "\r")) or (whole and not after)
    return tag if not is_code and (ends_line or before.endswith("\n")) else None


def _without_half(thought: str, closing: str) -> str:
    for length in range(len(closing) - 1, 0, -1):
        if thought.endswith(closing[:length]):
            return thought[:-length]
    return thought
