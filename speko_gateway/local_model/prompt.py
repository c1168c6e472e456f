"""What the local model reads: always a system prompt, plain turns, and no more than fits.

Without a system prompt a model this small answers far worse, so there always is one: the caller's
own, or a short one made from the intent. Chat templates of other models know neither tools nor
two turns of one role in a row, so the turns are made plain before they get there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import langcodes

from speko_client.models import ChatMessage, RoutingIntent
from speko_gateway.conversation import LegalMessage, alternating, legal_messages
from speko_gateway.provider import ProviderRequest

DEFAULT_SYSTEM_PROMPT = "You are a helpful assistant."

_ROLES = {
    "healthcare": "the friendly receptionist of a medical practice",
    "finance": "a friendly adviser at a bank",
    "legal": "a friendly assistant at a law firm",
}

TOKENS_PER_TURN = 8
"""What a chat template adds around a turn, generously."""
BYTES_PER_TOKEN = 3.5
"""Somewhat fewer than in English; of Spanish and of code a token has about so many."""
LONGEST_LAST = 256
"""Tokens of a last message that are read in any case, for an answer needs the question."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """System prompt and plain turns, the user's first and last; ``left_out`` counts dropped ones.

    ``notes`` are plain sentences on what was changed.
    """

    system: str
    turns: tuple[LegalMessage, ...]
    left_out: int = 0
    notes: tuple[str, ...] = ()

    def messages(self) -> list[dict[str, str]]:
        """As the engine takes them."""
        spoken = [{"role": turn.role, "content": _sound(turn.text)} for turn in self.turns]
        return [{"role": "system", "content": _sound(self.system)}, *spoken]

    def most_tokens(self) -> int:
        """More tokens than this it cannot have: no tokenizer needs more than one per byte."""
        messages = self.messages()
        size = sum(len(message["content"].encode()) for message in messages)
        return size + TOKENS_PER_TURN * (len(messages) + 1)

    def shortened(self, tokens: int, limit: int) -> Prompt | None:
        """Without as many of the oldest turns as bring ``tokens`` near ``limit``, at least one.

        It begins with the user again. None when only the last turn is left.
        """
        size = sum(len(turn.text) for turn in self.turns) + 1
        excess = size * (tokens - limit) / tokens
        first, gone = 0, 0
        while first < len(self.turns) - 1 and (gone < excess or first == 0):
            gone += len(self.turns[first].text)
            first += 1
        while first < len(self.turns) - 1 and self.turns[first].role != "user":
            first += 1
        if first == 0 or self.turns[first].role != "user":
            return None
        return Prompt(self.system, self.turns[first:], self.left_out + first, self.notes)

    def all_notes(self) -> tuple[str, ...]:
        """The notes, and one on the messages left out."""
        if not self.left_out:
            return self.notes
        count = "oldest message was" if self.left_out == 1 else f"{self.left_out} oldest were"
        return (
            *self.notes,
            f"The conversation is longer than the model reads; its {count} left out.",
        )


def prompt_of(messages: Sequence[ChatMessage]) -> Prompt:
    """The prompt for these messages; system messages come first."""
    system = "\n\n".join(
        message.content
        for message in messages
        if message.role == "system" and message.content.strip()
    )
    others = (message for message in messages if message.role != "system")
    turns, notes = alternating([_plain(turn) for turn in legal_messages(others, str)])
    return Prompt(system or DEFAULT_SYSTEM_PROMPT, turns, notes=notes)


def with_system_prompt(request: ProviderRequest) -> list[ChatMessage]:
    """The request's messages with a system prompt among them: the caller's, or the intent's."""
    prompt = request.system_prompt
    own = any(each.role == "system" and each.content.strip() for each in request.messages)
    if not prompt and not own:
        prompt = system_prompt_for(request.intent)
    opening = [ChatMessage(role="system", content=prompt)] if prompt else []
    return [*opening, *request.messages]


def last_that_fit(messages: Sequence[ChatMessage], tokens: float) -> list[ChatMessage]:
    """The system messages, and the last turns that are about so many tokens to read.

    The last message is always among them. Beyond ``LONGEST_LAST`` tokens it keeps its beginning and
    its end. What is kept begins with the user.
    """
    others = [each for each in messages if each.role != "system"]
    kept, room = others[len(others) :], max(0.0, tokens)
    for place in range(len(others) - 1, -1, -1):
        room -= _about_tokens(others[place].content)
        complete = bool(kept) and kept[0].role == "user"
        if complete and room < 0:
            break
        if not complete or others[place].role == "user":
            kept = others[place:]
    if kept:
        kept[-1] = _without_middle(kept[-1])
    return [each for each in messages if each.role == "system"] + kept


def _without_middle(message: ChatMessage) -> ChatMessage:
    excess = _about_tokens(message.content) - LONGEST_LAST
    if excess <= 0:
        return message
    text = message.content
    most = int(len(text) * LONGEST_LAST / (LONGEST_LAST + excess))
    begins, ends = text[: most * 2 // 3], text[len(text) - most // 3 :]
    # Between words, where there is a gap near enough.
    begins = begins.rsplit(maxsplit=1)[0] if len(begins.split()) > 1 else begins
    ends = ends.split(maxsplit=1)[-1] if len(ends.split()) > 1 else ends
    return message.model_copy(update={"content": f"{begins} ... {ends}"})


def _about_tokens(text: str) -> float:
    """Rather too many: counting them takes as long as reading some."""
    return len(text.encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN + TOKENS_PER_TURN


def system_prompt_for(intent: RoutingIntent) -> str:
    """A short system prompt that names the intent's vertical and its language.

    Worded by trial: without "You speak English" the model slides into French over France.
    """
    speaks = f"You speak {language_name(intent)}."
    role = _ROLES.get(intent.vertical or "general")
    if role is None:
        return f"You are a helpful assistant. {speaks} Give short, correct answers."
    return f"You are {role}. {speaks} Give short, helpful answers and ask for what is missing."


def language_name(intent: RoutingIntent) -> str:
    """The intent's language in English, without its region."""
    return langcodes.Language.get(intent.language).language_name()


def _plain(turn: LegalMessage) -> LegalMessage:
    """The message in plain words: tool calls and results become text of assistant and user."""
    if turn.role == "tool":
        results = (
            f"{'Failure' if result.is_error else 'Result'} of {result.name}: {result.text}"
            for result in turn.results
        )
        return LegalMessage("user", "\n".join(results))
    calls = (f"(Called {call.name} with {call.args}.)" for call in turn.calls)
    return LegalMessage(turn.role, "\n".join(part for part in (turn.text, *calls) if part))


def _sound(text: str) -> str:
    """The text without lone surrogates and NULs, which the engine's JSON cannot carry."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
