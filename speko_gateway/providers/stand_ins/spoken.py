"""The local model's words for a simulated vendor: bounded, guarded, and in time or not at all.

The vendor has a pace, and this machine may be slower. So the model reads only the last turns that
it can read within the vendor's time to first token, and what it says is checked for repetition.
Where it fails, says nothing, says an earlier answer again or is absurdly late, a script speaks: it
is this machine that fails then, never the vendor.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

from speko_client.models import ChatMessage
from speko_gateway.local_model.prompt import last_that_fit, with_system_prompt
from speko_gateway.local_model.repeats import RepeatedError, earlier_answers, fresh
from speko_gateway.provider import Finish, ProviderError, ProviderRequest, TextDelta, without_words
from speko_gateway.providers.stand_ins.scripted import scripted_words

MOST_LATE = 20.0
"""Seconds behind the vendor's own time that the model may be before a script takes its place."""

Words = AsyncGenerator[TextDelta | Finish]


class Engine(Protocol):
    """What the demo fleet needs from the local model."""

    @property
    def model_name(self) -> str:
        """The model's display name."""
        ...

    @property
    def prompt_speed(self) -> float:
        """Tokens of a prompt that it reads in a second on this machine."""
        ...

    def present(self) -> bool:
        """Whether its file is there."""
        ...

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        temperature: float | None,
        max_tokens: int | None,
        seed: int | None,
    ) -> Words:
        """The model's answer; system messages are part of the conversation."""
        ...

    async def count_tokens(self, text: str) -> int | None:
        """By the model's own tokenizer; None where its file is absent."""
        ...


@dataclass(frozen=True, slots=True)
class Speech:
    """One request that the model is to answer in a vendor's place.

    ``ttft`` is the vendor's time to first token, ``until`` the loop's time from which on nobody
    waits for the model any more; both in seconds.
    """

    engine: Engine
    request: ProviderRequest
    seed: int
    ttft: float
    until: float

    async def words(self) -> Words:
        """The model's words, labelled as its own; else scripted ones, with a note that says why."""
        said = False
        try:
            async with aclosing(self._guarded()) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        said = said or bool(event.text.strip())
                        yield event
                    elif said:
                        yield self._labelled(event)
                        return
                    else:
                        raise without_words(event)
        except (ProviderError, RepeatedError, TimeoutError) as error:
            why = _why(error)
        if said:
            yield self._labelled(Finish(), why)
            return
        note = f"The words are scripted: the local model {why}."
        async for event in scripted_words(self.request, self.seed, self.engine.count_tokens):
            yield replace(event, notes=(*event.notes, note)) if isinstance(event, Finish) else event

    async def _guarded(self) -> Words:
        """As the model says it. Where that is an earlier answer again, it is asked once more, with
        another seed and without what was said before."""
        messages = with_system_prompt(self.request)
        earlier = earlier_answers(messages)
        again = RepeatedError()
        for room, seed in ((self.engine.prompt_speed * self.ttft, self.seed), (0, self.seed + 1)):
            try:
                async with aclosing(
                    fresh(self._generated(messages, room, seed), earlier)
                ) as events:
                    async for event in events:
                        yield event
                return
            except RepeatedError as error:
                again = error
        raise again

    async def _generated(self, messages: Sequence[ChatMessage], room: float, seed: int) -> Words:
        """What it says to the last turns that are ``room`` tokens; TimeoutError after ``until``."""
        read = last_that_fit(messages, room)
        stream = self.engine.stream(
            read,
            temperature=self.request.temperature,
            max_tokens=self.request.max_tokens,
            seed=seed,
        )
        async with aclosing(stream) as events:
            while True:
                async with asyncio.timeout_at(self.until):
                    event = await anext(events)
                if isinstance(event, Finish):
                    yield await self._as_if_read(event, messages, read)
                    return
                yield event

    async def _as_if_read(
        self, finish: Finish, messages: Sequence[ChatMessage], read: Sequence[ChatMessage]
    ) -> Finish:
        """A vendor reads everything, and its price is for that."""
        unread = (*_unread(messages, read),)
        if not unread:
            return finish
        everything = "\n".join(each.content for each in messages)
        tokens = await self.engine.count_tokens(everything)
        return replace(finish, prompt_tokens=tokens, notes=(*finish.notes, *unread))

    def _labelled(self, finish: Finish, why: str | None = None) -> Finish:
        """The end of what the model said; ``why`` it is one too early."""
        ended = () if why is None else (f"The answer ends here: the local model {why}.",)
        tools = ("The demo fleet calls no tools.",) if self.request.tools else ()
        return replace(finish, words=self.engine.model_name, notes=(*finish.notes, *ended, *tools))


def _unread(messages: Sequence[ChatMessage], read: Sequence[ChatMessage]) -> Iterator[str]:
    """What the model did not read, in plain sentences."""
    if left_out := len(messages) - len(read):
        spoken = sum(each.role != "system" for each in messages)
        kept = spoken - left_out
        which = "last message alone" if kept == 1 else f"last {kept} of {spoken} messages"
        yield (
            f"The words were made from the {which}: this machine reads no more in the vendor's "
            "time."
        )
    if read[-1].content != messages[-1].content:
        yield "The last message is long; the words were made from its beginning and its end."


def _why(error: Exception) -> str:
    """Completes "the local model"."""
    match error:
        case ProviderError():
            return error.message
        case TimeoutError():
            return f"was more than {MOST_LATE:.0f} s late"
        case _:
            return "only repeated an earlier answer"
