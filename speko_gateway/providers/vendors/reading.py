"""What the readers of the three dialects share: an answer as far as it has been read.

Vendors and the servers in front of them use each other's words for why an answer ended, so all of
these words are known in every dialect: OpenAI's, Anthropic's and Google's documented ones, and
those of vLLM, DeepSeek, Mistral and Z.ai.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from speko_client.redaction import RedactedStream, Redactor
from speko_client.wire.error_forms import error_in
from speko_client.wire.halves import Halves, sound
from speko_gateway.provider import (
    PROGRESS,
    FailureCode,
    Finish,
    ProviderError,
    ProviderEvent,
    Reasoning,
    TextDelta,
    ToolCall,
)
from speko_gateway.providers.failures import quoted, reported, unreadable
from speko_gateway.providers.vendors.tool_fragments import Drafts

MOST_TOKENS: Final = 100_000_000
"""More than any model reads or writes at once."""

MOST_CHARACTERS: Final = 2 * 1024 * 1024
"""Of one answer's text and reasoning: some 500,000 tokens."""

_WORDS: Final[Mapping[str | FailureCode, str]] = {
    "stop": "stop stop_sequence end_turn end eos eos_token complete completed",
    "tool_calls": "tool_calls tool_call tool_use function_call",
    "length": "length max_tokens max_length model_length model_context_window_exceeded "
    "continuation",
    "content_filter": "content_filter refusal sensitive safety recitation language blocklist "
    "prohibited_content spii model_armor escalation image_safety image_prohibited_content "
    "image_recitation",
    FailureCode.STREAM_BROKEN: "malformed_function_call unexpected_tool_call malformed_response "
    "too_many_tool_calls abort aborted",
    FailureCode.SERVER_ERROR: "error insufficient_system_resource network_error",
    FailureCode.INVALID_REQUEST: "missing_thought_signature",
    FailureCode.AUTH_FAILED: "pup_limited_disabled",
}
_ENDINGS: Final[Mapping[str, str | FailureCode]] = {
    word: ending for ending, words in _WORDS.items() for word in words.split()
}
_OTHER: Final = "other"
_GOOD: Final = ("stop", "tool_calls")
_PLAIN: Final = ("length", "model_length", "max_tokens", "content_filter")
"""Words that say no more than the finish reason does."""
_END_MARKS: Final = ("[DONE]", "DONE")
_CUT_BY: Final = {"length": "token limit", "content_filter": "content filter"}


class Reading:
    """An answer as far as it has been read, without ``secret``, which some servers repeat."""

    def __init__(self, notes: tuple[str, ...], secret: str | None) -> None:
        self.secret = secret
        self.drafts = Drafts()
        self._notes = notes
        self._redactor = Redactor([secret or ""])
        self._words = _Shown(self._redactor)
        self._thoughts: _Shown | None = None
        self._room = MOST_CHARACTERS
        self._ending: str | FailureCode | None = None
        self._cause: str | None = None
        self._prompt_tokens: int | None = None
        self._completion_tokens: int | None = None
        self._reasoning_tokens: int | None = None

    def say(self, piece: Any) -> list[ProviderEvent]:
        """A piece of the answer's words; only what may be the key is held back."""
        said = self._taken(self._words, piece)
        return [TextDelta(said)] if said else []

    def think(self, piece: Any) -> list[ProviderEvent]:
        """A piece of the reasoning, with the same care; without any words it is progress."""
        if not piece:
            return []
        self._thoughts = self._thoughts or _Shown(self._redactor)
        thought = self._taken(self._thoughts, piece)
        return [Reasoning(thought) if thought else PROGRESS]

    def _taken(self, shown: _Shown, piece: Any) -> str:
        if not isinstance(piece, str):
            return ""
        self._room -= len(piece)
        if self._room < 0:
            raise unreadable("sent more than any answer can be")
        return shown.take(piece)

    def used(
        self, prompt_tokens: Any = None, completion_tokens: Any = None, reasoning: Any = None
    ) -> None:
        """Counts are cumulative, and the last ones that can be true stand."""
        if (reasoned := count(reasoning)) is not None:
            self._reasoning_tokens = reasoned
        if (prompt := count(prompt_tokens)) is not None:
            self._prompt_tokens = prompt
        if (completion := count(completion_tokens)) is not None:
            self._completion_tokens = completion

    def end(self, reason: Any, details: Any = None) -> None:
        """The answer ends for this reason, in the vendor's own words; nothing is none."""
        word = text(reason).strip()
        if word and word.lower() != "null":
            self._ending = _ENDINGS.get(word.lower(), _OTHER)
            is_good = self._ending in _GOOD
            self._cause = None if is_good else self._quoted(word, details)

    def blocked(self, reason: str, details: Any = None) -> None:
        """The vendor did not let the prompt through."""
        self._ending = "content_filter"
        self._cause = f"prompt blocked, {self._quoted(reason, details)}"

    def finish(self, *, done: bool) -> list[ProviderEvent]:
        """The tool calls and the finish; ``done``: the terminal event has come.

        With neither that nor a reason to end, the stream was cut: a ProviderError, as where the
        vendor gave up.
        """
        if self._ending is None and not done:
            raise unreadable("broke off before its answer was complete")
        ending = self._ending or "stop"
        if isinstance(ending, FailureCode):
            raise ProviderError(ending, f"gave up its answer ({self._cause})")
        calls, notes = self.drafts.calls(_CUT_BY.get(ending))
        if ending in _GOOD:
            ending = "tool_calls" if calls else "stop"
        elif (self._cause or "").lower() not in _PLAIN:
            notes += (f"The provider ended its answer early: {self._cause}.",)
        finish = Finish(
            prompt_tokens=self._prompt_tokens,
            completion_tokens=self._completion_tokens,
            finish_reason=ending,
            cause=self._cause,
            notes=self._notes + notes,
            reasoning_tokens=self._reasoning_tokens,
        )
        thought = self._thoughts.rest() if self._thoughts else ""
        rest = self._words.rest()
        return [
            *([Reasoning(thought)] if thought else []),
            *([TextDelta(rest)] if rest else []),
            *map(self._without_key, calls),
            finish,
        ]

    def _without_key(self, call: ToolCall) -> ToolCall:
        words = self._redactor.words
        return ToolCall(words(call.id), words(call.name), words(call.args))

    def _quoted(self, word: str, details: Any) -> str:
        said = text(details).strip()
        return quoted(f"{word}: {said}" if said else word, self.secret)


class _Shown:
    """One text as far as it may be shown: no half characters, and no piece of a key."""

    def __init__(self, redactor: Redactor) -> None:
        self._keyless = RedactedStream(redactor)
        self._halves = Halves()

    def take(self, piece: str) -> str:
        """What may be shown with this piece."""
        if not piece.isascii() or self._halves.held:
            piece = self._halves.take(piece)
        return self._keyless.feed(piece)

    def rest(self) -> str:
        """What was held back."""
        half = self._halves.rest()
        return (self._keyless.feed(half) if half else "") + self._keyless.end()


def is_end(data: str) -> bool:
    """Whether this is the end mark of OpenAI's streams; other servers send it as well."""
    return data.strip() in _END_MARKS


def event_object(data: str, secret: str | None, telling: str) -> dict[str, Any]:
    """One event's JSON object, which in this dialect has the ``telling`` field.

    ProviderError where it is none, or where it reports an error in any dialect's form.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and found.get(telling, "error") != "error":
        is_plain = "error" not in found and "message" not in found
        if is_plain:
            return found
    if (error := error_in(found)) is not None:
        raise reported(error, secret)
    if not isinstance(found, dict):
        raise unreadable("sent something that is no JSON event")
    return found


def mapping(value: Any) -> dict[str, Any]:
    """``value`` where it is an object, else an empty one: some vendors send null for none."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[dict[str, Any]]:
    """The objects in a list, or none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """A text without half characters, or the empty one."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else sound(value)


def whole(value: Any) -> int | None:
    """A number from 0 on, also spelled as text; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.strip().isdigit():
        return int(value) if len(value) < _MOST_DIGITS else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 2**53 and value == int(value) else None


_MOST_DIGITS: Final = 16


def first_of(choices: Any) -> list[dict[str, Any]]:
    """The parts of the first choice: a server may send several, and mix them."""
    usual = type(choices) is list and len(choices) == 1 and type(choices[0]) is dict
    if usual and not choices[0].get("index"):
        return cast(list[dict[str, Any]], choices)
    return [item for at, item in enumerate(listed(choices)) if place_of(item, at) == 0]


def place_of(item: dict[str, Any], position: int) -> int:
    """Which choice or call this belongs to: by its index, else by its position."""
    index = item.get("index")
    if type(index) is int and index >= 0:
        return index
    number = whole(index)
    return position if number is None else number


def count(value: Any) -> int | None:
    """A count of tokens; None for what cannot be one, none at all included."""
    if value is None:
        return None
    found = value if type(value) is int else whole(value)
    return found if found is not None and 0 < found <= MOST_TOKENS else None
