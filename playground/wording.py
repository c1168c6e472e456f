"""What the pages say about a turn, in plain words. Pure: values in, text out."""

from __future__ import annotations

from playground.turns import Answer, Turn

OPTIMIZE_FOR = {
    "balanced": "Balanced",
    "accuracy": "Accuracy",
    "latency": "Latency",
    "cost": "Cost",
}
VERTICALS = {
    "general": "General",
    "healthcare": "Healthcare",
    "finance": "Finance",
    "legal": "Legal",
}
REGIONS = {
    "global": "Global",
    "us-east4": "US East (us-east4)",
    "europe-west3": "Europe West (europe-west3)",
    "asia-southeast1": "Asia Southeast (asia-southeast1)",
}
FINISH_REASONS = {
    "length": "cut at max tokens",
    "content_filter": "stopped by the provider's content filter",
    "tool_calls": "asked for a tool",
}


def milliseconds(value: float) -> str:
    """A duration at a glance: ``290 ms``, ``1.4 s``."""
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


def dollars(value: float) -> str:
    """An estimated cost with two significant digits: ``≈ $0.00012``; tiny ones as a bound."""
    if 0 < value < 0.000001:
        return "< $0.000001"
    digits = 2 if value >= 0.1 else 4 if value >= 0.001 else 6
    return f"≈ ${value:.{digits}f}"


def source(answer: Answer) -> str | None:
    """Whose words these are, where they are not a live vendor's."""
    if answer.simulated:
        by = "scripted" if answer.words in (None, "scripted") else f"words by {answer.words}"
        return f"simulated, {by}"
    return "local model" if answer.kind == "local" else None


def candidate(provider: str, model: str) -> str:
    """``provider/model``, as the router names a candidate."""
    return f"{provider}/{model}"


def failover_label(count: int) -> str:
    """``Failed over once``, ``twice``, ``3 times``."""
    times = {1: "once", 2: "twice"}.get(count, f"{count} times")
    return f"Failed over {times}"


def status_note(turn: Turn) -> str | None:
    """Why an answer is not whole, where it is not."""
    if turn.status == "stopped":
        kept = "The text up to here is kept." if turn.answer.text else "No text had arrived."
        return f"Stopped by you. {kept}"
    if turn.status == "interrupted":
        kept = "What had arrived is kept." if turn.answer.text else "No text had arrived."
        return f"Interrupted: the playground ended while this was being answered. {kept}"
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
