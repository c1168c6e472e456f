"""A session as Markdown: messages as they were typed, answers as they are, settings and receipts.

Each message and answer is fenced in or quoted, so that nothing in it can pass for a part of the
file. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from playground.analytics.counted import shown_turns
from playground.exports.branches import left_out, title_of, who
from playground.look import palette
from playground.look.words import milliseconds
from playground.receipts.receipt import Pooled, Receipt, receipt
from playground.sessions import turn_words
from playground.sessions.turns import Conversation, Turn

_TICKS = re.compile(r"`+")
_MARKUP = re.compile(r"[\\`*_\[\]<>~|&#]|^[-+=]|(?<=^\d)[.)](?= |$)")


def session_markdown(conversation: Conversation) -> bytes:
    """The branch that is shown, or all seats' answers of a comparison."""
    turns = shown_turns(conversation)
    parts = [f"# {_plain(title_of(conversation))}", _about(conversation)]
    for place, (_, same) in enumerate(groupby(turns, _message_of), start=1):
        parts += _message(place, list(same))
    return ("\n\n".join(filter(None, parts)) + "\n").encode("utf-8", "replace")


def _message_of(turn: Turn) -> str:
    return turn.message_id or turn.id


def _about(conversation: Conversation) -> str:
    when = f"{conversation.created_at:%Y-%m-%d %H:%M} UTC"
    return f"A session of Speko Playground, begun {when}. {left_out(conversation)}".strip()


def _message(place: int, turns: list[Turn]) -> Iterator[str]:
    yield f"## {place}. Message"
    yield _fenced(turns[0].message)
    for turn in turns:
        yield from _answer(turn)


def _answer(turn: Turn) -> Iterator[str]:
    yield f"### {_plain(_heading(turn))}"
    if turn.answer.reasoning:
        yield f"{_plain(turn_words.reasoned(turn.answer) or 'Thought')}:"
        yield _fenced(turn.answer.reasoning)
    if turn.answer.text:
        yield _quoted(turn.answer.text)
    if turn.answer.cut:
        yield _plain(turn.answer.cut)
    if turn.error is not None:
        yield _plain(f"Failed: {turn.error.message} {turn.error.advice}".strip())
    elif note := turn_words.status_note(turn):
        yield _plain(note)
    if turn.origin is None:
        yield _receipt(turn)


def _heading(turn: Turn) -> str:
    labels = [turn_words.source(turn.answer), "drill" if turn.drilled else None]
    named = ", ".join(filter(None, labels))
    return f"{who(turn)}{f' ({named})' if named else ''}"


def _receipt(turn: Turn) -> str:
    found = receipt(turn)
    lines = [f"**Receipt.** {_plain(found.head)}", *_steps(found), *_facts(turn, found)]
    return "\n".join([lines[0], "", *(f"- {line}" for line in lines[1:])])


def _steps(found: Receipt) -> Iterator[str]:
    if found.why:
        yield _plain(found.why)
    for step in found.steps:
        drill = ", drill" if step.drill and "drill" not in step.words else ""
        took = milliseconds(step.duration_ms)
        yield _plain(f"Attempt: {step.candidate.name} {step.words}, {took}{drill}")
    if found.pool:
        yield _plain(f"Pool: {', '.join(map(pooled, found.pool))}")


def pooled(each: Pooled) -> str:
    """A candidate of the pool: its place, name and score."""
    score = "" if each.score is None else f" {each.score:.2f}"
    return f"{each.place} {palette.label(*each.candidate)}{score}"


def _facts(turn: Turn, found: Receipt) -> Iterator[str]:
    for name, value in (*found.facts, *own_settings(turn)):
        yield f"{name}: {_plain(value)}"
    for note in turn.answer.notes:
        yield _plain(note)


def own_settings(turn: Turn) -> Iterator[tuple[str, str]]:
    """The settings that a receipt's facts do not have: names and values."""
    settings = turn.settings
    if settings.temperature is not None:
        yield "Temperature", f"{settings.temperature:g}"
    if settings.max_tokens is not None:
        yield "Max tokens", f"{settings.max_tokens:,}"
    if settings.system_prompt:
        yield "System prompt", settings.system_prompt


def _plain(text: str) -> str:
    """A text within a line, as it is: it starts no heading, list, link or emphasis."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}", " ".join(text.split()))


def _fenced(text: str) -> str:
    """The text as it is, in a fence longer than any in it."""
    longest = max((len(ticks) for ticks in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _quoted(text: str) -> str:
    # Every line is marked: what is left open in an answer ends with it.
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
