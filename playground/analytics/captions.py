"""What stands with a chart in words: one line on what it shows, and why it is empty where it is.

A line also says what not everybody would guess: that figures are simulated, estimated, or missing.
"""

from __future__ import annotations

import pandas as pd

from playground.look import words
from playground.look.spans import span_width


def of_choices(choices: pd.DataFrame) -> str:
    """Who served."""
    served = choices.dropna(subset=["provider"])
    return _line(f"Who answered: {len(served)} of {_turns(len(choices))}", _simulated(served))


def of_tokens(tokens: pd.DataFrame) -> str:
    """How many tokens, and how surely."""
    known = tokens.dropna(subset=["tokens_in"])
    estimated = int(known["tokens_estimated"].sum())
    return _line(
        "Pale: tokens in. Full: tokens out",
        f"estimated in {_turns(estimated)}" if estimated else "",
        _missing(tokens, known, "not counted"),
        _simulated(known),
    )


def of_failures(failures: pd.DataFrame) -> str:
    """How many candidates failed."""
    moved = int(failures["failed_over"].sum())
    failed = f"{len(failures)} failed attempt{'' if len(failures) == 1 else 's'}"
    outages = int(failures["simulated"].sum())
    return _line(
        f"{failed}, {moved} followed by a next candidate",
        f"{outages} simulated" if outages else "",
    )


def of_latencies(latencies: pd.DataFrame) -> str:
    """How fast, half of the time."""
    known = latencies.dropna(subset=["total_ms"])
    first, total = known["ttft_ms"].median(), known["total_ms"].median()
    medians = [
        f"{words.milliseconds(float(value))} {what}"
        for value, what in ((first, "to first token"), (total, "in all"))
        if not pd.isna(value)
    ]
    marks = "Mark: first token, cap: in all"
    if span_width(len(latencies)) > 1:
        marks = "Solid: first token, dotted: in all"
    return _line(
        f"{marks}. Median {', '.join(medians)}",
        _missing(latencies, known, "not timed"),
        _simulated(known),
    )


def of_costs(costs: pd.DataFrame) -> str:
    """How dear, as an estimate, and by which price table."""
    known = costs.dropna(subset=["cost_usd"])
    sources = ", ".join(sorted(known["price_source"].dropna().unique()))
    simulated = int(known["simulated"].sum())
    return _line(
        f"Estimated at list price{f' ({sources})' if sources else ''}",
        _missing(costs, known, "without a price"),
        f"simulated in {_turns(simulated)}: nothing was billed for those" if simulated else "",
    )


def of_flows(flows: pd.DataFrame) -> str:
    """Whether the first choice held."""
    held = int((flows["failures"].eq(0) & flows["provider"].notna()).sum())
    predicted = int(flows["predicted"].sum())
    return _line(
        f"First choice, then who failed, then who answered: {held} of {_turns(len(flows))} went "
        "straight",
        "" if predicted == len(flows) else f"{_turns(len(flows) - predicted)} without a prediction",
        _simulated(flows),
    )


def of_moments(moments: pd.DataFrame) -> str:
    """What the marks of the timeline are."""
    failed = int(moments["what"].eq("failed").sum())
    marks = "Filled: answered, hollow: cut short"
    if not failed:
        return _line(f"{marks}. Nobody failed")
    crosses = f"{failed} failed attempt{'' if failed == 1 else 's'}"
    joined = ", joined to who stepped in" if span_width(moments["turn"].nunique()) == 1 else ""
    return _line(f"{marks}, cross: {crosses}{joined}")


def with_drills(caption: str, drilled: int, turns: int) -> str:
    """The caption, with how many of the session's turns were made under a drill."""
    if not drilled:
        return caption
    were = "was" if drilled == 1 else "were"
    return f"{caption} {drilled} of {_turns(turns)} {were} made under a drill."


def no_choices(choices: pd.DataFrame) -> str | None:
    """Why there is nothing to draw; None where there is something."""
    if choices["provider"].notna().any():
        return None
    return "No provider has answered yet: every turn of this session failed or was stopped early."


def no_tokens(tokens: pd.DataFrame) -> str | None:
    """Likewise, for tokens."""
    if tokens["tokens_in"].notna().any():
        return None
    return "No token counts yet: they come with a whole answer, from servers that count them."


def no_failures(failures: pd.DataFrame) -> str | None:
    """Likewise, for failovers."""
    if len(failures):
        return None
    return (
        "No failover in this session: no candidate has failed. With the demo fleet on, "
        "“Simulate an outage” in the chat's settings shows one."
    )


def no_latencies(latencies: pd.DataFrame) -> str | None:
    """Likewise, for latency."""
    if latencies["total_ms"].notna().any():
        return None
    return "No timing yet: it comes with a whole answer, from servers that measure it."


def no_costs(costs: pd.DataFrame) -> str | None:
    """Likewise, for costs."""
    if costs["cost_usd"].notna().any():
        return None
    if costs["local"].any():
        return "No price to show: a model on this machine has none."
    return "No price to show: no answer came with token counts and a model of the price list."


def _line(*parts: str) -> str:
    return "; ".join(part for part in parts if part) + "."


def _turns(count: int) -> str:
    return f"{count:,} turn{'' if count == 1 else 's'}"


def _missing(every: pd.DataFrame, known: pd.DataFrame, what: str) -> str:
    missing = len(every) - len(known)
    return f"{_turns(missing)} {what}" if missing else ""


def _simulated(rows: pd.DataFrame) -> str:
    count = int(rows["simulated"].sum())
    if not count:
        return ""
    return "all simulated" if count == len(rows) else f"{count} simulated"
