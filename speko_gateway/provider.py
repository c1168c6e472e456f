"""A provider: it turns one request into a stream of events.

A provider instance serves one vendor, whatever the model. ``stream`` is an async generator;
closing it (or cancelling the task that iterates it) must end the upstream work. It raises
only ``ProviderError``; ``failover`` decides what follows. Where it gives no token counts, they are
estimated, and always labelled as estimates.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeGuard

from speko_client.models import ChatMessage, ProviderKind, ReasoningEffort, RoutingIntent
from speko_client.models import FailureCode as FailureCode


class ProviderError(Exception):
    """One candidate failed; ``message`` completes "openai/gpt-4o ..." ("timed out after 5.0 s").

    ``named`` has the names of fields and the codes in a vendor's refusal of a request.
    """

    def __init__(
        self,
        code: FailureCode,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        named: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after = retry_after
        self.named = named


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """One call to one candidate. ``system_prompt`` is separate: each provider places it natively.

    ``messages`` may hold the caller's own system messages too. ``buffered``: the caller does not
    read a stream, so a vendor may be asked for its answer in one piece.
    """

    model: str
    messages: tuple[ChatMessage, ...]
    intent: RoutingIntent
    system_prompt: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    reasoning_effort: ReasoningEffort | None = None
    tools: tuple[dict[str, Any], ...] = ()
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    buffered: bool = False


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of text, never empty.

    ``at`` is what a simulated vendor's own clock says as it says this: seconds since it was asked,
    by the scores' figures. None where nobody pretends, and the gateway's clock counts.
    """

    text: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One complete tool call; ``args`` is a JSON-encoded string."""

    id: str
    name: str
    args: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Work that is not said: a piece of a tool call, say. The provider is not silent."""


PROGRESS: Final = Progress()


@dataclass(frozen=True, slots=True)
class Reasoning(Progress):
    """A piece of what the model thinks, never empty. Only callers who ask for it get it."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The last event of every good stream. Counts are None where the provider gave none.

    ``finish_reason`` is ``stop``, ``length``, ``content_filter``, ``tool_calls`` or ``other``;
    ``cause`` is the vendor's own word for it, None for ``stop`` and ``tool_calls``. ``words`` names
    who made the words where it is not the provider (a model's name, or ``scripted``).
    ``reasoning_tokens`` are those of the reasoning; mostly they are among ``completion_tokens``.
    ``at`` is as in ``TextDelta``; ``late`` is how many seconds this machine was behind a simulated
    vendor.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    estimated: bool = False
    finish_reason: str = "stop"
    cause: str | None = None
    words: str | None = None
    notes: tuple[str, ...] = field(default=())
    reasoning_tokens: int | None = None
    at: float | None = None
    late: float | None = None


_WORDLESS: Final = {
    "length": (FailureCode.TOKEN_LIMIT, ": its tokens were used up before the first word"),
    "content_filter": (FailureCode.CONTENT_FILTERED, ": a content filter stopped it"),
}


def without_words(finish: Finish) -> ProviderError:
    """The failure of an answer that ends before it has said anything, with the reason it gives."""
    code, why = _WORDLESS.get(finish.finish_reason, (FailureCode.EMPTY_ANSWER, ""))
    cause = f" ({finish.cause})" if finish.cause else ""
    return ProviderError(code, f"answered with no text{why}{cause}")


ProviderEvent = TextDelta | ToolCall | Progress | Finish


class Provider(Protocol):
    """One vendor, live, local or simulated."""

    @property
    def kind(self) -> ProviderKind:
        """Which of the three kinds it is."""
        ...

    @property
    def words(self) -> str | None:
        """Who makes the words where it is not the provider itself."""
        ...

    @property
    def loads_models(self) -> bool:
        """Whether it may have to load its model before it answers: no vendor promises a speed."""
        ...

    def unavailable_reason(self, model: str) -> str | None:
        """Why ``model`` cannot be called now, as a plain clause; None when it can."""
        ...

    def stream(self, request: ProviderRequest) -> AsyncGenerator[ProviderEvent]:
        """The answer as it comes: text, tool calls and progress, then exactly one ``Finish``."""
        ...

    async def close(self) -> None:
        """Free connections and memory; called once, at shutdown."""
        ...


CHARACTERS_PER_TOKEN = 4
"""The usual rule of thumb; about 19 % too low on mixed languages."""
MOST_CHARACTERS_PER_TOKEN = 50
"""Beyond any average; a count that says more was not made of this text."""
MOST_TOKENS_PER_CHARACTER = 4
MOST_UNSEEN_TOKENS = 2_000_000
"""Thoughts, tools and templates: more than any model has room for beside a text."""


def estimate_tokens(length: int) -> int:
    """About how many tokens a text of so many characters has; 0 for none."""
    return -(-length // CHARACTERS_PER_TOKEN)


def may_hold(tokens: int | None, length: int) -> TypeGuard[int]:
    """Whether so many tokens can be a text of this length, and what stands beside it unseen."""
    if tokens is None:
        return False
    least = length / MOST_CHARACTERS_PER_TOKEN
    return least <= tokens <= MOST_TOKENS_PER_CHARACTER * length + MOST_UNSEEN_TOKENS
