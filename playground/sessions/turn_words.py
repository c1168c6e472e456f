"""What the pages say about a turn, in plain words. Pure: values in, text out."""

from __future__ import annotations

from playground.look.words import milliseconds
from playground.sessions.turns import Answer, Turn
from speko_client.models import WHAT_IF_ID, WhatIf


def source(answer: Answer) -> str | None:
    """Whose words these are, where they are not a live vendor's."""
    if answer.simulated:
        by = "scripted" if answer.words in (None, "scripted") else f"words by {answer.words}"
        return f"simulated, {by}"
    return "local model" if answer.kind == "local" else None


def status_note(turn: Turn) -> str | None:
    """Why an answer is not whole, where it is not."""
    if turn.status == "stopped":
        kept = "The text up to here is kept." if turn.answer.text else "No text had arrived."
        return f"Stopped by you. {kept}"
    if turn.status == "interrupted":
        kept = "The text up to here is kept." if turn.answer.text else "No text had arrived."
        return f"Interrupted: the playground ended during this answer. {kept}"
    return None


def tokens(answer: Answer) -> str | None:
    """Tokens in and out; None where nobody counted."""
    if answer.usage is None:
        return None
    mark = "≈ " if answer.usage.estimated else ""
    counts = f"{answer.usage.prompt_tokens:,} in · {answer.usage.completion_tokens:,} out"
    return f"{mark}{counts} tokens"


def latency(answer: Answer) -> str | None:
    """Time to first token and total; None where not measured."""
    if answer.timing is None:
        return None
    total = f"{milliseconds(answer.timing.total_ms)} total"
    if answer.timing.ttft_ms is None:
        return total
    return f"{milliseconds(answer.timing.ttft_ms)} to first token · {total}"


def ranked_by(scores_run_id: str | None, what_if: WhatIf | None) -> str | None:
    """The label of an answer that was ranked by a what-if; None where it was not."""
    if not (scores_run_id or "").startswith(WHAT_IF_ID):
        return None
    return f"what-if: {what_if.name}" if what_if else "what-if"
