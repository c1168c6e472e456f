"""The captions of a demo, filled with the facts of its turns. Pure.

What a server does not report is called unknown, and never made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from playground.compare.figures import medals
from playground.demos.runs import DemoRun
from playground.demos.script import DemoScript, DemoTurn
from playground.look import palette, words
from playground.sessions.totals import failovers, named_failures, session_totals
from playground.sessions.turns import Turn

_WORD: Final = re.compile(r"\{(\w+)\}")
_UNKNOWN_TIME: Final = "an unknown time"
_NOT_KNOWN: Final = "we do not know who"


def caption(run: DemoRun) -> str:
    """The line at the bottom as it stands."""
    player = run.player
    match player.stage:
        case "failed":
            return player.problem or ""
        case "after":
            return caption_after(player.turn, *_last(run))
        case "over":
            return closing_caption(player.script, run.turns)
        case "stopped":
            return "Stopped. What was answered is kept as a session."
        case _:
            return player.turn.caption.before


def caption_after(script: DemoTurn, turn: Turn, *beside: Turn) -> str:
    """The caption once ``turn`` is answered, and those ``beside`` it in a comparison."""
    caption = script.caption
    text = caption.failed_over if failovers(turn) and caption.failed_over else caption.after
    return _filled(text, _facts(turn, beside))


def closing_caption(script: DemoScript, turns: Sequence[Turn]) -> str:
    """The caption at the end."""
    totals = session_totals(turns)
    providers = {turn.answer.provider for turn in turns if turn.answer.provider}
    facts = {
        "turns": str(len(script.turns)),
        "answered": str(totals.answered),
        "providers": _counted_or_no(len(providers), "provider"),
        "failovers": _counted_or_no(totals.failovers, "failover"),
    }
    asked = len(script.turns) * max(len(script.seats), 1)
    return _filled(script.closing, facts) or f"{totals.answered} of {asked} answered."


def _last(run: DemoRun) -> list[Turn]:
    """What the last message was answered by, the router's first."""
    last = run.turns[-1]
    beside = [turn for turn in run.turns if last.message_id and turn.message_id == last.message_id]
    return sorted(beside, key=lambda turn: len(turn.settings.allowed) == 1) or [last]


def _counted_or_no(count: int, noun: str) -> str:
    """``no failover``, ``1 failover``, ``2 failovers``."""
    return words.counted(count, noun) if count else f"no {noun}"


def _facts(turn: Turn, beside: Sequence[Turn]) -> dict[str, str]:
    answer = turn.answer
    provider = answer.provider or ""
    timing = answer.timing
    ttft = timing.ttft_ms if timing else None
    return {
        "served": palette.label(provider, answer.model) if provider else "nobody",
        "provider": palette.display_name(provider) if provider else "nobody",
        "failed": _failed(turn, beside),
        "ttft": _UNKNOWN_TIME if ttft is None else words.milliseconds(ttft),
        "total": words.milliseconds(timing.total_ms) if timing else _UNKNOWN_TIME,
        "failovers": _counted_or_no(failovers(turn), "failover"),
        "first": _best("first to speak", (turn, *beside)),
        "cheapest": _best("cheapest", (turn, *beside)),
    }


def _best(medal: str, turns: Sequence[Turn]) -> str:
    """Whose answers have this medal."""
    said = medals(turns)
    have = [turn.answer.provider for turn in turns if medal in said.get(turn.id, ())]
    return _listed(dict.fromkeys(map(palette.display_name, filter(None, have))) or [_NOT_KNOWN])


def _failed(turn: Turn, beside: Sequence[Turn]) -> str:
    tried = [attempt.provider for attempt, _ in named_failures(turn)]
    pinned = [each.settings.allowed[0] for each in beside if each.status == "failed"]
    vendors = [palette.display_name(name.partition(":")[0]) for name in (*tried, *pinned)]
    if vendors:
        return _listed(dict.fromkeys(vendors))
    return "the first choice" if failovers(turn) else "nobody"


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _filled(text: str, facts: Mapping[str, str]) -> str:
    return _WORD.sub(lambda found: facts.get(found[1], found[0]), text)
