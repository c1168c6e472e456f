"""The ``google`` dialect: the Gemini API's generateContent.

``POST {base}/v1/models/{model}:streamGenerateContent?alt=sse``, or ``:generateContent`` for the
answer in one piece, which looks like a single chunk. The system prompt is the
``systemInstruction``, the assistant's role is ``model``, results of tools are the user's. There
is no terminal event: the answer is complete with the chunk that has a ``finishReason``. Field
names are as Google's SDK sends them; the API takes either spelling.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from speko_client.models import ReasoningEffort
from speko_gateway.conversation import (
    LegalMessage,
    alternating,
    arguments,
    function_tools,
    legal_messages,
    system_text,
    tool_choice,
    unique_ids,
)
from speko_gateway.provider import PROGRESS, ProviderEvent, ProviderRequest
from speko_gateway.providers.vendors.catalogue import Vendor, effort_note, nearest_effort
from speko_gateway.providers.vendors.dialect import Outgoing, Reader, model_ids
from speko_gateway.providers.vendors.reading import (
    Reading,
    count,
    event_object,
    is_end,
    listed,
    mapping,
    place_of,
    text,
)
from speko_gateway.providers.vendors.tool_fragments import spelled

_BUDGETS: dict[ReasoningEffort, int] = {
    "none": 0,
    "minimal": 1024,
    "low": 1024,
    "medium": 8192,
    "high": 24_576,
    "xhigh": 24_576,
    "max": 24_576,
}
"""Tokens of thinking per effort for Gemini 2.5: those of Google's own OpenAI-compatible API."""
_MIN_PRO_BUDGET = 128
"""Gemini 2.5 Pro cannot stop thinking; this is its least."""

_LEVELS: tuple[ReasoningEffort, ...] = ("minimal", "low", "medium", "high")
"""Google's SDK has XHIGH as well, but no model is documented to take it."""
_WITHOUT_MINIMAL = re.compile(
    r"gemini-(3\.[7-9]|[4-9])(\.\d+)?-flash(?!-lite)|gemini-flash-latest|.*pro"
)
_WITHOUT_MEDIUM = re.compile(r"gemini-3-pro")
_WITHOUT_THINKING = re.compile(r"gemini-(1|2\.0)|gemma-[1-3]")
_WITH_BUDGET = re.compile(r"gemini-2\.5")
_WITHOUT_SYSTEM = re.compile(r"gemma-[1-3]")
_ONLY_IN_BETA = re.compile(r".*(-latest$|preview|-exp\b)")

_LISTED_AS = "models/"

UNSIGNED = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="
"""What Gemini 3 takes for the signature of a tool call that another model made.

Base64 of ``skip_thought_signature_validator``, Google's documented stand-in.
"""

_METHODS = {False: "streamGenerateContent?alt=sse", True: "generateContent"}
"""By whether the answer is wanted in one piece."""


class GoogleDialect:
    """Gemini's generateContent."""

    def outgoing(self, vendor: Vendor, request: ProviderRequest) -> Outgoing:
        """The request; where a model has no system instruction, the first turn carries it.

        A model may be named as Google lists it: ``models/gemini-2.5-flash``.
        """
        request = replace(request, model=request.model.removeprefix(_LISTED_AS))
        turns = [turn for turn in _turns(request) if turn.role != "system"]
        system = system_text(request)
        if system and _WITHOUT_SYSTEM.match(request.model):
            turns, system = [LegalMessage("user", system), *turns], None
        legal, notes = alternating(turns)
        thinking, thinking_notes = _thinking(request)
        body = {
            "contents": _contents(legal, signed=_wants_signatures(request.model)),
            "systemInstruction": {"parts": [{"text": system}], "role": "user"} if system else None,
            "generationConfig": _config(request, thinking),
            **_tool_fields(request),
        }
        return Outgoing(
            f"/{_version(request.model)}/models/{quote(request.model, safe='')}"
            f":{_METHODS[request.buffered]}",
            {name: value for name, value in body.items() if value is not None},
            {},
            (*notes, *thinking_notes),
        )

    def reader(self, notes: tuple[str, ...], secret: str | None) -> Reader:
        """A reader of candidate chunks."""
        return CandidateReader(notes, secret)

    def key_headers(self, key: str) -> dict[str, str]:
        """A header; in the URL, where Google takes it too, it would end in logs."""
        return {"x-goog-api-key": key}

    def models_request(self) -> Outgoing:
        """``GET {base}/v1beta/models``, which lists the previews too."""
        return Outgoing("/v1beta/models?pageSize=1000", {}, {})

    def model_ids(self, entries: list[Any]) -> list[str]:
        """The ``name`` of those that generate content, without ``models/``."""
        return model_ids(list(filter(_talks, entries)), prefix=_LISTED_AS)


def _talks(model: Any) -> bool:
    methods = mapping(model).get("supportedGenerationMethods")
    return not isinstance(methods, list) or "generateContent" in methods


# What is sent


def _version(model: str) -> str:
    """Previews and ``-latest`` aliases exist only in the beta."""
    return "v1beta" if _ONLY_IN_BETA.match(model) else "v1"


def _turns(request: ProviderRequest) -> tuple[LegalMessage, ...]:
    return legal_messages(request.messages, unique_ids(lambda _: True, lambda call_id: call_id))


def _contents(turns: tuple[LegalMessage, ...], *, signed: bool) -> list[dict[str, Any]]:
    contents: list[dict[str, Any]] = []
    for turn in turns:
        role = "model" if turn.role == "assistant" else "user"
        if contents and contents[-1]["role"] == role:
            contents[-1]["parts"] += _parts(turn, signed=signed)
        else:
            contents.append({"parts": _parts(turn, signed=signed), "role": role})
    return contents


def _parts(turn: LegalMessage, *, signed: bool) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"text": turn.text}] if turn.text else []
    for index, call in enumerate(turn.calls):
        part: dict[str, Any] = {"functionCall": {"name": call.name, "args": arguments(call)}}
        # Of calls made at once, the first one carries the signature.
        parts.append({**part, "thoughtSignature": UNSIGNED} if signed and index == 0 else part)
    for result in turn.results:
        response = {"error" if result.is_error else "output": result.text}
        parts.append({"functionResponse": {"name": result.name, "response": response}})
    return parts


def _wants_signatures(model: str) -> bool:
    return not (_WITHOUT_THINKING.match(model) or _WITH_BUDGET.match(model))


def _config(request: ProviderRequest, thinking: dict[str, Any] | None) -> dict[str, Any]:
    config = {
        "temperature": request.temperature,
        "maxOutputTokens": request.max_tokens,
        "thinkingConfig": thinking,
    }
    return {name: value for name, value in config.items() if value is not None}


def _thinking(request: ProviderRequest) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """The thinking to ask for: a budget in tokens for Gemini 2.5, a level from Gemini 3 on."""
    model, asked = request.model, request.reasoning_effort
    if asked is None:
        return None, ()
    if _WITHOUT_THINKING.match(model):
        return None, () if asked == "none" else (effort_note(model, asked, None),)
    if _WITH_BUDGET.match(model):
        return _budget(model, asked)
    sent = nearest_effort(asked, _levels(model))
    note = () if sent == asked else (effort_note(model, asked, sent),)
    return {"thinking_level": str(sent).upper()}, note


def _levels(model: str) -> tuple[ReasoningEffort, ...]:
    known = _LEVELS[1:] if _WITHOUT_MINIMAL.match(model) else _LEVELS
    medium_too = not _WITHOUT_MEDIUM.match(model)
    return tuple(level for level in known if level != "medium" or medium_too)


def _budget(model: str, asked: ReasoningEffort) -> tuple[dict[str, Any], tuple[str, ...]]:
    if asked == "none" and "pro" in model:
        note = f"{model} cannot stop thinking; the smallest budget was asked for instead."
        return {"thinking_budget": _MIN_PRO_BUDGET}, (note,)
    return {"thinking_budget": _BUDGETS[asked]}, ()


def _tool_fields(request: ProviderRequest) -> dict[str, Any]:
    if not request.tools:
        return {}
    declarations = [
        {
            name: value
            for name, value in (
                ("description", tool.description),
                ("name", tool.name),
                ("parameters_json_schema", tool.parameters),
            )
            if value is not None
        }
        for tool in function_tools(request.tools)
    ]
    return {"tools": [{"functionDeclarations": declarations}], "toolConfig": _tool_config(request)}


def _tool_config(request: ProviderRequest) -> dict[str, Any] | None:
    choice = tool_choice(request.tool_choice)
    if choice is None:
        return None
    mode = {"auto": "AUTO", "none": "NONE", "required": "ANY", "function": "ANY"}[choice.mode]
    config: dict[str, Any] = {"mode": mode}
    if choice.name:
        config["allowedFunctionNames"] = [choice.name]
    return {"functionCallingConfig": config}


# What comes back


class CandidateReader:
    """Reads chunks of the first candidate.

    Thoughts come only where a server sends them unasked: ``includeThoughts`` is never sent.
    """

    def __init__(self, notes: tuple[str, ...], secret: str | None) -> None:
        self._ended = False
        self._reading = Reading(notes, secret)

    @property
    def done(self) -> bool:
        """Never before the stream ends: usage may follow the finish reason."""
        return False

    def read(self, data: str) -> list[ProviderEvent]:
        """One chunk's text; function calls come whole and are kept for the finish."""
        if is_end(data):
            self._ended = True
            return []
        chunk = event_object(data, self._reading.secret, "candidates")
        if usage := mapping(chunk.get("usageMetadata")):
            self._count(usage)
        if feedback := mapping(chunk.get("promptFeedback")):
            self._block(feedback)
        return [
            event
            for position, candidate in enumerate(listed(chunk.get("candidates")))
            if place_of(candidate, position) == 0
            for event in self._read_candidate(candidate)
        ]

    def finish(self) -> list[ProviderEvent]:
        """Function calls and usage; without a finish reason the stream was cut."""
        return self._reading.finish(done=self._ended)

    def _block(self, feedback: dict[str, Any]) -> None:
        if reason := text(feedback.get("blockReason")):
            self._reading.blocked(reason, feedback.get("blockReasonMessage"))

    def _read_candidate(self, candidate: dict[str, Any]) -> list[ProviderEvent]:
        if reason := candidate.get("finishReason"):
            self._reading.end(reason, candidate.get("finishMessage"))
        parts = listed(mapping(candidate.get("content")).get("parts"))
        return [event for part in parts for event in self._read_part(part)]

    def _read_part(self, part: dict[str, Any]) -> list[ProviderEvent]:
        if call := mapping(part.get("functionCall")):
            self._call(call)
        take = self._reading.think if part.get("thought") else self._reading.say
        if said := take(part.get("text")):
            return said
        return [PROGRESS] if any(part.values()) else []

    def _call(self, call: dict[str, Any]) -> None:
        drafts = self._reading.drafts
        place = drafts.next_place
        drafts.begin(place, text(call.get("id")), text(call.get("name")))
        drafts.add_args(place, spelled(call.get("args")))

    def _count(self, usage: dict[str, Any]) -> None:
        """The answer's tokens and the thinking's: both are billed as output."""
        answer, thoughts = usage.get("candidatesTokenCount"), usage.get("thoughtsTokenCount")
        answer = count(answer)
        if answer is not None:
            answer += count(thoughts) or 0
        self._reading.used(usage.get("promptTokenCount"), answer, thoughts)
