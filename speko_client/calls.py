"""Builds requests without sending them: one ``Call`` per endpoint.

Arguments are checked here, models and dicts alike. A field that was not set is not sent, not even
as null, so that the server's and the provider's own defaults apply.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypedDict, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from speko_client.errors import SpekoRequestError
from speko_client.models import (
    REASONING_HEADER,
    WHAT_IF_HEADER,
    ChatMessage,
    ChatTool,
    CompleteRequest,
    PipelineConstraints,
    ReasoningEffort,
    RoutingIntent,
    SpekoModel,
    SweepRequest,
    WhatIf,
)
from speko_client.server import checked_headers

JSON: Final = "application/json"
EVENT_STREAM: Final = "text/event-stream"
Accept = Literal["application/json", "text/event-stream"]

MessageInput = ChatMessage | Mapping[str, Any]
IntentInput = RoutingIntent | Mapping[str, Any]
ConstraintsInput = PipelineConstraints | Mapping[str, Any]
ToolInput = BaseModel | Mapping[str, Any]

ModelT = TypeVar("ModelT", bound=BaseModel)


class CompleteOptions(TypedDict, total=False):
    """What ``complete`` and ``complete_stream`` take besides messages and intent.

    ``temperature`` is 0 to 2, ``max_tokens`` at least 1, ``max_tool_hops`` 1 to 16. A tool is a
    ``ChatTool``, another pydantic model of that shape, or a dict: flat, or in OpenAI's ``function``
    envelope. What is None is not sent, and the server's or provider's default applies.
    ``session_id`` and ``extra_headers`` go as headers. *Extension:* ``reasoning`` asks for what the
    model thinks, too: as ``CompleteStreamReasoning`` events, and in the answer's ``reasoning``.
    """

    system_prompt: str | None
    temperature: float | None
    max_tokens: int | None
    constraints: ConstraintsInput | None
    reasoning_effort: ReasoningEffort | None
    tools: Sequence[ToolInput] | None
    tool_choice: str | Mapping[str, Any] | None
    parallel_tool_calls: bool | None
    max_tool_hops: int | None
    session_id: str | None
    extra_headers: Mapping[str, str] | None
    reasoning: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One request, relative to the base URL."""

    method: str
    path: str
    headers: Mapping[str, str]
    params: Sequence[tuple[str, str]] = ()
    body: bytes | None = field(default=None, repr=False)


def complete_call(
    messages: Sequence[MessageInput],
    intent: IntentInput,
    options: CompleteOptions,
    *,
    accept: Accept,
) -> Call:
    """``POST /v1/complete``. Raises TypeError for an option that there is not."""
    if unknown := options.keys() - CompleteOptions.__annotations__:
        raise TypeError(f"There is no argument {min(unknown)!r}.")
    fields = {"messages": messages, "intent": intent, **options}
    if (tools := options.get("tools")) is not None:
        fields["tools"] = [_tool(each, place) for place, each in enumerate(tools)]
    request = _checked(CompleteRequest, {k: v for k, v in fields.items() if v is not None})
    headers = checked_headers(options.get("extra_headers"))
    headers |= _session_header((options.get("session_id") or "").strip())
    if options.get("reasoning"):
        headers[REASONING_HEADER] = "true"
    return post_call("/v1/complete", request, headers, accept=accept)


def preview_call(
    intent: IntentInput,
    constraints: ConstraintsInput | None,
    *,
    what_if: WhatIf | None = None,
    weight_lines: bool = False,
) -> Call:
    """``GET /v1/routing/preview``; the allow-list goes as repeated ``allowed_provider``.

    ``what_if`` and ``weight_lines`` are extensions of the embedded gateway.
    """
    params = list(_checked(RoutingIntent, intent).model_dump(exclude_none=True).items())
    limits = _checked(PipelineConstraints, constraints or {}).allowed_providers
    params += [("allowed_provider", entry) for entry in (limits and limits.llm) or ()]
    if weight_lines:
        params.append(("weight_lines", "true"))
    return get_call("/v1/routing/preview", params, _what_if_header(what_if))


def sweep_call(request: SweepRequest, what_if: WhatIf | None = None) -> Call:
    """``POST /v1/routing/sweep``."""
    return post_call("/v1/routing/sweep", request, _what_if_header(what_if))


def scores_call(snapshot: str) -> Call:
    """``GET /v1/scores/ID``; the id is quoted, whatever is in it."""
    return get_call(f"/v1/scores/{quote(snapshot, safe='')}")


def get_call(
    path: str, params: Sequence[tuple[str, str]] = (), headers: Mapping[str, str] | None = None
) -> Call:
    """A ``GET`` that is answered in JSON."""
    return Call("GET", path, {**(headers or {}), "Accept": JSON}, params)


def post_call(
    path: str,
    body: BaseModel | Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
    *,
    accept: Accept = JSON,
) -> Call:
    """A ``POST`` of JSON, answered in JSON or as events; a model's unset fields are left out."""
    headers = {**(headers or {}), "Accept": accept, "Content-Type": JSON}
    return Call("POST", path, headers, body=_encoded(body))


def _what_if_header(what_if: WhatIf | None) -> dict[str, str]:
    return {WHAT_IF_HEADER: what_if.to_header()} if what_if is not None else {}


def _session_header(session_id: str) -> dict[str, str]:
    if not (session_id.isascii() and session_id.isprintable()):
        raise SpekoRequestError("session_id cannot be sent.", advice="Use plain ASCII.")
    return {"x-session-id": session_id} if session_id else {}


def _checked(model: type[ModelT], value: object, name: str = "") -> ModelT:
    if isinstance(value, model):
        return value
    try:
        return model.model_validate(_plain(value))
    except ValidationError as error:
        # The message names each field and what is wrong with it, and quotes no value: a value
        # can be a whole conversation.
        faults = "; ".join(
            f"{_path(name, *fault['loc']) or model.__name__}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_context=False, include_input=False)
        )
        raise SpekoRequestError(
            f"The request is not valid: {faults}.", advice="Correct it; nothing was sent."
        ) from None


def _tool(tool: ToolInput, place: int) -> dict[str, Any]:
    """A tool as it is sent: its own keys in camelCase, its schema and anybody else's form as is."""
    plain = _plain(tool)
    if isinstance(plain, dict) and "function" in plain:
        return plain
    return _checked(ChatTool, plain, f"tools.{place}").model_dump(by_alias=True, exclude_none=True)


def _path(*parts: object) -> str:
    return ".".join(str(part) for part in parts if part != "")


def _plain(value: object) -> object:
    """Any mapping or sequence as the dict or list that pydantic takes.

    Our own models stay models; those of others, such as the official SDK's, become dicts.
    """
    if isinstance(value, BaseModel) and not isinstance(value, SpekoModel):
        return value.model_dump(by_alias=True, exclude_none=True)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _encoded(body: BaseModel | Mapping[str, Any]) -> bytes:
    try:
        if isinstance(body, BaseModel):
            body = body.model_dump(by_alias=True, exclude_none=True)
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise SpekoRequestError(
            f"The request cannot be written as JSON: {error}.",
            advice="Use strings, numbers, booleans, lists and dicts only; nothing was sent.",
        ) from error
