"""The quiet chips under an answer, and the strip over the whole session, as HTML. Pure.

Plain HTML instead of a chart: it is drawn on every rerun of the chat and takes microseconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from playground.look import palette, parts, words
from playground.sessions import turn_words
from playground.sessions.totals import SessionTotals, failovers, session_totals
from playground.sessions.turn_words import ranked_by
from playground.sessions.turns import Turn, TurnStatus

SHOWN: Final = 40
"""At most this many turns are drawn, the latest; the totals count all."""

_STATES: Final[dict[TurnStatus, str]] = {
    "running": "running",
    "done": "answered",
    "stopped": "stopped",
    "failed": "failed",
    "interrupted": "interrupted",
}


def chips_html(turn: Turn) -> str:
    """Who answered, whose words, how fast, how many tokens, at what estimated cost.

    What is not known is left out. A drill, a failover and an incomplete answer come in amber.
    """
    answer = turn.answer
    chips = [parts.chip(text) for text in turn_words.imported(turn)]
    if answer.provider is not None and answer.model is not None:
        chips.append(parts.model_chip(answer.provider, answer.model))
    if source := turn_words.source(answer):
        chips.append(parts.source_chip(source))
    elif answer.kind == "live":
        chips.append(parts.chip("live", "good"))
    if label := ranked_by(answer.scores_run_id, turn.settings.what_if):
        chips.append(parts.chip(label, "what-if"))
    chips += [parts.chip(text, "amber") for text in _warnings(turn)]
    cost = "" if answer.cost_usd is None else f"{words.dollars(answer.cost_usd)} estimated"
    facts = (turn_words.latency(answer), turn_words.tokens(answer), cost)
    chips += [parts.chip(text) for text in facts if text]
    return parts.chips(chips, "About this answer")


def _warnings(turn: Turn) -> Iterator[str]:
    if turn.drilled:
        yield "drill"
    if turn.answer.failover_count:
        yield words.failover_label(turn.answer.failover_count)
    if late := turn_words.lateness(turn.answer):
        yield late
    if turn.status in ("stopped", "interrupted") and turn.origin is None:
        yield turn.status
    if turn.answer.finish_reason in words.FINISH_REASONS:
        yield words.FINISH_REASONS[turn.answer.finish_reason]


def strip_html(turns: Sequence[Turn]) -> str:
    """The session at a glance, for the top of the chat page: one small block per turn.

    A block has its provider's colour and glyph, an amber corner after a failover and an amber
    dashed foot after a drill; without a complete answer it is hollow.
    """
    totals = session_totals(turns)
    hidden = len(turns) - SHOWN
    earlier = f"<span>{hidden} earlier …</span>" if hidden > 0 else ""
    blocks = "".join(_block(turn) for turn in turns[-SHOWN:])
    return (
        f'<div class="strip" role="img" aria-label="{escape(described(turns, totals))}">'
        f'<div class="strip-row">{earlier}{blocks}</div>'
        f"{parts.legend(_facts(turns, totals))}</div>"
    )


def described(turns: Sequence[Turn], totals: SessionTotals) -> str:
    """The strip in a sentence, for screen readers."""
    answered = ", ".join(
        f"{palette.display_name(name)} {count}" for name, count in _answered(turns).most_common()
    )
    count = words.counted(totals.turns, "turn")
    facts = [count, f"answered by: {answered or 'nobody yet'}", *_sums(totals), *_scores(turns)]
    return f"This session: {'; '.join(facts)}."


def _facts(turns: Sequence[Turn], totals: SessionTotals) -> list[str]:
    legend = [
        f"{parts.swatch(parts.seat(name))}{escape(palette.display_name(name))} {count}"
        for name, count in _answered(turns).most_common()
    ]
    return legend + [escape(text) for text in (*_sums(totals), *_scores(turns))]


def _sums(totals: SessionTotals) -> list[str]:
    texts = []
    if totals.tokens_in is not None and totals.tokens_out is not None:
        about = "about " if totals.tokens_estimated else ""
        texts.append(f"{about}{totals.tokens_in:,} tokens in, {totals.tokens_out:,} out")
    texts.append(words.counted(totals.failovers, "failover"))
    if totals.cost_usd is not None:
        texts.append(f"{words.dollars(totals.cost_usd)} estimated")
    if totals.simulated:
        texts.append(f"{totals.simulated:,} simulated")
    if totals.imported:
        texts.append(f"{totals.imported:,} imported")
    if totals.drilled:
        texts.append(f"{totals.drilled:,} under a drill")
    return texts


def _scores(turns: Sequence[Turn]) -> list[str]:
    """By how many snapshots they were ranked, where it is more than one."""
    count = len(turn_words.snapshots(turns))
    return [f"ranked by {count} snapshots of scores"] if count > 1 else []


def _block(turn: Turn) -> str:
    provider = turn.answer.provider or palette.NOBODY
    classes = ["strip-block"]
    classes += ["strip-over"] if failovers(turn) else []
    classes += ["strip-drill"] if turn.drilled else []
    whole = turn.status == "done"
    classes += [] if whole else ["strip-broken"]
    fill = f";{parts.on_seat(provider)}" if whole else ""
    return (
        f'<span class="{" ".join(classes)}" title="{escape(_described_turn(turn))}" '
        f'style="--seat:{parts.seat(provider)}{fill}">{escape(_glyph(turn))}</span>'
    )


def _glyph(turn: Turn) -> str:
    if turn.answer.provider:
        return palette.glyph(turn.answer.provider)
    if turn.origin is not None:
        return "↓"
    return "…" if turn.status == "running" else "×"


def _described_turn(turn: Turn) -> str:
    who = palette.label(turn.answer.provider, turn.answer.model) if turn.answer.provider else ""
    parts = [f"Turn {turn.number}", who, *turn_words.imported(turn)[:1], _STATES[turn.status]]
    parts += ["simulated" if turn.answer.simulated else ""]
    parts += [f"scores: {name}" if (name := turn_words.scores_name(turn)) else ""]
    parts += ["under a drill" if turn.drilled else ""]
    parts += [f"after {words.counted(failovers(turn), 'failover')}" if failovers(turn) else ""]
    return ", ".join(part for part in parts if part)


def _answered(turns: Sequence[Turn]) -> Counter[str]:
    answered = (turn.answer for turn in turns if turn.status == "done")
    return Counter(answer.provider for answer in answered if answer.provider)
