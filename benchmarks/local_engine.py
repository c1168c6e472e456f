"""What LocalEngine costs on top of the bare engine, and how soon the local model speaks.

Run ``python -m benchmarks local_engine``. Both sides use the same loaded model and the same prompt
and take turns, so that a busy moment hits both. Tokens per second are counted from the call to its
end, including the prompt. The aim: LocalEngine reaches 95 % of the bare engine or more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.report import Row, median, print_heading, print_table
from speko_client.models import ChatMessage
from speko_gateway.local_model.engine import LocalEngine, request_body
from speko_gateway.local_model.model_file import installed_path
from speko_gateway.local_model.prompt import prompt_of
from speko_gateway.local_model.runtime import Runtime
from speko_gateway.provider import Finish, TextDelta

SHORT = "Count from one to one hundred in words."
LONG = "The sea was calm that morning and the boats went out one after another. " * 22
TOKENS = 64

Measured = tuple[float, float]
"""Seconds to the first text, and tokens per second overall."""
Sides = dict[str, Callable[[list[ChatMessage]], Awaitable[Measured]]]


def messages(question: str, number: int) -> list[ChatMessage]:
    """A conversation with a beginning of its own, so that no cache helps."""
    system = f"Conversation {number}. You are a helpful assistant. Answer briefly."
    return [
        ChatMessage(role="system", content=system),
        ChatMessage(role="user", content=question),
    ]


async def through_engine(engine: LocalEngine, asked: list[ChatMessage]) -> Measured:
    """One answer, as the gateway gets it."""
    started, first, finish = time.perf_counter(), 0.0, Finish()
    async for event in engine.stream(asked, temperature=0.0, max_tokens=TOKENS, seed=1):
        if isinstance(event, TextDelta):
            first = first or time.perf_counter() - started
        elif isinstance(event, Finish):
            finish = event
    return first, (finish.completion_tokens or 0) / (time.perf_counter() - started)


async def bare(runtime: Runtime, asked: list[ChatMessage]) -> Measured:
    """One answer from the bare engine, in a thread."""
    return await asyncio.to_thread(_bare, runtime.server, asked)


def _bare(server: Any, asked: list[ChatMessage]) -> Measured:
    body = request_body(prompt_of(asked), temperature=0.0, limit=TOKENS, seed=1)
    started, seen = time.perf_counter(), {"first": 0.0, "tokens": 0.0}

    def take(chunk: dict[str, Any]) -> bool:
        choice: dict[str, Any] = next(iter(chunk.get("choices") or ()), {})
        if choice.get("delta", {}).get("content"):
            seen["first"] = seen["first"] or time.perf_counter() - started
        seen["tokens"] = (chunk.get("usage") or {}).get("completion_tokens", seen["tokens"])
        return False

    server.handle_chat_completions(body, take)
    return seen["first"], seen["tokens"] / (time.perf_counter() - started)


async def interleaved(sides: Sides, question: str, rounds: int) -> dict[str, list[Measured]]:
    """Ask both sides in turn, in alternating order; the first round does not count."""
    found: dict[str, list[Measured]] = {name: [] for name in sides}
    number = 0
    for turn in range(rounds + 1):
        for name in list(sides)[:: 1 if turn % 2 else -1]:
            number += 1
            answer = await sides[name](messages(question, number))
            if turn:
                found[name].append(answer)
    return found


async def measured(rounds: int) -> list[Row]:
    """The table's rows, one for each prompt and side."""
    engine = LocalEngine(installed_path)
    runtime = await engine.runtime()
    sides: Sides = {
        "bare engine": lambda asked: bare(runtime, asked),
        "LocalEngine": lambda asked: through_engine(engine, asked),
    }
    rows: list[Row] = []
    for label, question in (("short", SHORT), ("long", LONG)):
        rows += _rows(label, await interleaved(sides, question, rounds))
    await engine.close()
    return rows


def _rows(label: str, found: dict[str, list[Measured]]) -> list[Row]:
    """One prompt's rows; the share is the median of the ratios of all rounds."""
    base = [rate for _, rate in found["bare engine"]]
    return [
        (
            label,
            name,
            f"{1000 * median([first for first, _ in side]):.0f}",
            f"{median([rate for _, rate in side]):.1f}",
            f"{median([rate / other for (_, rate), other in zip(side, base, strict=True)]):.0%}",
        )
        for name, side in found.items()
    ]


def main(rounds: int = 10) -> None:
    """Measure and print the table."""
    print_heading(f"The local model through LocalEngine, {TOKENS} tokens, {rounds} rounds")
    columns = ("prompt", "side", "TTFT p50 ms", "tokens/s p50", "of the bare engine")
    print_table(columns, asyncio.run(measured(rounds)))


if __name__ == "__main__":
    main()
