"""What goes out on the wire: answers, the stream's frames, headers, refusals, the routing preview.

Absent optional fields are left out, never null, except ``scoresRunId`` and the first three of a
preview. Everything of a completion is sent as bare ASGI messages: each layer between would cost
every chunk again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from starlette.types import Scope, Send

from speko_client.models import (
    Attempt,
    AxisScores,
    ChatToolCall,
    CompleteResult,
    CompleteStreamMeta,
    CompleteUsage,
    FilteredOut,
    RoutingPreview,
    ScoredCandidate,
    SpekoModel,
    StreamError,
    Timing,
)
from speko_gateway.errors import GatewayError
from speko_gateway.failover.relay import Piece, Relay, Speaker
from speko_gateway.fleet.fleet import Fleet
from speko_gateway.http.negotiation import wants_errors_as_events
from speko_gateway.provider import (
    Finish,
    Reasoning,
    TextDelta,
    ToolCall,
    estimate_tokens,
    may_hold,
)
from speko_gateway.routing.ranking import Filtered, Ranked, Ranking
from speko_gateway.routing.scores import Snapshot
from speko_gateway.routing.what_if import weight_lines

COMPLETE_PATH = "/v1/complete"
EVENTS = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store"}
"""The headers of every stream."""


def encode(value: object) -> bytes:
    """Compact JSON, pure ASCII.

    ASCII on purpose: official SDKs split a stream's lines wherever Unicode sees a line end
    (U+2028 and others), so such characters must travel escaped.
    """
    return json.dumps(value, separators=(",", ":")).encode()


def wire(model: SpekoModel) -> dict[str, Any]:
    """A wire model as JSON-ready values without its absent fields."""
    return model.model_dump(by_alias=True, exclude_none=True)


def frame(event: str, data: object) -> bytes:
    """One event of the stream."""
    return b"event: %b\ndata: %b\n\n" % (event.encode(), encode(data))


def piece_frame(piece: Piece) -> bytes:
    """The event for a piece of text, of reasoning, or a tool call."""
    if isinstance(piece, TextDelta):
        return b'event: delta\ndata: {"text":%b}\n\n' % encode(piece.text)
    if isinstance(piece, Reasoning):
        return frame("reasoning", {"text": piece.text})
    return frame("tool_call", {"id": piece.id, "name": piece.name, "args": piece.args})


def meta_frame(speaker: Speaker, scores_run_id: str) -> bytes:
    """The first event: who answers, after whom."""
    option = speaker.option
    meta = CompleteStreamMeta(
        provider=option.candidate.provider,
        model=option.candidate.model,
        failover_count=speaker.failovers,
        total_failover_count=speaker.failovers,
        scores_run_id=scores_run_id,
        attempts=speaker.attempts,
        kind=option.provider.kind,
        simulated=option.provider.kind == "simulated",
        words=option.provider.words,
    )
    return frame("meta", meta.model_dump(by_alias=True, exclude_none=True, exclude={"type"}))


def result_body(
    speaker: Speaker,
    relay: Relay,
    pieces: Sequence[Piece],
    scores_run_id: str,
    timing: Timing,
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """The buffered answer, also the data of ``done``; ``notes`` follow the provider's own."""
    provider, finish = speaker.option.provider, speaker.finish or Finish()
    result = CompleteResult(
        text=_joined(pieces, TextDelta),
        provider=speaker.option.candidate.provider,
        model=speaker.option.candidate.model,
        usage=_usage(finish, relay, pieces),
        failover_count=speaker.failovers,
        scores_run_id=scores_run_id,
        tool_calls=_tool_calls(pieces),
        finish_reason=finish.finish_reason,
        attempts=relay.attempts,
        kind=provider.kind,
        simulated=provider.kind == "simulated",
        words=finish.words or provider.words,
        notes=[*finish.notes, *notes] or None,
        timing=timing,
        reasoning=_joined(pieces, Reasoning) or None,
    )
    return wire(result)


def gathered(pieces: Sequence[Piece]) -> list[Piece]:
    """The same answer in few pieces: its reasoning in one, its text in one, then its tool calls."""
    kinds: tuple[type[Reasoning | TextDelta], ...] = (Reasoning, TextDelta)
    whole = [kind(said) for kind in kinds if (said := _joined(pieces, kind))]
    return [*whole, *(piece for piece in pieces if isinstance(piece, ToolCall))]


def _joined(pieces: Sequence[Piece], kind: type[Reasoning | TextDelta]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, kind))


def _tool_calls(pieces: Sequence[Piece]) -> list[ChatToolCall] | None:
    return [
        ChatToolCall(id=piece.id, name=piece.name, args=piece.args)
        for piece in pieces
        if isinstance(piece, ToolCall)
    ] or None


def _usage(finish: Finish, relay: Relay, pieces: Sequence[Piece]) -> CompleteUsage:
    """The provider's counts; where it gave none that can be true, estimates, labelled so."""
    said = sum(
        len(piece.name) + len(piece.args) if isinstance(piece, ToolCall) else len(piece.text)
        for piece in pieces
    )
    prompt_tokens, completion_tokens = finish.prompt_tokens, finish.completion_tokens
    estimated, request = finish.estimated, relay.request
    asked = len(request.system_prompt or "") + sum(len(each.content) for each in request.messages)
    if not may_hold(prompt_tokens, asked):
        prompt_tokens, estimated = estimate_tokens(asked), True
    if not may_hold(completion_tokens, said):
        completion_tokens, estimated = estimate_tokens(said), True
    return CompleteUsage(
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        estimated=estimated,
        reasoning_tokens=finish.reasoning_tokens if relay.overhear else None,
    )


def error_frame(message: str, code: str, attempts: Sequence[Attempt]) -> bytes:
    """The terminal event of an answer that broke off."""
    error = StreamError(error=message, code=code, attempts=list(attempts) or None)
    return frame("error", error.model_dump(by_alias=True, exclude_none=True, exclude={"type"}))


def answer_headers(speaker: Speaker, scores_run_id: str) -> dict[str, str]:
    """The headers both forms carry."""
    option = speaker.option
    return {
        "x-speko-provider": _latin(option.candidate.provider),
        "x-speko-model": _latin(option.candidate.model),
        "x-speko-failover-count": str(speaker.failovers),
        "x-speko-scores-run-id": _latin(scores_run_id),
        "x-speko-simulated": "true" if option.provider.kind == "simulated" else "false",
    }


def _latin(value: str) -> str:
    return value if value.isascii() else value.encode("latin-1", "replace").decode("latin-1")


async def send_start(send: Send, status: int, headers: Mapping[str, str]) -> None:
    """Send the status and the headers."""
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def send_body(send: Send, body: bytes, *, more: bool = True) -> None:
    """Send a piece of the body; ``more`` False ends it."""
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def send_whole(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    """Send a whole JSON answer."""
    own = {"content-type": "application/json", "content-length": str(len(body))}
    await send_start(send, status, own | dict(headers))
    await send_body(send, body, more=False)


async def refuse(scope: Scope, send: Send, error: GatewayError) -> None:
    """Answer with this error: as status and envelope, or as an event where only that is read."""
    headers = headers_of(scope)
    if scope["path"] == COMPLETE_PATH and wants_errors_as_events(
        headers.get("accept"), headers.get("user-agent")
    ):
        await send_start(send, 200, EVENTS)
        await send_body(send, error_frame(error.message, error.code, error.attempts), more=False)
    else:
        await send_whole(send, error.status, encode(error.body()), error.headers)


def headers_of(scope: Scope) -> dict[str, str]:
    """The request's headers by lower-case name; of a repeated one the last."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def preview_body(
    ranking: Ranking, fleet: Fleet, snapshot: Snapshot, *, with_lines: bool = False
) -> dict[str, Any]:
    """The router's decision, nothing run. With no candidate left the first three fields are null.

    ``with_lines``: and who would win by other weights.
    """
    scored = [_scored(each, fleet) for each in ranking.ordered]
    winner = scored[0] if scored else None
    preview = RoutingPreview(
        provider_id=winner.provider_id if winner else None,
        model_id=winner.model_id if winner else None,
        score=winner.score if winner else None,
        runners_up=scored[1:],
        scores_run_id=ranking.scores_run_id,
        winner=winner,
        filtered_out=[_filtered_out(each) for each in ranking.filtered_out],
        notes=[*ranking.notes, *_retirements(ranking, fleet)],
        weights=ranking.weights._asdict(),
        snapshot=snapshot.info,
        weight_lines=weight_lines(ranking) if with_lines else None,
    )
    absent: dict[str, Any] = dict.fromkeys(("providerId", "modelId", "score"))
    return {**absent, **wire(preview)}


def _retirements(ranking: Ranking, fleet: Fleet) -> list[str]:
    """Of those who can answer: who soon cannot, a sentence for each day."""
    leaving: dict[date, list[str]] = {}
    for each in ranking.ordered:
        if (day := fleet.retires_on(each.candidate)) is not None:
            leaving.setdefault(day, []).append(str(each.candidate))
    return [
        f"{', '.join(sorted(who))}: {'retires' if len(who) == 1 else 'retire'} on "
        f"{day.day} {day:%B %Y}."
        for day, who in sorted(leaving.items())
    ]


def _scored(ranked: Ranked, fleet: Fleet) -> ScoredCandidate:
    return ScoredCandidate(
        provider_id=ranked.candidate.provider,
        model_id=ranked.candidate.model,
        score=ranked.score,
        axes=_axes(ranked),
        kind=fleet.providers[ranked.candidate.provider].kind,
    )


def _axes(ranked: Ranked) -> AxisScores | None:
    if ranked.figures is None or ranked.axes is None:
        return None
    quality, ttft_ms, cost = ranked.figures.values
    return AxisScores(
        quality=quality,
        ttft_ms=ttft_ms,
        cost=cost,
        accuracy=ranked.axes.accuracy,
        latency=ranked.axes.latency,
        cost_score=ranked.axes.cost,
        assumed=list(ranked.assumed),
        sources=[figure for figure in ranked.figures if figure is not None],
    )


def _filtered_out(filtered: Filtered) -> FilteredOut:
    return FilteredOut(
        provider_id=filtered.candidate.provider,
        model_id=filtered.candidate.model,
        reason=filtered.reason,
        code=filtered.code,
    )
