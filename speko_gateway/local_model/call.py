"""Calls to the engine: who may enter it, and each call's thread and event loop.

All calls share one context. If it were full, every call in it would fail, so each one first
reserves the most it may need. Those who wait are served in the order they came, so a large
call is not starved by small ones; waiting can be cancelled.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from speko_gateway.local_model.runtime import Runtime
from speko_gateway.provider import FailureCode, Finish, ProviderError, TextDelta

Chunk = dict[str, Any]


class Admission:
    """Room for ``calls`` calls and ``tokens`` tokens; for one event loop."""

    def __init__(self, calls: int, tokens: int) -> None:
        self._capacity = tokens
        self._calls = calls
        self._tokens = tokens
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def enter(self, tokens: int) -> int:
        """Wait for room and take it; returns what was taken, to be given to ``leave``.

        A call that wants more than there is gets all of it, and so is alone.
        """
        wanted = min(tokens, self._capacity)
        if not self._waiting and self._fits(wanted):
            self._take(wanted)
            return wanted
        admitted = asyncio.get_running_loop().create_future()
        entry = (wanted, admitted)
        self._waiting.append(entry)
        try:
            await admitted
        except asyncio.CancelledError:
            self._withdraw(entry)
            raise
        return wanted

    def leave(self, tokens: int) -> None:
        """Give back what ``enter`` returned."""
        self._calls += 1
        self._tokens += tokens
        self._admit()

    def _withdraw(self, entry: tuple[int, asyncio.Future[None]]) -> None:
        wanted, admitted = entry
        if not admitted.cancelled():  # admitted just before it was cancelled
            self.leave(wanted)
            return
        if entry in self._waiting:
            self._waiting.remove(entry)
        self._admit()

    def _admit(self) -> None:
        while self._waiting:
            wanted, admitted = self._waiting[0]
            if not admitted.cancelled():  # else it left, and its task has not run since
                if not self._fits(wanted):
                    return
                self._take(wanted)
                admitted.set_result(None)
            self._waiting.popleft()

    def _fits(self, tokens: int) -> bool:
        return self._calls > 0 and self._tokens >= tokens

    def _take(self, tokens: int) -> None:
        self._calls -= 1
        self._tokens -= tokens


@dataclass(slots=True)
class _Outcome:
    """What the chunks so far have said."""

    finish_reason: str | None = None
    usage: dict[str, int] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    spoke: bool = False

    def read(self, chunk: Chunk) -> str:
        """Read a chunk; returns its text. ProviderError where it is an error."""
        if error := chunk.get("error"):
            raise _failure(error, self.spoke)
        self.usage = chunk.get("usage") or self.usage
        self.timings = chunk.get("timings") or self.timings
        choice: Chunk = next(iter(chunk.get("choices") or ()), {})
        self.finish_reason = choice.get("finish_reason") or self.finish_reason
        text: str = choice.get("delta", {}).get("content") or ""
        self.spoke = self.spoke or bool(text)
        return text

    def finish(self, notes: tuple[str, ...]) -> Finish:
        """The closing event; ProviderError where the engine broke off without one."""
        if self.finish_reason is None:
            raise ProviderError(FailureCode.STREAM_BROKEN, "stopped before its answer was complete")
        return Finish(
            prompt_tokens=self.usage.get("prompt_tokens"),
            completion_tokens=self.usage.get("completion_tokens"),
            finish_reason=self.finish_reason,
            notes=notes,
        )


class Call:
    """One call; made, read and cancelled on the event loop, run in a thread."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body
        self._loop = asyncio.get_running_loop()
        self._arrived: asyncio.Queue[Chunk | BaseException | None] = asyncio.Queue()
        self._cancelled = threading.Event()
        self._outcome = _Outcome()
        self.ended = asyncio.Event()

    @property
    def read(self) -> tuple[float, float]:
        """How many tokens of the prompt the engine had to read, and in how many seconds."""
        timings = self._outcome.timings
        return timings.get("prompt_n", 0.0), timings.get("prompt_ms", 0.0) / 1000

    def run(self, runtime: Runtime) -> None:
        """Generate, in the calling thread, until done or cancelled."""
        if not self._cancelled.is_set():
            runtime.chat(self._body, self._take)

    def cancel(self) -> None:
        """Make the engine end the work at its next callback."""
        self._cancelled.set()

    def end(self, error: BaseException | None) -> None:
        """Tell the reader that the thread is done."""
        self._arrived.put_nowait(error)
        self.ended.set()

    async def events(self, notes: tuple[str, ...]) -> AsyncGenerator[TextDelta | Finish]:
        """What the thread hands over: text, a token at a time; then the finish."""
        while (item := await self._arrived.get()) is not None:
            if text := _text(item, self._outcome):
                yield TextDelta(text)
        yield self._outcome.finish(notes)

    def _take(self, chunk: Chunk) -> bool:
        """Called by the engine, in its thread; True ends the work. It must not raise."""
        try:
            self._loop.call_soon_threadsafe(self._arrived.put_nowait, chunk)
        except RuntimeError:  # the loop is closed: nobody reads any more
            return True
        return self._cancelled.is_set()


def _text(item: Chunk | BaseException, outcome: _Outcome) -> str:
    if isinstance(item, BaseException):
        raise ProviderError(FailureCode.SERVER_ERROR, f"failed in its engine: {item}") from item
    return outcome.read(item)


def _failure(error: dict[str, Any], spoke: bool) -> ProviderError:
    if error.get("code") == 400:
        code = FailureCode.INVALID_REQUEST
    else:
        code = FailureCode.STREAM_BROKEN if spoke else FailureCode.SERVER_ERROR
    return ProviderError(code, f"failed in its engine: {error.get('message', 'no reason given')}")
