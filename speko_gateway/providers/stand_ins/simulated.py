"""The demo fleet: vendors simulated by the figures of the scores. No vendor is ever called.

A simulated provider has its time to first token and its tokens a second from the scores snapshot's
row for the intent, and these are the figures of its answer, whatever this machine does. Words that
are not there in time are this machine's lateness, and the answer says how much it was. The words
are the local model's; they are scripted where a message has a written answer, a request brings a
reply, or the model cannot speak. Every answer says which.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import ClassVar

from speko_client.models import ProviderKind
from speko_gateway.ahead import Ahead
from speko_gateway.candidates import Candidate
from speko_gateway.provider import PROGRESS, Finish, ProviderEvent, ProviderRequest, TextDelta
from speko_gateway.providers.stand_ins.scripted import (
    SCRIPTED,
    Scripted,
    reply_words,
    scripted_words,
)
from speko_gateway.providers.stand_ins.spoken import MOST_LATE, Engine, Speech, Words
from speko_gateway.routing.scores import Snapshot

DEFAULT_TTFT_MS = 400.0
DEFAULT_TOKENS_PER_SECOND = 60.0
"""For models whose snapshot row has no figure."""

LONGEST_ANSWER = 256
"""Tokens of an answer for which this machine has time, where the request has no limit."""
NOTICED = 0.5
"""Seconds late that are worth a word; less is how any machine is."""
SIGN_SECONDS = 0.25
"""A vendor whose words this machine owes gives a sign so often, so that no limit takes it for
silent."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What all simulated vendors share.

    ``pace`` scales every wait, not the figures; 0 is none. ``scripted`` keeps the engine from
    speaking.
    """

    snapshot: Snapshot
    engine: Engine
    pace: float = 1.0
    scripted: bool = False

    @property
    def words(self) -> str:
        """Who makes the words: the model's name, or ``scripted``."""
        return SCRIPTED if self.scripted or not self.engine.present() else self.engine.model_name


@dataclass(slots=True)
class _Schedule:
    """When a vendor says what, in seconds after it was asked. ``waits`` scales the real wait.

    ``late`` is how far the words were behind at most.
    """

    ttft: float
    gap: float
    waits: float
    asked: float
    said: int = 0
    late: float = 0.0

    @property
    def at(self) -> float:
        """When the next token is due."""
        return self.ttft + self.said * self.gap

    @property
    def due(self) -> float:
        """The same in the loop's time, where it is really waited for."""
        return self.asked + self.at * self.waits

    async def say(self, text: TextDelta) -> TextDelta:
        """Wait until this token is due; returns it with its time."""
        await _until(self.due)
        self.late = max(self.late, _now() - self.asked - self.at * max(1.0, self.waits))
        timed = replace(text, at=self.at)
        self.said += 1
        return timed

    async def end(self, finish: Finish) -> Finish:
        """Wait until all its tokens are said; returns it with its time, and how late it all was."""
        self.said = max(1, self.said, finish.completion_tokens or 0) - 1
        await _until(self.due)
        return replace(finish, at=self.at, late=self.late if self.late >= NOTICED else None)


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
        """The words at the vendor's pace; who makes them starts at once."""
        schedule = self._schedule(request)
        words = Ahead(self._words(request, schedule))
        try:
            while True:
                events = await _within(SIGN_SECONDS, words)
                if events is None and _now() >= schedule.due:
                    yield PROGRESS
                for event in events or ():
                    if isinstance(event, Finish):
                        yield await schedule.end(event)
                        return
                    yield await schedule.say(event)
        finally:
            await words.close()

    async def close(self) -> None:
        """Nothing to close."""

    def _words(self, request: ProviderRequest, schedule: _Schedule) -> Words:
        stage = self.stage
        if self.reply is not None:
            return reply_words(Scripted(self.reply, ()), request, stage.engine.count_tokens)
        seed = _seed(self.vendor, request)
        if stage.words == SCRIPTED:
            return scripted_words(request, seed, stage.engine.count_tokens)
        longest = schedule.ttft + schedule.gap * (request.max_tokens or LONGEST_ANSWER)
        until = schedule.asked + longest * schedule.waits + MOST_LATE
        return Speech(stage.engine, request, seed, schedule.ttft, until).words()

    def _schedule(self, request: ProviderRequest) -> _Schedule:
        rows = self.stage.snapshot.lookups(request.intent)
        found = rows.find(Candidate(self.vendor, request.model))
        latency = found.figures.latency if found else None
        rate = found.row.tokens_per_second if found and found.row else None
        return _Schedule(
            (latency.value if latency else DEFAULT_TTFT_MS) / 1000,
            1 / (rate or DEFAULT_TOKENS_PER_SECOND),
            self.stage.pace,
            _now(),
        )


def _seed(vendor: str, request: ProviderRequest) -> int:
    """The same for the same conversation with the same model; another for any other."""
    digest = hashlib.sha256()
    for part in (vendor, request.model, request.system_prompt or ""):
        digest.update(part.encode("utf-8", "replace") + b"\0")
    for message in request.messages:
        digest.update(f"{message.role}\0{message.content}\0".encode("utf-8", "replace"))
    return int.from_bytes(digest.digest()[:4], "big") >> 1


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _until(due: float) -> None:
    if (wait := due - _now()) > 0:
        await asyncio.sleep(wait)


async def _within(
    seconds: float, words: Ahead[TextDelta | Finish]
) -> list[TextDelta | Finish] | None:
    """What has arrived; None where nothing did in so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            return await words.take()
    except TimeoutError:
        return None
