"""The demo fleet: vendors simulated by their published speed. No vendor is ever called.

A simulated provider waits its time to first token and then streams at its own tokens a second,
both from the scores snapshot's row for the intent. Its words are the local model's, generated from
the conversation. They are scripted where a message has a written answer, a request brings a reply,
or the model's file is absent; every answer says which.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from speko_client.models import ChatMessage, ProviderKind, RoutingIntent
from speko_gateway.ahead import Ahead
from speko_gateway.candidates import Candidate
from speko_gateway.local_model.prompt import with_system_prompt
from speko_gateway.provider import (
    Finish,
    ProviderEvent,
    ProviderRequest,
    TextDelta,
)
from speko_gateway.providers.stand_ins.scripted import (
    SCRIPTED,
    Scripted,
    reply_words,
    scripted_words,
)
from speko_gateway.routing.scores import Row, Snapshot

DEFAULT_TTFT_MS = 400.0
DEFAULT_TOKENS_PER_SECOND = 60.0
"""For models whose snapshot row has no figure."""

Words = AsyncGenerator[TextDelta | Finish]


class Engine(Protocol):
    """What the demo fleet needs from the local model."""

    @property
    def model_name(self) -> str:
        """The model's display name."""
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

    async def problem(self) -> str | None:
        """Why it cannot speak, as a clause after its name; None where it can."""
        ...

    async def count_tokens(self, text: str) -> int | None:
        """By the model's own tokenizer; None where its file is absent."""
        ...


@dataclass(frozen=True, slots=True)
class Stage:
    """What all simulated vendors share. ``clock`` and ``sleep`` are in seconds.

    ``pace`` scales every wait; 0 is none. ``scripted`` keeps the engine from speaking.
    """

    snapshot: Snapshot
    engine: Engine
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    pace: float = 1.0
    scripted: bool = False

    @property
    def words(self) -> str:
        """Who makes the words: the model's name, or ``scripted``."""
        return SCRIPTED if self.scripted or not self.engine.present() else self.engine.model_name


@dataclass(frozen=True, slots=True)
class SimulatedProvider:
    """One vendor of the demo fleet.

    ``reply``: what it says to one request, scripted, at its own pace.
    """

    kind: ClassVar[ProviderKind] = "simulated"
    loads_models: ClassVar[bool] = False

    vendor: str
    stage: Stage
    reply: str | None = None

    @property
    def words(self) -> str:
        """Who makes the words."""
        return self.stage.words if self.reply is None else SCRIPTED

    def unavailable_reason(self, model: str) -> str | None:
        """None for every model of the snapshot."""
        known = self.stage.snapshot.knows(Candidate(self.vendor, model))
        return None if known else "not in the scores snapshot"

    async def stream(self, request: ProviderRequest) -> AsyncGenerator[ProviderEvent]:
        """The words at the vendor's pace; the engine starts at once."""
        wait, gap = self._pace(request)
        due = self.stage.clock() + wait
        words = Ahead(self._words(request))
        try:
            while events := await words.take():
                for event in events:
                    if isinstance(event, TextDelta):
                        await self._until(due)
                        due = max(due, self.stage.clock()) + gap
                    yield event
        finally:
            await words.close()

    async def close(self) -> None:
        """Nothing to close."""

    def _words(self, request: ProviderRequest) -> Words:
        stage = self.stage
        if self.reply is not None:
            return reply_words(Scripted(self.reply, ()), request, stage.engine.count_tokens)
        seed = _seed(self.vendor, request)
        if stage.words == SCRIPTED:
            return scripted_words(request, seed, stage.engine.count_tokens)
        return _spoken(stage.engine, request, seed)

    def _pace(self, request: ProviderRequest) -> tuple[float, float]:
        """Seconds to the first token, and between tokens."""
        row = _figures(self.stage.snapshot, Candidate(self.vendor, request.model), request.intent)
        ttft_ms = row.ttft_ms if row else DEFAULT_TTFT_MS
        rate = (row.tokens_per_second if row else None) or DEFAULT_TOKENS_PER_SECOND
        return self.stage.pace * ttft_ms / 1000, self.stage.pace / rate

    async def _until(self, due: float) -> None:
        if (wait := due - self.stage.clock()) > 0:
            await self.stage.sleep(wait)


def _figures(snapshot: Snapshot, candidate: Candidate, intent: RoutingIntent) -> Row | None:
    found = snapshot.lookups(intent).find(candidate)
    return found.row if found else None


def _seed(vendor: str, request: ProviderRequest) -> int:
    """The same for the same conversation with the same model; another for any other."""
    digest = hashlib.sha256()
    for part in (vendor, request.model, request.system_prompt or ""):
        digest.update(part.encode("utf-8", "replace") + b"\0")
    for message in request.messages:
        digest.update(f"{message.role}\0{message.content}\0".encode("utf-8", "replace"))
    return int.from_bytes(digest.digest()[:4], "big") >> 1


async def _spoken(engine: Engine, request: ProviderRequest, seed: int) -> Words:
    """The local model's words, labelled as its own; scripted ones where it cannot be loaded."""
    if problem := await engine.problem():
        async for event in scripted_words(request, seed, engine.count_tokens):
            note = f"The words are scripted: the local model {problem}."
            yield replace(event, notes=(*event.notes, note)) if isinstance(event, Finish) else event
        return
    stream = engine.stream(
        with_system_prompt(request),
        temperature=request.temperature,
        max_tokens=request.max_tokens,
        seed=seed,
    )
    async with aclosing(stream) as events:
        async for event in events:
            yield (
                _labelled(event, engine.model_name, request) if isinstance(event, Finish) else event
            )


def _labelled(finish: Finish, words: str, request: ProviderRequest) -> Finish:
    notes = ("The demo fleet calls no tools.",) if request.tools else ()
    return replace(finish, words=words, notes=(*finish.notes, *notes))
