"""Against repetition: a model this small copies its earlier answers, and goes round in circles.

Text is held back only while it may be a repetition. A fresh answer differs from the earlier ones
within a word or two, and is passed on as it comes.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from speko_client.models import ChatMessage
from speko_gateway.provider import Finish, TextDelta

SAME = 60
"""An answer that begins with so many characters of an earlier one is that answer again. What has
been said once in the same answer, so many characters of it, is not said twice."""
SUSPICIOUS = 20
"""From so many repeated characters on, words are held back until it shows which it is."""

WENT_ROUND = "The local model began to repeat itself, so its answer ends there."


class RepeatedError(Exception):
    """The answer is an earlier one again; nothing of it has been passed on."""


def earlier_answers(messages: Sequence[ChatMessage]) -> list[str]:
    """The answers that this conversation has had, without those to the same question as now.

    Whoever asks the same again may well get the same again.
    """
    asked = next((each.content for each in reversed(messages) if each.role == "user"), "")
    answers, question = [], ""
    for message in messages:
        if message.role == "user":
            question = message.content
        elif message.role == "assistant" and _plain(question) != _plain(asked):
            answers.append(_plain(message.content))
    return [each for each in answers if each]


async def fresh(
    events: AsyncGenerator[TextDelta | Finish], earlier: Sequence[str]
) -> AsyncGenerator[TextDelta | Finish]:
    """The answer, unless it is an ``earlier`` one again (RepeatedError), up to where it repeats
    itself."""
    text = ""
    held: list[TextDelta] = []
    like = list(earlier)  # those that begin as this one does, so far
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finish):
                # Short ones may be said twice: "You're welcome."
                if like and len(_plain(text)) >= SUSPICIOUS and _plain(text) in like:
                    raise RepeatedError
                for each in held:
                    yield each
                yield event
                return
            text += event.text
            held.append(event)
            like = _begun_alike(text, like)
            if like:
                if len(_plain(text)) >= SAME:
                    raise RepeatedError
            elif goes_round(text, SAME):
                yield TextDelta("…")
                yield Finish(notes=(WENT_ROUND,))
                return
            elif not goes_round(text, SUSPICIOUS):
                for each in held:
                    yield each
                held.clear()


def goes_round(text: str, length: int) -> bool:
    """Whether the last ``length`` characters have been said before, in the same text."""
    return text[-length:] in text[:-length] if len(text) >= 2 * length else False


def _begun_alike(text: str, answers: Sequence[str]) -> list[str]:
    """Those answers that begin with this text; once there is none, nothing is compared any more."""
    begun = _plain(text) if answers else ""
    return [each for each in answers if each.startswith(begun)]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
