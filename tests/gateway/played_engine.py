"""A local model that says what it is told to, at the time it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from speko_client.models import ChatMessage
from speko_gateway.provider import Finish, TextDelta
from tests.gateway.fleet_doubles import Wait

Says = Sequence[TextDelta | Finish | Exception | Wait]

GOOD = (TextDelta("Hello "), TextDelta("there"), Finish(prompt_tokens=9, completion_tokens=2))


@dataclass
class PlayedEngine:
    """An engine that says what it is told to and remembers how it was asked.

    ``then`` is what it says from the second time on.
    """

    says: Says = ()
    then: Says | None = None
    here: bool = True
    prompt_speed: float = 1000.0
    model_name: str = "Tiny"
    asked: list[dict[str, object]] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def present(self) -> bool:
        return self.here

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        temperature: float | None,
        max_tokens: int | None,
        seed: int | None,
    ) -> AsyncGenerator[TextDelta | Finish]:
        self.asked.append(
            {"messages": list(messages), "t": temperature, "max": max_tokens, "seed": seed}
        )
        self.began.set()
        says = self.says if self.then is None or len(self.asked) == 1 else self.then
        try:
            for event in says:
                if isinstance(event, Exception):
                    raise event
                if isinstance(event, Wait):
                    await asyncio.sleep(event)
                else:
                    yield event
            if not self.says:
                await asyncio.Event().wait()
        finally:
            self.ended.set()

    async def count_tokens(self, text: str) -> int | None:
        return len(text.split()) if self.here else None
