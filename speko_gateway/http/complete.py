"""``POST /v1/complete``: one request in, one answer out, as a JSON object or as a stream.

It works on the bare ASGI messages: the headers are sent only once a candidate has begun to answer,
so they can name it, and a caller who leaves is noticed at any moment, in both forms.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails
from starlette.types import Receive, Scope, Send

from speko_client.models import Attempt, ChatMessage, CompleteRequest, Timing
from speko_gateway.breadth import is_too_wide
from speko_gateway.errors import GatewayError, invalid
from speko_gateway.failover.relay import Piece, Relay, Speaker
from speko_gateway.failover.staging import staging_in
from speko_gateway.gateway import Gateway
from speko_gateway.http.answers import (
    EVENTS,
    answer_headers,
    encode,
    error_frame,
    frame,
    gathered,
    headers_of,
    meta_frame,
    piece_frame,
    refuse,
    result_body,
    send_body,
    send_start,
    send_whole,
)
from speko_gateway.http.leaving import CallerGone, GatewayStopping, connected
from speko_gateway.http.negotiation import answer_form, wants_reasoning
from speko_gateway.http.observing import RequestRecord, record_of
from speko_gateway.http.tool_notes import notes_on_tools
from speko_gateway.provider import Finish, ProviderError, Reasoning, ToolCall
from speko_gateway.turns import turn

_log = logging.getLogger(__name__)

_STOPPING = "The gateway is stopping. Ask again once it is back."

MAX_BODY_BYTES = 2 * 1024 * 1024
MOST_ELEMENTS = 100_000
"""Of one body, see ``breadth``: they are read in some 30 ms."""
MOST_MESSAGES = 2048
"""Tool calls count as well; as many as OpenAI takes."""
MOST_TOOLS = 512
_MOST_PIECES = 4096
_LONG = 64 * 1024

ModelT = TypeVar("ModelT", bound=BaseModel)


def _whole_number(value: object) -> object:
    """100.0 is the whole number 100 to JSON, though not to a strict Python check."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class WireRequest(CompleteRequest):
    """The body of ``POST /v1/complete``, with whole numbers as JSON has them, and bounded."""

    messages: Annotated[
        list[ChatMessage], Field(min_length=1, max_length=MOST_MESSAGES, fail_fast=True)
    ]
    tools: Annotated[list[dict[str, Any]], Field(max_length=MOST_TOOLS, fail_fast=True)] | None = (
        None
    )
    max_tokens: Annotated[int, Field(ge=1), BeforeValidator(_whole_number)] | None = None
    max_tool_hops: Annotated[int, Field(ge=1, le=16), BeforeValidator(_whole_number)] | None = None


async def read_body(receive: Receive) -> bytes:
    """The whole body; GatewayError above MAX_BODY_BYTES, CallerGone when it never comes."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerGone
        chunk: bytes = message.get("body", b"")
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise invalid(f"The body is larger than {MAX_BODY_BYTES // 1024 // 1024} MiB")
        if not message.get("more_body", False):
            return body


def parse_request(body: bytes) -> CompleteRequest:
    """The body of ``POST /v1/complete``; GatewayError where it is none."""
    request = parsed(WireRequest, body)
    calls = [call for message in request.messages for call in message.tool_calls or ()]
    if len(calls) + len(request.messages) > MOST_MESSAGES:
        raise invalid(f"messages: they and their tool calls are more than {MOST_MESSAGES}")
    if any(is_too_wide(call.args, MOST_ELEMENTS) for call in calls):
        raise invalid(f"messages: a tool call's args have more than {MOST_ELEMENTS:,} elements")
    return request


def parsed(model: type[ModelT], body: bytes) -> ModelT:
    """Check the body as the wire has it: JSON types are not converted, names are camelCase."""
    if len(body) > MOST_ELEMENTS and is_too_wide(body.decode("utf-8", "replace"), MOST_ELEMENTS):
        raise invalid(f"The body has more than {MOST_ELEMENTS:,} elements")
    try:
        return model.model_validate_json(body, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        raise validation_error(
            error.errors(include_url=False, include_context=False, include_input=False)
        ) from None


def validation_error(details: Sequence[ErrorDetails]) -> GatewayError:
    """The error that names every field at fault, such as ``intent.language``."""
    return invalid("; ".join(map(_sentence, details[:5])))


def _sentence(detail: ErrorDetails) -> str:
    field = ".".join(str(part) for part in detail["loc"])
    said = "There is no such parameter" if detail["type"] == "extra_forbidden" else detail["msg"]
    return f"{field or 'body'}: {said}"


class CompleteAnswer:
    """The ASGI application of the one route: reads, decides, asks and answers."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer this request; a GatewayError becomes its envelope."""
        if scope["method"] != "POST":
            await refuse(scope, send, _only_post())
            return
        started = self.gateway.clock()
        headers = headers_of(scope)
        record = record_of(scope)
        try:
            body = await read_body(receive)
            gateway = self.gateway.for_request(headers)
            request = parse_request(body)
            await gateway.ready()
            form = answer_form(
                headers.get("accept"),
                headers.get("user-agent"),
                has_vertical=request.intent.vertical is not None,
            )
            buffered = form == "json"
            staging = staging_in(headers, drills=gateway.drill_rules is not None)
            relay = gateway.relay(request, staging, buffered=buffered)
            notes = notes_on_tools(request.tools or (), request.max_tool_hops)
            onward = record.onward or send
            exchange = Exchange(gateway, relay, started, send, onward, record, notes)
            if wants_reasoning(headers):
                relay.overhear = exchange.overhear
            record.attempts = relay.attempts
            record.form = form
            await (exchange.buffer(receive) if buffered else exchange.stream(receive))
        except CallerGone:
            record.outcome = "cancelled"
        except GatewayStopping:
            stopping = GatewayError(500, "COMPLETE_FAILED", _STOPPING)
            record.refused(stopping)
            await refuse(scope, send, stopping)
        except GatewayError as error:
            record.refused(error)
            await refuse(scope, send, error)


def _only_post() -> GatewayError:
    return GatewayError(405, "METHOD_NOT_ALLOWED", "Method Not Allowed", headers={"allow": "POST"})


@dataclass(slots=True)
class Exchange:
    """One accepted request on its way to its answer. ``onward`` sends what follows the start.

    ``voice`` is whose words or thoughts are the ``pieces``. ``opened``: the response has begun.
    """

    gateway: Gateway
    relay: Relay
    started: float
    send: Send
    onward: Send
    record: RequestRecord
    notes: Sequence[str] = ()
    pieces: list[Piece] = field(default_factory=list)
    voice: Speaker | None = None
    ttft_ms: float | None = None
    opened: bool = False

    async def buffer(self, receive: Receive) -> None:
        """Answer with one JSON object; a break in the middle fails over as well."""
        async with connected(receive):
            speaker = await self._open()
            while not await self._heard_out(speaker):
                speaker = await self._open()
        await self._in_turn()
        body = encode(self._result(speaker))
        self.record.outcome = "answered"
        headers = answer_headers(speaker, self.gateway.snapshot.id)
        await send_whole(self.send, 200, body, headers)

    async def stream(self, receive: Receive) -> None:
        """Answer with events; the response opens once a candidate speaks, or thinks aloud."""
        try:
            async with connected(receive):
                last = await self._all_but_last()
        except GatewayStopping:
            if not self.opened:
                raise
            last = self._broken(_STOPPING, "GATEWAY_STOPPING")
        except GatewayError as error:
            if not self.opened:
                raise
            last = self._broken(error.message, error.code, error.attempts)
        # Not inside: after the last byte the server reports that the caller has left.
        await send_body(self.onward, last, more=False)

    async def overhear(self, speaker: Speaker, thoughts: Sequence[Reasoning]) -> None:
        """Pass on what a candidate thinks before its first words; it may still fail."""
        opening = await self._introduced(speaker)
        self._keep(thoughts)
        if self.opened:
            await send_body(self.onward, opening + b"".join(map(piece_frame, thoughts)))

    async def _open(self) -> Speaker:
        speaker = await self.relay.open()
        self.ttft_ms = self._taken_ms(speaker, speaker.attempts)
        self.record.spoken(speaker.option, self.ttft_ms)
        return speaker

    async def _introduced(self, speaker: Speaker) -> bytes:
        """Its ``meta`` event, to be sent behind the head; nothing where that was sent before."""
        if speaker is self.voice:
            return b""
        self.voice = speaker
        self.pieces.clear()
        if self.relay.request.buffered:
            return b""
        if not self.opened:
            self.opened = True
            headers = answer_headers(speaker, self.gateway.snapshot.id)
            await send_start(self.send, 200, EVENTS | headers)
        return meta_frame(speaker, self.gateway.snapshot.id)

    def _keep(self, pieces: Sequence[Piece]) -> None:
        self.pieces.extend(pieces)
        if len(self.pieces) > _MOST_PIECES:
            self._gather()

    async def _heard_out(self, speaker: Speaker) -> bool:
        """Collect the whole answer; False where it broke off, which the relay has recorded."""
        await self._introduced(speaker)
        try:
            async with aclosing(speaker.batches()) as batches:
                async for batch in batches:
                    self._keep(batch)
        except ProviderError:
            return False
        finally:
            await speaker.close()
        return True

    def _gather(self) -> None:
        """Each piece takes a hundred bytes beside its text."""
        self.pieces = gathered(self.pieces)

    async def _in_turn(self) -> None:
        """Before the whole answer is written down: a long one waits until the loop has time."""
        if len(self.pieces) > 1:
            self._gather()
        if any(len(each.text) > _LONG for each in self.pieces if not isinstance(each, ToolCall)):
            await turn()

    async def _all_but_last(self) -> bytes:
        """Send ``meta`` and the pieces; the terminal event is returned."""
        speaker = await self._open()
        try:
            broken = await self._send_pieces(speaker)
        finally:
            await speaker.close()
        if broken is not None:
            return broken
        await self._in_turn()
        self.record.outcome = "answered"
        return frame("done", self._result(speaker))

    async def _send_pieces(self, speaker: Speaker) -> bytes | None:
        """None, or the ``error`` event where the answer broke off."""
        opening = await self._introduced(speaker)
        try:
            async with aclosing(speaker.batches()) as batches:
                async for batch in batches:
                    self._keep(batch)
                    await send_body(self.onward, opening + b"".join(map(piece_frame, batch)))
                    opening = b""
        except ProviderError as error:
            # The attempt's own words: they say whether a drill's fault or the candidate's it was.
            message = f"{speaker.option.candidate} {self.relay.attempts[-1].message}"
            return self._broken(message, error.code, self.relay.attempts)
        except Exception:
            # The headers are sent, so no status can say it: the stream has to end in an error.
            _log.exception("%s raised what it should not", speaker.option.candidate)
            return self._broken("The gateway failed; see its log", "INTERNAL_ERROR")
        return None

    def _broken(self, message: str, code: str, attempts: Sequence[Attempt] = ()) -> bytes:
        self.record.failed(code)
        return error_frame(message, code, attempts)

    def _result(self, speaker: Speaker) -> dict[str, Any]:
        return result_body(
            speaker,
            self.relay,
            self.pieces,
            self.gateway.snapshot.id,
            self._timing(speaker, speaker.finish),
            self.notes,
        )

    def _timing(self, speaker: Speaker, finish: Finish | None) -> Timing:
        late = finish.late if finish else None
        return Timing(
            ttft_ms=self.ttft_ms,
            total_ms=self._taken_ms(speaker, self.relay.attempts),
            late_ms=None if late is None else round(late * 1000, 3),
        )

    def _taken_ms(self, speaker: Speaker, attempts: Sequence[Attempt]) -> float:
        """Since the beginning; by a simulated vendor's own clock where it has one."""
        if speaker.running.has_own_clock:
            return round(sum(each.duration_ms for each in attempts), 3)
        return round((self.gateway.clock() - self.started) * 1000, 3)
