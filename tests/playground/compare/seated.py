"""Turns of a comparison for tests: who was asked what, and how it went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.compare.seats import Comparison, Seat
from playground.sessions.turns import Answer, Turn
from speko_client.models import (
    AxisScores,
    CompleteUsage,
    RoutingPreview,
    ScoredCandidate,
    Timing,
)
from tests.turns import turn

FOUR = Comparison().added(
    Seat(id="a"),
    Seat(id="a", pin="openai:gpt-4o"),
    Seat(id="a", pin="groq:llama"),
    Seat(id="a", pin="xai:grok"),
)
"""The router is a; OpenAI b, Groq c, xAI d."""


def asked(
    seat: str, message: int, ttft: float | None = None, cost: float | None = None, **given: Any
) -> Turn:
    """This seat's turn for this message; without a time it has failed, unless told otherwise."""
    timing = None if ttft is None else Timing(ttft_ms=ttft, total_ms=ttft + 500)
    usage = CompleteUsage(prompt_tokens=5, completion_tokens=20)
    answer = Answer(text="Yes.", timing=timing, cost_usd=cost, usage=usage)
    values: dict[str, Any] = {
        "seat": seat,
        "message_id": f"m{message}",
        "status": "failed" if ttft is None else "done",
        "answer": answer.model_copy(update=given.pop("answer", {})),
    }
    return turn(given.pop("id", f"{seat}{message}"), **(values | given))


def each_of(seat: str, times: Sequence[float | None], cost: float | None = None) -> list[Turn]:
    """This seat's turns for the messages 1, 2, 3 ..."""
    return [asked(seat, place, time, cost) for place, time in enumerate(times, start=1)]


def ranking(*figures: tuple[str, str, float, float]) -> RoutingPreview:
    """Candidates best first: provider, model, quality, and cost in US$ per million tokens."""
    ranked = [
        ScoredCandidate(
            provider_id=provider,
            model_id=model,
            score=1 - place / 10,
            axes=AxisScores(
                quality=quality, ttft_ms=300, cost=cost, accuracy=0.5, latency=0.5, cost_score=0.5
            ),
        )
        for place, (provider, model, quality, cost) in enumerate(figures)
    ]
    first = ranked[0]
    return RoutingPreview(
        provider_id=first.provider_id,
        model_id=first.model_id,
        score=first.score,
        winner=first,
        runners_up=ranked[1:],
    )
