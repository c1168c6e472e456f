"""What the pages say about a drill and its faults, and ready-made drills. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from playground.look import palette
from playground.look.words import percent
from speko_client.models import (
    DRILL_PATIENCE,
    FLAKY_RATE,
    Fault,
    FaultKind,
    KnownProvider,
    ScoredCandidate,
)

SLOW_SECONDS: Final = 3.0


class FaultWords(NamedTuple):
    """A kind of fault: its name, its icon, how it reads in a list, what will happen."""

    label: str
    icon: str
    clause: str
    effect: str


_WORDS = json.loads(Path(__file__).with_name("faults.json").read_text("utf-8"))

KINDS: Final[dict[FaultKind, FaultWords]] = {
    kind: FaultWords(**words) for kind, words in _WORDS.items()
}

BEFORE_THE_FIRST_WORD: Final[frozenset[FaultKind]] = frozenset({"down", "rate_limited", "empty"})
"""With one of these a candidate never answers: the next one steps in."""


class Preset(NamedTuple):
    """A drill that tells a story."""

    key: str
    title: str
    icon: str
    story: str
    faults: tuple[Fault, ...]


def target_name(target: str) -> str:
    """``Google gemini-2.0-flash``, or the vendor's name for all of its models."""
    vendor, _, model = target.partition(":")
    return palette.label(vendor, model or None)


def fault_clause(fault: Fault) -> str:
    """How it reads in a list: ``down``, ``slow (3 s)``, ``flaky (50 %)``."""
    clause = KINDS[fault.kind].clause
    if fault.kind == "slow" and fault.seconds is not None:
        return f"{clause} ({fault.seconds:g} s)"
    if fault.kind == "flaky":
        return f"{clause} ({percent(fault.down_rate)})".replace("%)", " %)")
    return clause


def effect(fault: Fault) -> str:
    """One line on what will happen."""
    if fault.kind == "slow" and fault.seconds is not None:
        return (
            f"Says its first word only after {fault.seconds:g} s. If that is over the server's "
            "limit, the next candidate answers."
        )
    if fault.kind == "slow":
        return f"Says nothing at all. After {DRILL_PATIENCE:g} s the next candidate is asked."
    if fault.kind == "flaky":
        share = percent(fault.down_rate).replace("%", " %")
        return f"Is down for {share} of the messages, at random."
    return KINDS[fault.kind].effect.format(patience=f"{DRILL_PATIENCE:g}")


def summary(faults: Sequence[Fault]) -> str:
    """All faults in one line: ``xAI grok-2: down; OpenAI and Google: slow (3 s)``."""
    groups = groupby(sorted(faults, key=fault_clause), key=fault_clause)
    return "; ".join(
        f"{_listed([target_name(fault.target) for fault in group])}: {clause}"
        for clause, group in groups
    )


def presets(ranked: Sequence[ScoredCandidate], known: Iterable[KnownProvider]) -> list[Preset]:
    """Ready-made drills about who would answer now (best first) and who can; empty if nobody."""
    vendors = list(dict.fromkeys(row.vendor for row in known if row.available is not False))
    if not ranked or not vendors:
        return []
    first = ranked[0]
    target = f"{first.provider_id}:{first.model_id}"
    name, vendor = target_name(target), palette.display_name(first.provider_id)
    behind = _next_name(ranked[1:])
    elsewhere = _next_name([each for each in ranked if each.provider_id != first.provider_id])
    return [
        Preset(
            "first-down",
            "The first choice goes down",
            "power_off",
            f"{name} fails at once. {behind} answers instead.",
            (Fault(target=target, kind="down"),),
        ),
        Preset(
            "rate-limited",
            "One vendor is rate limited",
            "traffic",
            f"Every model of {vendor} answers 429. {elsewhere} answers instead.",
            (Fault(target=first.provider_id, kind="rate_limited"),),
        ),
        Preset(
            "slow",
            "Everybody is slow",
            "hourglass_top",
            f"Each first word takes {SLOW_SECONDS:g} s. Nobody fails: the latency chart shows it.",
            tuple(Fault(target=each, kind="slow", seconds=SLOW_SECONDS) for each in vendors),
        ),
        Preset(
            "breaks",
            "The first choice breaks off",
            "link_off",
            f"{name} stops in the middle. Its words stay, and no second voice joins in.",
            (Fault(target=target, kind="break"),),
        ),
        Preset(
            "shaky",
            "A shaky day",
            "shuffle",
            "Every vendor is down for half of the messages, at random.",
            tuple(Fault(target=each, kind="flaky", rate=FLAKY_RATE) for each in vendors),
        ),
    ]


def _next_name(ranked: Sequence[ScoredCandidate]) -> str:
    if not ranked:
        return "Nobody"
    return target_name(f"{ranked[0].provider_id}:{ranked[0].model_id}")


def _listed(names: Sequence[str]) -> str:
    if len(names) <= 2:
        return " and ".join(names)
    more = "" if len(names) == 3 else f" and {len(names) - 2} more"
    return f"{', '.join(names[:2])}{more}" if more else f"{names[0]}, {names[1]} and {names[2]}"
