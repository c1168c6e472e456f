"""What the pages say about a turn, in plain words. Pure: values in, text out.

A failed call says what happened, who must act, and what to do next.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from playground.look import palette
from playground.look.words import counted, milliseconds
from playground.servers.connection import Connection
from playground.servers.local_gateway import GatewayStartError
from playground.sessions.asking import sound_model
from playground.sessions.totals import MOST_TOKENS
from playground.sessions.turns import Answer, Turn, TurnError
from speko_client.errors import (
    SpekoApiError,
    SpekoAuthError,
    SpekoConnectionError,
    SpekoRateLimitError,
    SpekoStreamError,
    SpekoTimeoutError,
)
from speko_client.models import WHAT_IF_ID, Attempt, FailureCode, WhatIf

_LOG = logging.getLogger(__name__)
_ATTEMPTS = TypeAdapter(tuple[Attempt, ...])

_ADVICE_BY_CODE = {
    "ANSWER_TOO_LARGE": "The playground takes no larger answer; the text so far is kept. Ask for "
    "less, or set max tokens.",
    "ALL_PROVIDERS_FAILED": "Allow more providers, or end the drill if one is on, then retry. The "
    "receipt lists what was tried.",
    "COMPLETE_FAILED": "Nobody is left to answer for this intent. Widen the allowed providers, or "
    "give a provider its key.",
    "VALIDATION_ERROR": "The server rejected the request. Correct what its words name, then send "
    "the message again.",
}

_KEYS_REFUSED = (
    "Correct the key on the Connections page, or allow more providers, then retry. The receipt "
    "lists what was tried."
)
_ALL_FAILED = "Allow more providers, or retry later. The receipt lists what was tried."
_BROKEN_BY_DRILL = (
    "This was a drill. Once you have seen words, nobody else takes over: two voices in one "
    "answer would be worse. The text so far is kept; Retry asks again."
)
_FAILED_BY_DRILL = (
    "This was a drill, and it left nobody who could answer. End it at the top of the page, or "
    "allow more providers, then retry."
)
_CUT_SHORT = {
    "stopped": "Stopped by you.",
    "interrupted": "Interrupted: the playground ended during this answer.",
}
_NOT_WHOLE_THERE = "This answer was not finished in"
_NO_ANSWER_THERE = "This message has no answer in"
_ONLY_REASONING = "The model ended its answer after its reasoning, without a word."


def source(answer: Answer) -> str | None:
    """Whose words these are, where they are not a live vendor's."""
    if answer.simulated:
        by = "scripted" if answer.words in (None, "scripted") else f"words by {answer.words}"
        return f"simulated, {by}"
    return "local model" if answer.kind == "local" else None


def imported(turn: Turn) -> tuple[str, ...]:
    """That a turn was imported, and the model as the other tool named it; nothing for our own."""
    if turn.origin is None:
        return ()
    model = (turn.answer.model,) if turn.answer.model else ()
    return (f"imported from {turn.origin.name}", *model)


def who(turn: Turn) -> str:
    """Who answered; of an imported turn where it comes from, and the model as it is named there."""
    if turn.origin is not None:
        return ", ".join(imported(turn))
    answer = turn.answer
    return palette.label(answer.provider, answer.model) if answer.provider else "No answer"


def status_note(turn: Turn) -> str | None:
    """Why an answer is not whole, where it is not."""
    if turn.origin is not None and turn.status != "done":
        return f"{_NOT_WHOLE_THERE if turn.answer.text else _NO_ANSWER_THERE} {turn.origin.name}."
    if turn.status == "done" and turn.answer.reasoning and not turn.answer.text:
        return _ONLY_REASONING
    lead = _CUT_SHORT.get(turn.status)
    kept = "The text up to here is kept." if turn.answer.text else "No text had arrived."
    return f"{lead} {kept}" if lead else None


def tokens(answer: Answer) -> str | None:
    """Tokens in and out; None where nobody counted."""
    if answer.usage is None:
        return None
    mark = "≈ " if answer.usage.estimated else ""
    counts = f"{answer.usage.prompt_tokens:,} in · {answer.usage.completion_tokens:,} out"
    return f"{mark}{counts} tokens"


def reasoned(answer: Answer) -> str | None:
    """How long the model thought, with how many tokens, as far as known; None where it did not."""
    if not answer.reasoning:
        return None
    took = f" for {milliseconds(answer.reasoning_ms)}" if answer.reasoning_ms else ""
    count = answer.usage.reasoning_tokens if answer.usage else None
    tokens = f" · {counted(count, 'token')}" if count and 0 < count < MOST_TOKENS else ""
    return f"Thought{took}{tokens}"


def latency(answer: Answer) -> str | None:
    """Time to first token and total; None where not measured."""
    if answer.timing is None:
        return None
    total = f"{milliseconds(answer.timing.total_ms)} total"
    if answer.timing.ttft_ms is None:
        return total
    return f"{milliseconds(answer.timing.ttft_ms)} to first token · {total}"


def lateness(answer: Answer) -> str | None:
    """That this machine was behind a simulated vendor with the words; None where it kept up."""
    late = answer.timing.late_ms if answer.timing else None
    return f"this machine was slow: the words came {late / 1000:.1f} s late" if late else None


def ranked_by(scores_run_id: str | None, what_if: WhatIf | None) -> str | None:
    """The label of an answer that was ranked by a what-if; None where it was not."""
    if not (scores_run_id or "").startswith(WHAT_IF_ID):
        return None
    return f"what-if: {what_if.name}" if what_if else "what-if"


def scores_id(turn: Turn) -> str | None:
    """The id of the snapshot that ranked it, as its answer says, else its preview."""
    return turn.answer.scores_run_id or (turn.ranking.scores_run_id if turn.ranking else None)


def scores_name(turn: Turn) -> str | None:
    """What the snapshot that ranked it is called: its label, or its id where that is not known."""
    snapshot_id = scores_id(turn)
    told = turn.ranking.snapshot if turn.ranking else None
    return told.label if told is not None and told.id == snapshot_id else snapshot_id


def snapshots(turns: Iterable[Turn]) -> dict[str, tuple[str, int]]:
    """The snapshots that ranked these turns: name and number of turns by id, the first one first.

    What-ifs are not snapshots of their own.
    """
    found: dict[str, tuple[str, int]] = {}
    for turn in turns:
        snapshot_id = scores_id(turn)
        if snapshot_id is not None and not snapshot_id.startswith(WHAT_IF_ID):
            name, count = found.get(snapshot_id, (scores_name(turn) or snapshot_id, 0))
            found[snapshot_id] = (name, count + 1)
    return found


def ranked_by_several(turns: Iterable[Turn]) -> str:
    """``ranked by 2 snapshots of scores: A (3 turns), B (1 turn)``; empty where it was one."""
    found = snapshots(turns)
    if len(found) < 2:
        return ""
    named = ", ".join(f"{name} ({counted(count, 'turn')})" for name, count in found.values())
    return f"ranked by {len(found)} snapshots of scores: {named}"


def turn_error(error: SpekoApiError, connection: Connection) -> TurnError:
    """The error for the turn; a key that a server repeated is taken out."""
    failure = TurnError(
        message=connection.redact(error.message),
        code=error.code,
        status=error.status,
        advice=_advice(error, connection),
        retry_after=error.retry_after,
    )
    return sound_model(failure)


def start_error(error: GatewayStartError) -> TurnError:
    """The error for a turn whose server did not start."""
    return TurnError(
        message=str(error), code="GATEWAY_START", advice="Retry starts the gateway again."
    )


def failure(
    error: BaseException, connection: Connection | None
) -> tuple[TurnError, tuple[Attempt, ...]]:
    """A failed turn's error, and what the server had tried by then."""
    if isinstance(error, SpekoApiError) and connection is not None:
        attempts = (_without_keys(each, connection) for each in failed_attempts(error))
        return turn_error(error, connection), tuple(attempts)
    if isinstance(error, GatewayStartError):
        return start_error(error), ()
    _LOG.error("A turn failed in the playground itself", exc_info=error)
    return internal_error(error), ()


def internal_error(error: BaseException) -> TurnError:
    """The error for a turn that failed in the playground itself."""
    return TurnError(
        message=f"The playground itself failed ({type(error).__name__}).",
        code="INTERNAL",
        advice="This is a bug in the playground: please report it. The log has the details.",
    )


def _without_keys(attempt: Attempt, connection: Connection) -> Attempt:
    """The attempt, in case its server has repeated a key in it."""
    shown = connection.redactor.value(attempt.model_dump())
    message = attempt.message and connection.redact(attempt.message)
    return Attempt.model_validate(shown | {"message": message})


def failed_attempts(error: SpekoApiError) -> tuple[Attempt, ...]:
    """The attempts that the embedded gateway lists in an error's body; none from other servers."""
    listed: Any = error.body.get("attempts")
    try:
        found = _ATTEMPTS.validate_python(listed) if isinstance(listed, Iterable) else ()
        return tuple(sound_model(attempt) for attempt in found)
    except ValidationError:
        return ()


def _advice(error: SpekoApiError, connection: Connection) -> str:
    attempts = failed_attempts(error)
    if any(attempt.drill for attempt in attempts):
        has_begun = isinstance(error, SpekoStreamError) and error.code != "ALL_PROVIDERS_FAILED"
        return _BROKEN_BY_DRILL if has_begun else _FAILED_BY_DRILL
    if attempts and error.code == "ALL_PROVIDERS_FAILED":
        refused = all(attempt.code == FailureCode.AUTH_FAILED for attempt in attempts)
        return _KEYS_REFUSED if refused and connection.embedded else _ALL_FAILED
    if error.code in _ADVICE_BY_CODE:
        return _ADVICE_BY_CODE[error.code]
    match error:
        case SpekoAuthError():
            return _auth_advice(connection)
        case SpekoRateLimitError() if connection.embedded:
            return "Retry once the pause is over."
        case SpekoRateLimitError():
            return f"Too many requests for this key. {_pause(error)}, then retry."
        case SpekoConnectionError():
            return _connection_advice(connection)
        case SpekoTimeoutError():
            return "The server is slow or overloaded. Retry; a smaller max tokens helps as well."
        case SpekoStreamError():
            return "The answer broke off; the text so far is kept. Retry asks again."
        case _ if error.status >= 500:
            return f"The server failed, not your request. {_pause(error)}, then retry."
    return error.advice or "The server refused the request. Check the settings, then retry."


def _auth_advice(connection: Connection) -> str:
    if connection.embedded:
        return "The playground and its gateway disagree on their key. Restart the playground."
    return (
        f"Set a valid key for {connection.name} on the Connections page, or as SPEKO_API_KEY where "
        "the playground is started; then retry."
    )


def _pause(error: SpekoApiError) -> str:
    return "Wait a moment" if error.retry_after is None else f"Wait {error.retry_after:g} s"


def _connection_advice(connection: Connection) -> str:
    if connection.embedded:
        return "The embedded gateway went away. Retry starts it again."
    return (
        f"Check the network, and the address ({connection.base_url}) on the Connections page, "
        "then retry. If that server is gone, choose another one there: this session goes on with "
        "it, with all that was said."
    )
