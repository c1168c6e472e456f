"""The one way to ask a server: for an answer, and for the ranking that it would answer by.

A *preview* is the question, a *ranking* its answer; a preview runs no model. What a server says is
made storable here: JSON can spell half a surrogate pair, which no file or page can hold.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from playground.servers.connection import Connection
from playground.sessions.turns import Answer, Turn, TurnSettings
from speko_client import AsyncSpeko, Speko
from speko_client.errors import SpekoApiError
from speko_client.models import (
    DRILL_HEADER,
    REPLY_HEADER,
    WHAT_IF_HEADER,
    AllowedProviders,
    ChatMessage,
    CompleteResult,
    CompleteStreamDelta,
    CompleteStreamEvent,
    CompleteStreamMeta,
    DemoReply,
    Drill,
    PipelineConstraints,
    RoutingIntent,
    RoutingPreview,
    Timing,
)

ANSWER_TIMEOUT: Final = 330.0
"""Seconds a server may stay silent: it may be trying several candidates, and one may have to load
its model. The embedded gateway itself gives up after 300 s (``--limit-deadline``)."""

PREVIEW_SECONDS: Final = 2.0
"""A preview runs no model, so a server that needs longer has none to give."""

_NOTICED_MS: Final = 500.0
"""From here on a simulated vendor's words are late, as in the embedded gateway."""

_LOG = logging.getLogger(__name__)

ModelT = TypeVar("ModelT", bound=BaseModel)


async def run_turn(
    connection: Connection,
    history: Sequence[Turn],
    message: str,
    settings: TurnSettings,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> AsyncGenerator[Answer]:
    """Ask for one answer; yields it as it grows, and at the end the whole of it.

    ``history`` is the branch so far. ``clock`` gives seconds: where the server gives no timing,
    it is measured here. Raises SpekoApiError; the answer yielded last then is what had arrived.
    Closing the generator, or cancelling its task, cancels the request.
    """
    started = clock()
    answer = Answer()
    arguments = call_arguments(connection, history, message, settings)
    async with (
        _client(connection, ANSWER_TIMEOUT) as client,
        client.complete_stream(**arguments) as stream,
    ):
        async for event in stream:
            answer = _grown(answer, sound_model(event), (clock() - started) * 1000)
            yield answer
        await stream.result()


async def ranking_for(
    connection: Connection, settings: TurnSettings, within: float = PREVIEW_SECONDS
) -> RoutingPreview | None:
    """The ranking that a turn is about to be answered by; None where none comes in time.

    It is asked beside the answer: what goes wrong here leaves the turn without a ranking, and
    changes nothing else.
    """
    try:
        async with asyncio.timeout(within), _client(connection, within) as client:
            ranking = await client.preview_routing(**preview_arguments(connection, settings))
            return sound_model(ranking)
    except (SpekoApiError, TimeoutError) as error:
        # A server without previews answers 404 to each turn: that is not worth a line in the log.
        _LOG.debug("No preview from %s: %s", connection.name, type(error).__name__)
    except Exception:
        # A bug here must not take the answer along, nor hide.
        _LOG.exception("A turn's preview could not be asked for")
    return None


def ranking_now(
    client: Speko, connection: Connection, settings: TurnSettings, *, weight_lines: bool = False
) -> RoutingPreview:
    """As ``ranking_for``, for a page that waits for it. Raises SpekoApiError."""
    arguments = preview_arguments(connection, settings)
    return sound_model(client.preview_routing(**arguments, weight_lines=weight_lines))


def _client(connection: Connection, timeout: float) -> AsyncSpeko:
    return AsyncSpeko(
        api_key=connection.key.get_secret_value(),
        base_url=connection.base_url,
        timeout=timeout,
        keyless=True,
        # Here and not among the call's arguments: they hold keys, and arguments get shown.
        extra_headers=connection.headers,
        public_only=connection.calls_public_only,
    )


def call_arguments(
    connection: Connection, history: Sequence[Turn], message: str, settings: TurnSettings
) -> dict[str, Any]:
    """What ``complete_stream`` is called with; a field that is not set is left out."""
    headers = embedded_headers(settings) if connection.embedded else {}
    arguments = {
        "messages": messages_of(history, message),
        "intent": intent_of(connection, settings),
        "constraints": constraints_of(settings),
        "system_prompt": settings.system_prompt if settings.system_prompt.strip() else None,
        "temperature": settings.temperature,
        "max_tokens": settings.max_tokens,
        "extra_headers": headers or None,
    }
    return {name: value for name, value in arguments.items() if value is not None}


def preview_arguments(connection: Connection, settings: TurnSettings) -> dict[str, Any]:
    """What ``preview_routing`` is called with, to be ranked as the turn itself will be."""
    return {
        "intent": intent_of(connection, settings),
        "constraints": constraints_of(settings),
        "what_if": settings.what_if if connection.embedded else None,
    }


def intent_of(connection: Connection, settings: TurnSettings) -> RoutingIntent:
    """What the router chooses by, without the fields that this server rejects."""
    return RoutingIntent(
        language=settings.language,
        vertical=settings.vertical if connection.takes_vertical else None,
        region=settings.region,
        optimize_for=settings.optimize_for,
    )


def constraints_of(settings: TurnSettings) -> PipelineConstraints | None:
    """The allow-list; None allows everyone."""
    if not settings.allowed:
        return None
    allowed = AllowedProviders(llm=list(settings.allowed))
    return PipelineConstraints(allowed_providers=allowed)


def embedded_headers(settings: TurnSettings) -> dict[str, str]:
    """What only the embedded gateway obeys, as headers of this request."""
    headers: dict[str, str] = {}
    if settings.drill:
        headers[DRILL_HEADER] = Drill(faults=list(settings.drill)).to_header()
    if settings.what_if is not None:
        headers[WHAT_IF_HEADER] = settings.what_if.to_header()
    if settings.reply:
        headers[REPLY_HEADER] = DemoReply(text=settings.reply).to_header()
    return headers


def messages_of(history: Sequence[Turn], message: str) -> list[ChatMessage]:
    """The messages to send; turns without an answer are left out, so that roles alternate."""
    messages: list[ChatMessage] = []
    for turn in history:
        if turn.answer.text:
            messages.append(ChatMessage(role="user", content=turn.message))
            messages.append(ChatMessage(role="assistant", content=turn.answer.text))
    return [*messages, ChatMessage(role="user", content=message)]


def _grown(answer: Answer, event: CompleteStreamEvent, elapsed_ms: float) -> Answer:
    match event:
        case CompleteStreamMeta():
            return answer.model_copy(update=_meta(event))
        case CompleteStreamDelta():
            update = {"text": answer.text + event.text, "timing": _timing(answer, elapsed_ms)}
            return answer.model_copy(update=update)
        case CompleteResult():
            return _whole(answer, event, elapsed_ms)
        case _:
            return answer


def _timing(answer: Answer, elapsed_ms: float) -> Timing:
    """As far as it is known. A simulated vendor's first token has its own figure: what the words
    took longer is how late the server's machine is."""
    first = answer.timing.ttft_ms if answer.timing else None
    late = answer.timing.late_ms if answer.timing else None
    if first is None and answer.simulated and answer.attempts:
        first = sum(each.duration_ms for each in answer.attempts)
        late = elapsed_ms - first if elapsed_ms - first >= _NOTICED_MS else None
    first = elapsed_ms if first is None else first
    return Timing(ttft_ms=first, total_ms=max(first, elapsed_ms - (late or 0.0)), late_ms=late)


def _meta(event: CompleteStreamMeta) -> dict[str, Any]:
    return {
        "provider": event.provider,
        "model": event.model,
        "kind": event.kind,
        "simulated": bool(event.simulated) or event.kind == "simulated",
        "words": event.words,
        "failover_count": event.failover_count,
        "attempts": tuple(event.attempts or ()),
        "scores_run_id": event.scores_run_id,
    }


def _whole(answer: Answer, result: CompleteResult, elapsed_ms: float) -> Answer:
    measured = answer.timing.ttft_ms if answer.timing else None
    kind = result.kind or answer.kind
    return Answer(
        text=result.text or answer.text,
        provider=result.provider,
        model=result.model,
        kind=kind,
        simulated=bool(result.simulated) or kind == "simulated",
        words=result.words or answer.words,
        usage=result.usage,
        failover_count=result.failover_count,
        attempts=tuple(result.attempts or answer.attempts),
        scores_run_id=result.scores_run_id or answer.scores_run_id,
        finish_reason=result.finish_reason,
        notes=tuple(result.notes or ()),
        timing=result.timing or Timing(ttft_ms=measured, total_ms=elapsed_ms),
    )


def sound_model(model: ModelT) -> ModelT:
    """The model with every lone surrogate in its texts replaced by U+FFFD, and whole pairs joined.

    The same object where nothing had to change.
    """
    try:
        model.model_dump_json()
    except ValueError:
        return type(model).model_validate(_sound_value(model.model_dump()))
    return model


def _sound_value(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {key: _sound_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_sound_value(item) for item in value]
    return value
