"""A caller's messages, made legal: what every vendor accepts, whatever was sent.

Callers send what they have: empty messages, two of a role in a row, an assistant that speaks
first or last, tool results without their calls. Each vendor rejects some of these with a 400. Here
they become messages that all vendors take; no words are lost, and the notes name what was added.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal

from speko_client.models import ChatMessage, ChatToolCall
from speko_gateway.provider import FailureCode, ProviderError, ProviderRequest

OPENING = "(The conversation starts here.)"
"""The user's words before an assistant that speaks first, or instead of nothing."""
CONTINUE = "Please continue."
"""The user's words after an assistant that spoke last."""
NO_RESULT = "No result was recorded for this call."
"""The result of a tool call that the caller never answered."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one tool call."""

    call_id: str
    name: str
    text: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class LegalMessage:
    """One message. An assistant's ``calls`` are always followed by a tool message with results.

    Results are in the order of the calls. A user's or system's text is never blank.
    """

    role: Literal["system", "user", "assistant", "tool"]
    text: str = ""
    calls: tuple[ChatToolCall, ...] = ()
    results: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionTool:
    """A tool the model may call; ``parameters`` is a JSON schema or None."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """How the caller wants the tools used; ``name`` only with the mode ``function``."""

    mode: Literal["auto", "none", "required", "function"]
    name: str | None = None


# Messages


def system_text(request: ProviderRequest) -> str | None:
    """Everything system-like in one text, nothing twice; None where there is nothing."""
    own = (message.content for message in request.messages if message.role == "system")
    texts = dict.fromkeys(text for text in (request.system_prompt, *own) if text and text.strip())
    return "\n\n".join(texts) or None


def legal_messages(
    messages: Iterable[ChatMessage], call_id: Callable[[str], str]
) -> tuple[LegalMessage, ...]:
    """The messages without blanks, in the caller's order, every tool call beside its result.

    ``call_id`` maps a call's id to one that the vendor takes.
    """
    kept = [message for message in messages if _says_something(message)]
    owners = _owners(kept)
    results = {place: kept[at] for at, place in owners.items()}
    turns: list[LegalMessage] = []
    for position, message in enumerate(kept):
        if message.role == "tool":
            if position not in owners:
                turns.append(LegalMessage("user", f"Result of a tool: {message.content}"))
        elif message.role == "assistant" and message.tool_calls:
            turns += _call_turns(position, message, results, call_id)
        else:
            turns.append(LegalMessage(message.role, message.content))
    return tuple(turns)


def alternating(turns: Sequence[LegalMessage]) -> tuple[tuple[LegalMessage, ...], tuple[str, ...]]:
    """Messages that begin and end with the user's side and never repeat a role, and the notes.

    System messages must be taken out before.
    """
    merged = [_joined(list(alike)) for _, alike in groupby(turns, attrgetter("role"))]
    notes: list[str] = []
    if not merged or merged[0].role != "user":
        merged.insert(0, LegalMessage("user", OPENING))
        notes.append(f"The conversation did not begin with the user, so “{OPENING}” was put first.")
    if merged[-1].role == "assistant":
        merged.append(LegalMessage("user", CONTINUE))
        notes.append(f"The conversation ended with the assistant, so “{CONTINUE}” was added.")
    return tuple(merged), tuple(notes)


def _says_something(message: ChatMessage) -> bool:
    return bool(message.content.strip() or message.role == "tool" or _calls(message))


def _calls(message: ChatMessage) -> list[ChatToolCall]:
    return message.tool_calls or [] if message.role == "assistant" else []


Place = tuple[int, int]
"""A tool call by the position of its message and its own position there."""


def _owners(messages: Sequence[ChatMessage]) -> dict[int, Place]:
    """Position of each tool message that answers a call -> that call; each call once."""
    waiting: dict[str, deque[Place]] = {}
    owners: dict[int, Place] = {}
    for position, message in enumerate(messages):
        for index, call in enumerate(_calls(message)):
            waiting.setdefault(call.id, deque()).append((position, index))
        if message.role == "tool" and (places := waiting.get(message.tool_call_id or "")):
            owners[position] = places.popleft()
    return owners


def _call_turns(
    position: int,
    message: ChatMessage,
    results: dict[Place, ChatMessage],
    call_id: Callable[[str], str],
) -> list[LegalMessage]:
    """The assistant's message with its calls, and the tool message that answers all of them."""
    calls, answers = [], []
    for index, call in enumerate(_calls(message)):
        own_id = call_id(call.id)
        calls.append(call.model_copy(update={"id": own_id}))
        found = results.get((position, index))
        answers.append(
            Result(own_id, call.name, found.content, bool(found.is_error))
            if found
            else Result(own_id, call.name, NO_RESULT, is_error=True)
        )
    text = message.content if message.content.strip() else ""
    return [
        LegalMessage("assistant", text, tuple(calls)),
        LegalMessage("tool", results=tuple(answers)),
    ]


def _joined(alike: Sequence[LegalMessage]) -> LegalMessage:
    """One message made of several of one role."""
    if len(alike) == 1:
        return alike[0]
    return LegalMessage(
        alike[0].role,
        "\n\n".join(turn.text for turn in alike if turn.text),
        tuple(call for turn in alike for call in turn.calls),
        tuple(result for turn in alike for result in turn.results),
    )


# Ids and arguments of tool calls


def unique_ids(legal: Callable[[str], bool], shorten: Callable[[str], str]) -> Callable[[str], str]:
    """A mapping for one request: legal ids stay, others are derived, none is used twice."""
    used: set[str] = set()
    derived: Counter[str] = Counter()

    def mapped(call_id: str) -> str:
        chosen = call_id
        while chosen in used or not legal(chosen):
            chosen = shorten(f"{call_id}/{derived[call_id]}")
            derived[call_id] += 1
        used.add(chosen)
        return chosen

    return mapped


def digest(text: str, length: int) -> str:
    """``length`` letters and digits that stand for ``text``."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:length]


def arguments(call: ChatToolCall) -> dict[str, Any]:
    """A call's arguments as the object that some vendors want; anything else is wrapped in one."""
    try:
        found = json.loads(call.args or "{}")
    except (ValueError, RecursionError):
        found = call.args
    return found if isinstance(found, dict) else {"value": found}


# Tools


def function_tools(tools: Iterable[dict[str, Any]]) -> tuple[FunctionTool, ...]:
    """The caller's tools, flat (Speko's own form) or in OpenAI's ``function`` envelope."""
    return tuple(_function_tool(tool) for tool in tools)


def _function_tool(tool: dict[str, Any]) -> FunctionTool:
    inner = tool.get("function", tool)
    name = inner.get("name") if isinstance(inner, dict) else None
    if not isinstance(name, str) or not name:
        raise ProviderError(FailureCode.INVALID_REQUEST, "was given a tool without a name")
    description, parameters = inner.get("description"), inner.get("parameters")
    return FunctionTool(
        name,
        description if isinstance(description, str) else None,
        parameters if isinstance(parameters, dict) else None,
    )


def tool_choice(choice: str | dict[str, Any] | None) -> ToolChoice | None:
    """The caller's choice: a word, or OpenAI's object that names one function."""
    if choice is None:
        return None
    if choice in ("auto", "none", "required"):
        return ToolChoice(choice)  # type: ignore[arg-type]
    function = choice.get("function", choice) if isinstance(choice, dict) else {}
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(name, str) or not name:
        raise ProviderError(FailureCode.INVALID_REQUEST, f"knows no tool choice {choice!r}"[:200])
    return ToolChoice("function", name)
