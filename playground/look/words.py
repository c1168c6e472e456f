"""Numbers and names in plain words, the same on every page. Pure: values in, text out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
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


def percent(share: float) -> str:
    """A share of 1 as a percentage, to a tenth where it is not whole: ``12.5%``, ``40%``."""
    tenths = Decimal(repr(100 * share)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{tenths.normalize():f}%"


def percentages(parts: Sequence[float]) -> list[str]:
    """Each part's share of them all, as ``percent`` writes it. Together they are 100%.

    What rounding leaves over goes to those that were rounded down the most.
    """
    whole = sum(parts)
    if not whole:
        return [percent(0) for _ in parts]
    exact = [1000 * part / whole for part in parts]
    tenths = [math.floor(each + 1e-9) for each in exact]
    most = sorted(range(len(parts)), key=lambda place: tenths[place] - exact[place])
    for place in most[: 1000 - sum(tenths)]:
        tenths[place] += 1
    return [percent(each / 1000) for each in tenths]


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
