"""A demo's captions with the facts of its turns filled in. Pure.

What a server does not report is called unknown, and never made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from playground.demos.script import DemoScript, DemoTurn
from playground.drills.words import KINDS, target_name
from playground.look import palette, words
from playground.sessions.totals import failovers, named_failures, session_totals
from playground.sessions.turns import Turn
from speko_client.models import Fault

_WORD = re.compile(r"\{(\w+)\}")
_UNKNOWN_TIME = "an unknown time"
_SAID_WITHOUT_IS = {"stall", "empty", "break"}


def after(script: DemoTurn, turn: Turn) -> str:
    """The caption once ``turn`` is answered."""
    caption = script.caption
    text = caption.failed_over if failovers(turn) and caption.failed_over else caption.after
    return _filled(text, _facts(turn))


def closing(script: DemoScript, turns: Sequence[Turn]) -> str:
    """The caption at the end."""
    totals = session_totals(turns)
    providers = {turn.answer.provider for turn in turns if turn.answer.provider}
    facts = {
        "turns": str(len(script.turns)),
        "answered": str(totals.answered),
        "providers": _counted_or_no(len(providers), "provider"),
        "failovers": _counted_or_no(totals.failovers, "failover"),
    }
    return _filled(script.closing, facts) or f"{facts['answered']} of {facts['turns']} answered."


def faults_line(faults: Sequence[Fault]) -> str:
    """The drill that is on: ``OpenAI is down, Google is rate limited``."""
    return ", ".join(map(_fault, faults))


def _fault(fault: Fault) -> str:
    verb = "" if fault.kind in _SAID_WITHOUT_IS else "is "
    return f"{target_name(fault.target)} {verb}{KINDS[fault.kind].clause}"


def _counted_or_no(count: int, noun: str) -> str:
    """``no failover``, ``1 failover``, ``2 failovers``."""
    return words.counted(count, noun) if count else f"no {noun}"


def _facts(turn: Turn) -> dict[str, str]:
    answer = turn.answer
    provider = answer.provider or ""
    timing = answer.timing
    ttft = timing.ttft_ms if timing else None
    return {
        "served": palette.label(provider, answer.model) if provider else "nobody",
        "provider": palette.display_name(provider) if provider else "nobody",
        "failed": _failed(turn),
        "ttft": _UNKNOWN_TIME if ttft is None else words.milliseconds(ttft),
        "total": words.milliseconds(timing.total_ms) if timing else _UNKNOWN_TIME,
        "failovers": _counted_or_no(failovers(turn), "failover"),
    }


def _failed(turn: Turn) -> str:
    vendors = [palette.display_name(attempt.provider) for attempt, _ in named_failures(turn)]
    if vendors:
        return _listed(dict.fromkeys(vendors))
    return "the first choice" if failovers(turn) else "nobody"


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _filled(text: str, facts: Mapping[str, str]) -> str:
    return _WORD.sub(lambda found: facts.get(found[1], found[0]), text)
