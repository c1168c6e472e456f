"""The engine, loaded: llama.cpp's server in this process, by way of xllamacpp.

Answers come through in-process calls. Its loopback HTTP server cannot be turned off, so it is
locked with a random key; the tokenizer, which has no in-process call, is asked through it.
"""

from __future__ import annotations

import os
import secrets
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import xllamacpp

from speko_gateway.local_model.model_file import SHIPPED
from speko_gateway.provider import FailureCode, ProviderError

CALLS_AT_ONCE = 4
CONTEXT_TOKENS = 8192
PROMPT_BATCH_TOKENS = 128
"""A call can be cancelled after each batch of its prompt, every third of a second on two cores;
larger batches read a prompt no faster."""
PROMPT_CACHE_MIB = 256
"""Memory for the prompts of conversations that may come back."""


@dataclass(slots=True)
class Runtime:
    """A loaded model. ``context`` is how many tokens prompt and answer may have together."""

    server: Any
    address: str
    http: aiohttp.ClientSession
    key: str = field(repr=False)
    context: int

    def chat(self, body: dict[str, Any], on_chunk: Callable[[dict[str, Any]], bool]) -> None:
        """Generate in the calling thread; ``on_chunk`` returns True to end it early."""
        self.server.handle_chat_completions(body, on_chunk)

    async def count_tokens(self, text: str, *, special: bool = False) -> int:
        """How many tokens ``text`` has; ``special``: markers in it count as one token each."""
        body = {"content": text, "parse_special": special}
        return len((await self._ask("/tokenize", body))["tokens"])

    async def count_prompt(self, messages: list[dict[str, str]]) -> int:
        """How many tokens the model reads for these messages, its chat template included."""
        prompt = await self._ask("/apply-template", {"messages": messages})
        return await self.count_tokens(prompt["prompt"], special=True)

    async def learn_context(self) -> None:
        """Ask how much context there is: a model may have been trained for less."""
        settings = (await self._ask("/props"))["default_generation_settings"]
        self.context = min(self.context, int(settings["n_ctx"]))

    async def close(self) -> None:
        """Free the model. No call may be running."""
        await self.http.close()
        self.server = None

    async def _ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        method = "GET" if body is None else "POST"
        url, headers = self.address + path, {"Authorization": f"Bearer {self.key}"}
        try:
            async with self.http.request(method, url, json=body, headers=headers) as answer:
                answer.raise_for_status()
                found: dict[str, Any] = await answer.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ProviderError(
                FailureCode.SERVER_ERROR, f"failed in its engine at {path}: {type(error).__name__}"
            ) from error
        return found


def load_server(path: Path, key: str, context: int) -> Any:
    """Load the model in the calling thread, which takes a second or so; ProviderError if it can't.

    ``context`` is how many tokens all calls in it may have together.
    Afterwards ``restore_signal_handlers`` must be called from the main thread.
    """
    _require_gguf(path)
    try:
        return xllamacpp.Server(_parameters(path, key, context))
    except RuntimeError as error:
        raise _unusable(path, "is damaged, or of a kind this engine does not know") from error


def new_key() -> str:
    """A key for the engine's own HTTP server, known to this process only."""
    return secrets.token_urlsafe(32)


def restore_signal_handlers() -> None:
    """Give Ctrl+C and SIGTERM back to Python: loading a model takes them for the engine alone."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        if (known := signal.getsignal(number)) is not None:
            signal.signal(number, known)


def _require_gguf(path: Path) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise _unusable(path, f"cannot be read ({error.strerror})") from error
    if magic != b"GGUF":
        raise _unusable(path, "is not a GGUF model file")


def _unusable(path: Path, why: str) -> ProviderError:
    return ProviderError(
        FailureCode.CONNECT_FAILED,
        f"could not be loaded: {path.name} {why}. Delete it and run "
        "`python -m speko_gateway pull-model`, or point SPEKO_MODEL_PATH to another GGUF file",
    )


def _parameters(path: Path, key: str, context: int) -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    if path.name == SHIPPED.file_name:
        # Read into memory: a mapped file that is cut short ends the whole process. A model of
        # one's own may be larger than the memory.
        parameters.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    _size(parameters, context)
    # The chat template's own end markers end an answer; a last message of the assistant's own
    # is not continued, and a model that thinks aloud is asked not to.
    parameters.prefill_assistant = False
    parameters.enable_reasoning = 0
    _lock_down(parameters, key)
    return parameters


def _size(parameters: Any, context: int) -> None:
    parameters.n_parallel = CALLS_AT_ONCE
    parameters.n_ctx = context
    # One context for all calls, not a quarter for each: a long conversation may have all of it.
    parameters.kv_unified = True
    parameters.n_batch = parameters.n_ubatch = PROMPT_BATCH_TOKENS
    parameters.cache_ram_mib = PROMPT_CACHE_MIB
    parameters.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_ENABLED
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = _threads()


def _lock_down(parameters: Any, key: str) -> None:
    parameters.api_keys = [key]
    parameters.endpoint_slots = parameters.endpoint_metrics = False
    parameters.ui = False
    parameters.n_threads_http = 2
    parameters.verbosity = -1


def _threads() -> int:
    """All cores but one that this process may use.

    The engine's threads wait for each other after every step, so one that shares its core with the
    pages or the browser holds up all: two on two busy cores were ten times slower than one, and on
    quiet ones no faster but in reading prompts.
    """
    # In a container fewer cores may be ours than there are.
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 2
    return max(1, cores - 1)
