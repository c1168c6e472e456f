"""The one way to ask a server: for an answer, and for the ranking that it would answer by.

A *preview* is the question, a *ranking* its answer; a preview runs no model. What a server says is
made storable here: JSON can spell half a surrogate pair, which no file or page can hold.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import nullcontext
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from playground.servers.connection import Connecting, Connection
from playground.sessions.reasoning import parted
from playground.sessions.totals import Price
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
    CompleteStreamReasoning,
    DemoReply,
    Drill,
    PipelineConstraints,
    RoutingIntent,
    RoutingPreview,
    Timing,
)
from speko_client.redaction import RedactedStream, Redactor
from speko_client.wire.halves import sound_value

ANSWER_TIMEOUT: Final = 330.0
"""Seconds a server may stay silent: it may be trying several candidates, and one may have to load
its model. The embedded gateway itself gives up after 300 s (``--limit-deadline``)."""

PREVIEW_SECONDS: Final = 2.0
"""A preview runs no model, so a server that needs longer has none to give."""

_NOTICED_MS: Final = 500.0
"""From here on a simulated vendor's words are late, as in the embedded gateway."""

_LOG = logging.getLogger(__name__)

ModelT = TypeVar("ModelT", bound=BaseModel)


async def connected(server: Connection | Connecting) -> Connection:
    """The server, once it is up. Raises GatewayStartError."""
    if isinstance(server, Connection):
        return server
    return await asyncio.to_thread(server.connect)


async def run_turn(
    connection: Connection,
    history: Sequence[Turn],
    message: str,
    settings: TurnSettings,
    *,
    client: AsyncSpeko | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> AsyncGenerator[Answer]:
    """Ask for one answer; yields it as it grows, and at the end the whole of it.

    ``history`` is the branch so far. ``client`` is one of ``client_of`` this connection, which
    stays open, for callers who ask often; else one is made for this call. ``clock`` gives seconds:
    where the server gives no timing, it is measured here. Raises SpekoApiError; the answer yielded
    last then is what had arrived.
    Closing the generator, or cancelling its task, cancels the request.
    """
    started = clock()
    redactor = connection.redactor
    arriving = _Arriving(redactor)
    arguments = call_arguments(connection, history, message, settings)
    async with (
        _kept_open(client) or client_of(connection) as asked,
        asked.complete_stream(**arguments) as stream,
    ):
        async for event in stream:
            event = sound_model(event)
            if not isinstance(event, CompleteStreamDelta | CompleteStreamReasoning):
                event = redactor.model(event)
            yield arriving.take(event, (clock() - started) * 1000)
        await stream.result()


def priced(answer: Answer, price: Price) -> Answer:
    """The answer with its cost; as it is where it is the local model's, or nothing is known."""
    if answer.kind == "local" or not (answer.provider and answer.model and answer.usage):
        return answer
    found = price(answer.provider, answer.model, answer.usage)
    if found is None:
        return answer
    return answer.model_copy(update={"cost_usd": found[0], "price_source": found[1]})


async def ranking_for(
    connection: Connection,
    settings: TurnSettings,
    within: float = PREVIEW_SECONDS,
    *,
    client: AsyncSpeko | None = None,
) -> RoutingPreview | None:
    """The ranking that a turn is about to be answered by; None where none comes in time.

    It is asked beside the answer: what goes wrong here leaves the turn without a ranking, and
    changes nothing else.
    """
    try:
        async with (
            asyncio.timeout(within),
            _kept_open(client) or client_of(connection, within) as asked,
        ):
            ranking = await asked.preview_routing(**preview_arguments(connection, settings))
            return connection.redactor.model(sound_model(ranking))
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


def client_of(connection: Connection, timeout: float = ANSWER_TIMEOUT) -> AsyncSpeko:
    """A client of this server, to be closed after use; it belongs to the loop that uses it."""
    return AsyncSpeko(
        api_key=connection.key.get_secret_value(),
        base_url=connection.base_url,
        timeout=timeout,
        keyless=True,
        # Here and not among the call's arguments: they hold keys, and arguments get shown.
        extra_headers=connection.headers,
        public_only=connection.calls_public_only,
    )


def _kept_open(client: AsyncSpeko | None) -> nullcontext[AsyncSpeko] | None:
    return None if client is None else nullcontext(client)


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
        "reasoning": True,
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
    """The messages to send, without reasoning; turns without an answer are left out.

    So roles alternate. An imported answer may have no message before it.
    """
    messages: list[ChatMessage] = []
    for turn in history:
        if turn.answer.text:
            if turn.message:
                messages.append(ChatMessage(role="user", content=turn.message))
            messages.append(ChatMessage(role="assistant", content=turn.answer.text))
    return [*messages, ChatMessage(role="user", content=message)]


class _Arriving:
    """An answer as it arrives, its reasoning apart from its text."""

    def __init__(self, redactor: Redactor) -> None:
        self._answer = Answer()
        self._words, self._thoughts = RedactedStream(redactor), RedactedStream(redactor)
        self._said = self._thought = ""
        self._may_have_tags = False
        self._began_ms: float | None = None

    def take(self, event: CompleteStreamEvent, elapsed_ms: float) -> Answer:
        """The answer with this event; the time is since the request."""
        match event:
            case CompleteStreamMeta():
                # A second one is another candidate's: what the one before it thought is void.
                self._thought = ""
                begun = {"reasoning": "", "reasoning_ms": None}
                self._answer = self._answer.model_copy(update=_meta(event) | begun)
            case CompleteStreamReasoning():
                self._thought += self._thoughts.feed(event.text)
                self._grow(elapsed_ms)
            case CompleteStreamDelta():
                self._said += self._words.feed(event.text)
                self._may_have_tags = self._may_have_tags or "<" in event.text
                self._grow(elapsed_ms)
            case CompleteResult():
                self._answer = self._whole(event, elapsed_ms)
        return self._answer

    def _grow(self, elapsed_ms: float) -> None:
        self._began_ms = elapsed_ms if self._began_ms is None else self._began_ms
        before = self._answer
        text, thought = self._said, self._thought
        if self._may_have_tags:
            tagged, text = parted(text)
            thought = f"{thought}\n\n{tagged}".strip() if tagged else thought
        timing = _timing(before, elapsed_ms) if text else Timing(total_ms=elapsed_ms)
        update: dict[str, Any] = {"text": text, "timing": timing}
        if thought:
            is_over = bool(before.text and before.reasoning)
            took = before.reasoning_ms if is_over else _rounded(elapsed_ms - self._began_ms)
            update |= {"reasoning": thought, "reasoning_ms": took}
        self._answer = before.model_copy(update=update)

    def _whole(self, result: CompleteResult, elapsed_ms: float) -> Answer:
        before = self._answer
        measured = before.timing.ttft_ms if before.timing else None
        timing = result.timing or Timing(ttft_ms=measured, total_ms=elapsed_ms)
        said = self._said + self._words.end()
        text, thought = result.text or said, result.reasoning or self._thought
        if self._may_have_tags:
            tagged, text = parted(text, whole=True)
            if tagged:
                thought = f"{thought}\n\n{tagged}".strip()
                # The server took the first thought for the first word.
                timing = timing.model_copy(update={"ttft_ms": measured})
        kind = result.kind or before.kind
        return Answer(
            text=text,
            reasoning=thought,
            reasoning_ms=before.reasoning_ms if thought else None,
            provider=result.provider,
            model=result.model,
            kind=kind,
            simulated=bool(result.simulated) or kind == "simulated",
            words=result.words or before.words,
            usage=result.usage,
            failover_count=result.failover_count,
            attempts=tuple(result.attempts or before.attempts),
            scores_run_id=result.scores_run_id or before.scores_run_id,
            finish_reason=result.finish_reason,
            notes=tuple(result.notes or ()),
            timing=timing,
        )


def _rounded(milliseconds: float) -> float | None:
    """None where there is nothing to measure: it came at once, in an answer of one piece."""
    return milliseconds if milliseconds >= 1 else None


def _timing(before: Answer, elapsed_ms: float) -> Timing:
    """As far as it is known. A simulated vendor's first token has its own figure: what the words
    took longer is how late the server's machine is."""
    first, late = elapsed_ms, None
    if before.text and before.timing and before.timing.ttft_ms is not None:
        first, late = before.timing.ttft_ms, before.timing.late_ms
    elif before.simulated and before.attempts:
        first = sum(each.duration_ms for each in before.attempts)
        late = elapsed_ms - first if elapsed_ms - first >= _NOTICED_MS else None
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


def sound_model(model: ModelT) -> ModelT:
    """The model with every lone surrogate in its texts replaced by U+FFFD, and whole pairs joined.

    The same object where nothing had to change.
    """
    try:
        model.model_dump_json()
    except ValueError:
        return type(model).model_validate(sound_value(model.model_dump()))
    return model
