"""The signatures of ``complete`` and ``complete_stream``, written once for both clients.

``complete()`` is the stream drained; there is no second path. It asks for JSON, because a server
can still fail over in the middle of an answer that nobody has begun to read, and reads events
just as well.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from speko_client.calls import EVENT_STREAM, JSON, Call, complete_call
from speko_client.models import ChatMessage, PipelineConstraints, ReasoningEffort, RoutingIntent

ResultT = TypeVar("ResultT")
StreamT = TypeVar("StreamT")

MessageInput = ChatMessage | Mapping[str, Any]
IntentInput = RoutingIntent | Mapping[str, Any]
ConstraintsInput = PipelineConstraints | Mapping[str, Any]


class Completions(ABC, Generic[ResultT, StreamT]):
    """``POST /v1/complete``, whatever the answer is awaited with."""

    @abstractmethod
    def _stream(self, call: Call) -> StreamT: ...

    @abstractmethod
    def _drained(self, stream: StreamT) -> ResultT: ...

    def complete(
        self,
        *,
        messages: Sequence[MessageInput],
        intent: IntentInput,
        system_prompt: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        constraints: ConstraintsInput | None = None,
        reasoning_effort: ReasoningEffort | None = None,
        tools: Sequence[Mapping[str, Any]] | None = None,
        tool_choice: str | Mapping[str, Any] | None = None,
        parallel_tool_calls: bool | None = None,
        max_tool_hops: int | None = None,
        session_id: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> ResultT:
        """One whole answer, a ``CompleteResult``.

        ``messages`` is the conversation so far, at least one; ``temperature`` is 0 to 2,
        ``max_tokens`` at least 1, ``max_tool_hops`` 1 to 16. What is None stays off the wire, and
        the server's or provider's default applies. Raises ``SpekoApiError``: of its classes
        ``SpekoRequestError`` at once, the others when the answer is awaited.
        """
        fields = {
            "messages": messages,
            "intent": intent,
            "system_prompt": system_prompt,
            "temperature": temperature,
            "max_tokens": max_tokens,
            "constraints": constraints,
            "reasoning_effort": reasoning_effort,
            "tools": tools,
            "tool_choice": tool_choice,
            "parallel_tool_calls": parallel_tool_calls,
            "max_tool_hops": max_tool_hops,
        }
        call = complete_call(
            fields, accept=JSON, session_id=session_id, extra_headers=extra_headers
        )
        return self._drained(self._stream(call))

    def complete_stream(
        self,
        *,
        messages: Sequence[MessageInput],
        intent: IntentInput,
        system_prompt: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        constraints: ConstraintsInput | None = None,
        reasoning_effort: ReasoningEffort | None = None,
        tools: Sequence[Mapping[str, Any]] | None = None,
        tool_choice: str | Mapping[str, Any] | None = None,
        parallel_tool_calls: bool | None = None,
        max_tool_hops: int | None = None,
        session_id: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> StreamT:
        """The answer as it comes; the arguments are ``complete``'s.

        Use it as a context manager, or iterate it directly. An answer in JSON is told as events
        too. Nothing is sent before the stream is entered or first read.
        """
        fields = {
            "messages": messages,
            "intent": intent,
            "system_prompt": system_prompt,
            "temperature": temperature,
            "max_tokens": max_tokens,
            "constraints": constraints,
            "reasoning_effort": reasoning_effort,
            "tools": tools,
            "tool_choice": tool_choice,
            "parallel_tool_calls": parallel_tool_calls,
            "max_tool_hops": max_tool_hops,
        }
        call = complete_call(
            fields, accept=EVENT_STREAM, session_id=session_id, extra_headers=extra_headers
        )
        return self._stream(call)
