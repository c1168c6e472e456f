"""The local model as an async stream: loaded on first use, kept, shared by several callers.

Each call runs in a thread of its own, where the engine hands over piece after piece; the pieces
cross to the event loop through a queue. Leaving the stream makes the engine's next call back end
the work, in the middle of a prompt too. One engine serves one event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from speko_client.models import ChatMessage
from speko_gateway.local_model.call import Admission, Call
from speko_gateway.local_model.model_file import SHIPPED
from speko_gateway.local_model.prompt import Prompt, prompt_of
from speko_gateway.local_model.runtime import (
    CALLS_AT_ONCE,
    CONTEXT_TOKENS,
    Runtime,
    load_server,
    new_key,
    restore_signal_handlers,
)
from speko_gateway.provider import FailureCode, Finish, ProviderError, TextDelta

SHIPPED_NAME = "SmolLM2-135M-Instruct"

DEFAULT_MAX_TOKENS = 256
"""The cap where the caller set none: a model this small rambles."""
DEFAULT_SAMPLING = {"temperature": 0.3, "top_p": 0.5}
"""Where the caller set no temperature: what answered most of our test questions right."""
AGAINST_LOOPS = {"repeat_penalty": 1.05, "dry_multiplier": 0.8, "dry_allowed_length": 6}
"""By itself it repeats itself. A stronger penalty on single tokens spoils its arithmetic, so only
phrases of more than six tokens are discouraged."""

PROMPT_SPEED = 300.0
"""Tokens a second, where none were measured yet: two quiet cores read somewhat more."""
LEAST_MEASURED = 16
"""Tokens: the time for fewer says little."""

ABSENT = (
    'its file is not here, or not the one it should be; fetch it with "make run" or '
    '"python -m speko_gateway pull-model", or correct SPEKO_MODEL_PATH where it is set'
)


@dataclass(frozen=True, slots=True)
class _Loaded:
    runtime: Runtime
    admission: Admission


class LocalEngine:
    """The model at ``model_path()``, which is called again until there is one to load.

    ``context`` is how many tokens all calls together may have in the engine; one may have all.
    """

    def __init__(
        self, model_path: Callable[[], Path | None], *, context: int = CONTEXT_TOKENS
    ) -> None:
        self._model_path = model_path
        self._context = context
        self._loading: asyncio.Task[_Loaded] | None = None
        self._loaded: Path | None = None
        self._refused: tuple[Path, int] | None = None
        """A file that could not be loaded, and when it was last changed: it is not tried again."""
        self._prompt_speed = PROMPT_SPEED
        self._threads = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="local-model")
        self._calls: set[Call] = set()

    @property
    def model_name(self) -> str:
        """The shipped model's name, or another file's name without its ending."""
        path = self._usable()
        return SHIPPED_NAME if path is None or path.name == SHIPPED.file_name else path.stem

    @property
    def prompt_speed(self) -> float:
        """How many tokens of a prompt it reads in a second, as measured lately on this machine."""
        return self._prompt_speed

    def present(self) -> bool:
        """Whether there is a model to load, as far as is known."""
        return self._usable() is not None

    async def problem(self) -> str | None:
        """Why it cannot speak, as a clause after its name; loads it to find out. None if it can."""
        try:
            await self._load()
        except ProviderError as error:
            return error.message
        return None

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        temperature: float | None,
        max_tokens: int | None,
        seed: int | None = None,
    ) -> AsyncGenerator[TextDelta | Finish]:
        """The answer as it is made, then one ``Finish``; raises ``ProviderError`` only.

        Closing the generator ends the work. ``seed`` makes an answer repeatable as far as the
        engine's batching allows. The oldest messages that do not fit are left out, with a note.
        """
        loaded = await self._load()
        # More than the context cannot be said, and the engine counts in 32 bits.
        limit = min(max_tokens or DEFAULT_MAX_TOKENS, loaded.runtime.context)
        prompt, tokens = await _fitted(prompt_of(messages), loaded.runtime, limit)
        taken = await loaded.admission.enter(tokens + limit)
        call = Call(request_body(prompt, temperature=temperature, limit=limit, seed=seed))
        self._start(call, loaded, taken)
        try:
            async for event in call.events(prompt.all_notes()):
                if isinstance(event, Finish):
                    self._learn_speed(*call.read)
                yield event
        finally:
            call.cancel()

    async def count_tokens(self, text: str) -> int | None:
        """How many tokens ``text`` has for this model; None where its file is absent."""
        if not self.present() or await self.problem():
            return None
        return await (await self.runtime()).count_tokens(text)

    async def runtime(self) -> Runtime:
        """The loaded model beneath, loaded now if need be; ProviderError where it cannot be."""
        return (await self._load()).runtime

    async def close(self) -> None:
        """End every call, wait for them, free the model. Called once, at shutdown."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*(call.ended.wait() for call in self._calls))
        if self._loading is not None and not await _failed(self._loading):
            await self._loading.result().runtime.close()
        self._loading = None
        self._threads.shutdown(wait=False)

    def _learn_speed(self, tokens: float, seconds: float) -> None:
        if tokens >= LEAST_MEASURED and seconds > 0:
            self._prompt_speed = (self._prompt_speed + tokens / seconds) / 2

    def _start(self, call: Call, loaded: _Loaded, taken: int) -> None:
        def ended(work: asyncio.Future[None]) -> None:
            self._calls.discard(call)
            loaded.admission.leave(taken)
            call.end(work.exception())

        self._calls.add(call)
        loop = asyncio.get_running_loop()
        loop.run_in_executor(self._threads, call.run, loaded.runtime).add_done_callback(ended)

    async def _load(self) -> _Loaded:
        """The loaded model. Callers share one attempt; after a failed one the next tries again."""
        path = self._usable()
        if path is None:
            raise ProviderError(FailureCode.MODEL_NOT_FOUND, f"cannot answer: {ABSENT}")
        if self._loading is None or (self._loading.done() and await _failed(self._loading)):
            self._loading = asyncio.create_task(self._load_now(path))
        # Shielded: a caller who leaves does not take the others' model away.
        return await asyncio.shield(self._loading)

    def _usable(self) -> Path | None:
        """The file that is loaded, else the one to load."""
        path = self._loaded or self._model_path()
        if path is None or self._refused is None:
            return path
        return None if self._refused == (path, _changed(path)) else path

    async def _load_now(self, path: Path) -> _Loaded:
        key, loop, changed = new_key(), asyncio.get_running_loop(), _changed(path)
        try:
            server = await loop.run_in_executor(
                self._threads, load_server, path, key, self._context
            )
        except ProviderError:
            self._refused = (path, changed)
            raise
        finally:
            restore_signal_handlers()
        self._loaded = path
        runtime = Runtime(
            server, server.listening_address, aiohttp.ClientSession(), key, self._context
        )
        await runtime.learn_context()
        return _Loaded(runtime, Admission(CALLS_AT_ONCE, runtime.context))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_ctime_ns
    except OSError:
        return 0


async def _failed(task: asyncio.Task[_Loaded]) -> bool:
    await asyncio.wait({task})
    return task.cancelled() or task.exception() is not None


async def _fitted(prompt: Prompt, runtime: Runtime, limit: int) -> tuple[Prompt, int]:
    """The prompt, cut to fit with an answer of ``limit`` tokens, and the most tokens it has."""
    if (most := prompt.most_tokens()) + limit <= runtime.context // CALLS_AT_ONCE:
        return prompt, most  # surely short: no need to count
    room = runtime.context - min(limit, runtime.context // CALLS_AT_ONCE)
    while (tokens := await runtime.count_prompt(prompt.messages())) > room:
        shorter = prompt.shortened(tokens, room)
        if shorter is None:
            raise _too_long(tokens, room)
        prompt = shorter
    return prompt, tokens


def _too_long(tokens: int, room: int) -> ProviderError:
    return ProviderError(
        FailureCode.INVALID_REQUEST,
        f"can read {room:,} tokens at once, and the last message alone has {tokens:,} with the "
        "system prompt; shorten it",
    )


def request_body(
    prompt: Prompt, *, temperature: float | None, limit: int, seed: int | None
) -> dict[str, Any]:
    """What the engine is asked for, with the defaults that serve this model best."""
    body: dict[str, Any] = {
        "messages": prompt.messages(),
        "max_tokens": limit,
        "stream": True,
        "stream_options": {"include_usage": True},
        # Calls back after each batch of the prompt, so that it can be cancelled there too.
        "return_progress": True,
        **AGAINST_LOOPS,
        **(DEFAULT_SAMPLING if temperature is None else {"temperature": temperature}),
    }
    return body if seed is None else {**body, "seed": seed}
