"""Numbers and names in plain words, the same on every page. Pure: values in, text out."""

from __future__ import annotations

from typing import get_args

from speko_client.model_ids import model_name
from speko_client.models import OptimizeFor, Vertical

OPTIMIZE_FOR: dict[str, str] = {preset: preset.capitalize() for preset in get_args(OptimizeFor)}
VERTICALS: dict[str, str] = {vertical: vertical.capitalize() for vertical in get_args(Vertical)}
REGIONS = {
    "global": "Global",
    "us-east4": "US East (us-east4)",
    "europe-west3": "Europe (europe-west3)",
    "asia-southeast1": "Asia (asia-southeast1)",
}
FINISH_REASONS = {
    "length": "cut at the token limit",
    "content_filter": "stopped by the provider's content filter",
    "tool_calls": "asked for a tool",
    "other": "ended by the provider for another reason",
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


def counted(count: int, noun: str) -> str:
    """``1 turn``, ``1,200 turns``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def candidate(provider: str, model: str) -> str:
    """``provider/model``, as the router names a candidate."""
    return f"{provider}/{model_name(model)}"


def failover_label(count: int) -> str:
    """``Failed over once``, ``twice``, ``3 times``."""
    times = {1: "once", 2: "twice"}.get(count, f"{count} times")
    return f"Failed over {times}"
