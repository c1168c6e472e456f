"""The sentences of a receipt, from the turn's own data alone. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.intent import languages
from playground.intent.figure_sources import snapshot_words
from playground.look import words
from playground.servers.pool import covers
from playground.sessions import turn_words
from playground.sessions.totals import failed_attempts
from playground.sessions.turns import Turn
from speko_client.models import Attempt, FailureCode

if TYPE_CHECKING:
    from playground.receipts.receipt import AttemptOutcome, InForce, ProviderModel, SnapshotState

_NAMED = 2
"""How many failures the sentence names one by one; the attempts below it show all."""

CODES: dict[str, str] = {
    FailureCode.CONNECT_FAILED: "could not be reached",
    FailureCode.TIMEOUT: "took too long",
    FailureCode.SERVER_ERROR: "failed on its own side",
    FailureCode.RATE_LIMITED: "asked for a pause",
    FailureCode.AUTH_FAILED: "refused its key",
    FailureCode.MODEL_NOT_FOUND: "does not know the model",
    FailureCode.INVALID_REQUEST: "rejected the request",
    FailureCode.EMPTY_ANSWER: "sent an empty answer",
    FailureCode.TOKEN_LIMIT: "used up its tokens before its first word",
    FailureCode.CONTENT_FILTERED: "was stopped by its content filter",
    FailureCode.STREAM_BROKEN: "broke off in the middle of its answer",
    FailureCode.SIMULATED_OUTAGE: "was down",
}


def name(turn: Turn) -> str:
    """What a turn's receipt is called."""
    return "What happened" if failed_attempts(turn) else "Receipt"


def head(turn: Turn, first_choice: ProviderModel | None, served: ProviderModel | None) -> str:
    """What happened, in one sentence."""
    failed = _failed(turn)
    first = f"{first_choice.name} was the first choice" if first_choice else ""
    clauses = [_failure(attempt, first_choice) for attempt in failed]
    end = _end(turn, "it" if first_choice == served and not failed else served and served.name)
    if not clauses and first_choice and first_choice == served and turn.status == "done":
        return f"{first} and answered."
    if len(clauses) > _NAMED:
        clauses = [clauses[0], f"{len(clauses) - 1} more failed"]
    story = ", then ".join(clauses)
    link = ", and " if turn.status == "failed" else ", so "
    rest = f"{story}{link}{end}" if story else end
    return f"{first}; {rest}." if first else f"{_capital(rest)}."


def _failure(attempt: Attempt, first_choice: ProviderModel | None) -> str:
    is_first = first_choice == (attempt.provider, attempt.model)
    who = "it" if is_first else words.candidate(attempt.provider, attempt.model)
    return f"{who} {failed_words(attempt)}"


def _end(turn: Turn, served: str | None) -> str:
    counted = _counted(turn)
    if turn.status == "failed":
        return _dead_end(turn)
    if served is None:
        return "nobody had begun to answer"
    if turn.status == "stopped":
        return f"{served} was answering{counted} when you pressed Stop"
    if turn.status == "interrupted":
        return f"{served} was answering{counted} when the playground ended"
    return f"{served} answered{counted}"


def _dead_end(turn: Turn) -> str:
    if not turn.answer.text:
        return "nobody answered"
    return "the text so far is kept" if turn.answer.attempts else "the answer broke off"


def _counted(turn: Turn) -> str:
    """How often the server failed over, where it only counts."""
    count = turn.answer.failover_count
    if not count or turn.answer.attempts:
        return ""
    return f" after {words.counted(count, 'failover')}"


def why(turn: Turn, first_choice: ProviderModel | None, served: ProviderModel | None) -> str | None:
    """Why another candidate than the first choice served, where ``head`` does not say it."""
    if first_choice is None:
        return "The pool was empty when the turn began, so it changed meanwhile."
    failed = ((each.provider, each.model) for each in _failed(turn))
    if first_choice in failed or (turn.answer.failover_count and not turn.answer.attempts):
        return None
    return (
        _snapshots_differ(turn)
        or _not_allowed(turn, first_choice)
        or _pool_changed(turn, first_choice, served)
        or "The server does not say why."
    )


def _failed(turn: Turn) -> list[Attempt]:
    return [attempt for attempt in turn.answer.attempts if attempt.outcome == "failed"]


def _snapshots_differ(turn: Turn) -> str | None:
    before = turn.ranking.scores_run_id if turn.ranking else None
    after = turn.answer.scores_run_id
    if not before or not after or before == after:
        return None
    return f"The scores changed meanwhile: ranked by snapshot {before}, answered by {after}."


def _not_allowed(turn: Turn, first_choice: ProviderModel) -> str | None:
    allowed = turn.settings.allowed
    if not allowed or covers(allowed, *first_choice):
        return None
    return f"This server previews without the allow-list ({', '.join(allowed)}); it answers by it."


def _pool_changed(
    turn: Turn, first_choice: ProviderModel, served: ProviderModel | None
) -> str | None:
    if served is None or turn.ranking is None:
        return None
    for out in turn.ranking.filtered_out or ():
        if (out.provider_id, out.model_id) == served:
            return f"The pool changed meanwhile: {served.name} was left out then ({out.reason})."
    if turn.answer.attempts:
        return f"The pool changed meanwhile: {first_choice.name} was not tried."
    return None


def step(attempt: Attempt, outcome: AttemptOutcome) -> str:
    """What became of one attempt: ``answered``, ``timed out after 5.0 s``."""
    if outcome == "answered":
        return "answered"
    if outcome == "stopped":
        return "cut short"
    if outcome == "cancelled":
        return "was cancelled"
    return failed_words(attempt) if attempt.outcome == "failed" else "broke off"


def failed_words(attempt: Attempt) -> str:
    """Why an attempt failed: ``was down (drill)``, ``timed out after 5.0 s``."""
    why = (attempt.message or "").strip().rstrip(".") or _in_words(attempt.code)
    past = f"was {why.removeprefix('is ')}" if why.startswith("is ") else why
    return f"{past} (drill)" if attempt.drill and "drill" not in past else past


def _in_words(code: str | None) -> str:
    if not code:
        return "failed"
    return CODES.get(code) or f"failed ({code.replace('_', ' ').lower()})"


def snapshot(turn: Turn, present: InForce | None, state: SnapshotState) -> str | None:
    """Which scores ranked the pool, by label and id, and whether they are still in force."""
    snapshot_id = turn_words.scores_id(turn)
    if snapshot_id is None:
        return None
    named = _with_id(turn_words.scores_name(turn) or "", snapshot_id)
    if state == "what_if":
        what_if = turn.settings.what_if
        whose = f"“{what_if.name}” " if what_if else ""
        return f"{snapshot_id}, a what-if {whose}on top of the scores then in force"
    if state == "same":
        return f"{named}, still in force"
    if state == "changed" and present is not None:
        return f"{named}; in force now: {_with_id(present.label, present.snapshot_id)}"
    return named


def _with_id(label: str, snapshot_id: str) -> str:
    return snapshot_id if label in ("", snapshot_id) else f"{label} ({snapshot_id})"


def facts(turn: Turn, scores: str | None) -> tuple[tuple[str, str], ...]:
    """What else is known of the turn: names and values."""
    answer = turn.answer
    ranked_by = turn.ranking.snapshot if turn.ranking else None
    named: list[tuple[str, str | None]] = [
        ("Intent", intent(turn)),
        ("Allowed", ", ".join(turn.settings.allowed) or None),
        ("Server", turn.connection),
        ("Scores", scores),
        ("Figures", snapshot_words(ranked_by) if ranked_by else None),
        ("Words", turn_words.source(answer)),
        ("Time", turn_words.latency(answer)),
        ("Late", turn_words.lateness(answer)),
        ("Reasoning", turn_words.reasoned(answer)),
        ("Tokens", turn_words.tokens(answer)),
    ]
    if answer.cost_usd is not None:
        cost = f"{words.dollars(answer.cost_usd)}, estimated from list prices"
        named.append(("Cost", f"{cost} ({answer.price_source})"))
    if turn.error is not None:
        status = f"HTTP status {turn.error.status or 'none'}"
        named.append(("Error", f"{turn.error.code}, {status}"))
    return tuple((name, value) for name, value in named if value)


def intent(turn: Turn) -> str:
    """What the router was asked to choose by."""
    settings = turn.settings
    parts = [languages.label(settings.language)]
    if settings.vertical:
        parts.append(words.VERTICALS[settings.vertical])
    if settings.region:
        parts.append(words.REGIONS[settings.region])
    parts.append(f"optimised for {words.OPTIMIZE_FOR[settings.optimize_for].lower()}")
    return ", ".join(parts)


def _capital(text: str) -> str:
    # A candidate's name keeps its spelling at the start of a sentence.
    first = text.split(" ", 1)[0]
    return text if "/" in first else f"{text[:1].upper()}{text[1:]}"
