"""One event, or one whole answer, out of its JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from speko_client.errors import SpekoApiError
from speko_client.failures import error_fields, invalid_answer
from speko_client.models import (
    CompleteResult,
    CompleteStreamDelta,
    CompleteStreamDone,
    CompleteStreamEvent,
    CompleteStreamMeta,
    CompleteStreamServerToolCall,
    CompleteStreamToolCall,
    StreamError,
)
from speko_client.wire.error_forms import error_in
from speko_client.wire.halves import Halves, sound
from speko_client.wire.sse import ServerSentEvent

ModelT = TypeVar("ModelT", bound=BaseModel)

_MOST_NAMED = 100

_EVENTS: Mapping[str, type[CompleteStreamEvent]] = {
    "meta": CompleteStreamMeta,
    "delta": CompleteStreamDelta,
    "tool_call": CompleteStreamToolCall,
    "server_tool_call": CompleteStreamServerToolCall,
    "done": CompleteStreamDone,
    "error": StreamError,
}


def model_of(block: ServerSentEvent) -> type[CompleteStreamEvent] | None:
    """What an event is by its name; None for an unknown one, and one without data.

    One without a name is an error where its data reports one; other servers do that.
    """
    model = _EVENTS.get(block.event)
    if model is None and block.event == "message" and "error" in block.data:
        return StreamError if _reports_error(block.data) else None
    return model if model is StreamError or block.data.strip() else None


def read_delta(text: str, halves: Halves) -> CompleteStreamDelta:
    """A piece of text; half a character at its end waits for the other half."""
    fields = json_object(json_value(text, mend=False))
    said = fields.get("text")
    if isinstance(said, str) and (halves.held or not said.isascii()):
        fields["text"] = halves.take(said)
    return validated(CompleteStreamDelta, {**fields, "type": "delta"})


def as_events(result: CompleteResult) -> Iterator[CompleteStreamEvent]:
    """The events that a stream of this answer has."""
    yield CompleteStreamMeta(
        provider=result.provider,
        model=result.model,
        failover_count=result.failover_count,
        total_failover_count=result.failover_count,
        scores_run_id=result.scores_run_id,
        attempts=result.attempts,
        kind=result.kind,
        simulated=result.simulated,
        words=result.words,
    )
    if result.text:
        yield CompleteStreamDelta(text=result.text)
    for call in result.tool_calls or ():
        yield CompleteStreamToolCall(id=call.id, name=call.name, args=call.args)
    yield CompleteStreamDone.model_validate(dict(result))


def read_event(model: type[CompleteStreamEvent], text: str) -> CompleteStreamEvent:
    """An event of this model."""
    if model is StreamError:
        return error_event(_error_fields(text))
    data = json_object(json_value(text))
    # The event's name decides; a "type" in the data is ignored.
    data.pop("type", None)
    return validated(model, data)


def error_event(fields: dict[str, Any]) -> StreamError:
    """The error event for these fields of an error, in whatever form."""
    message, code = error_fields(fields)
    error = message or "The server ended the answer without a reason"
    attempts = {"attempts": fields["attempts"]} if "attempts" in fields else {}
    return validated(StreamError, {"error": error, "code": code or "STREAM_ERROR", **attempts})


def _error_fields(text: str) -> dict[str, Any]:
    """The fields of an error event; one that is plain text is its own message."""
    try:
        value = json_value(text)
    except SpekoApiError:
        value = text.strip()
    return error_in(value) or (value if isinstance(value, dict) else {"error": value})


def json_value(text: bytes | bytearray | str, *, mend: bool = True) -> Any:
    """The JSON value; ``mend`` takes out half characters, which nothing can store."""
    try:
        value = json.loads(text)
        if mend and _may_hold_halves(text):
            value = json.loads(sound(json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError) as error:
        raise invalid_answer("The answer is not valid JSON.") from error
    return value


def _reports_error(text: str) -> bool:
    try:
        return error_in(json.loads(text)) is not None
    except (ValueError, RecursionError):
        return False


def _may_hold_halves(text: bytes | bytearray | str) -> bool:
    if isinstance(text, str):
        return "\\ud" in text or "\\uD" in text
    return b"\\ud" in text or b"\\uD" in text


def json_object(value: Any) -> dict[str, Any]:
    """The value, where it is an object; else SpekoStreamError."""
    if not isinstance(value, dict):
        raise invalid_answer("The answer is JSON, but not an object.")
    return value


def validated(model: type[ModelT], data: dict[str, Any]) -> ModelT:
    """The data as ``model``; SpekoStreamError names the fields that are missing or wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise invalid_answer(
            f"Fields of the answer are missing or wrong: {_fields_at_fault(error)[:500]}."
        ) from None


def _fields_at_fault(error: ValidationError) -> str:
    if (count := error.error_count()) > _MOST_NAMED:
        # To name them is to build a dict for each, and a server may send a million.
        return f"{count:,} of them"
    return ", ".join(
        ".".join(str(part) for part in fault["loc"])
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    )
