"""The quiet chips under an answer, as HTML. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from playground.look import parts, words
from playground.sessions import turn_words
from playground.sessions.turn_words import ranked_by
from playground.sessions.turns import Turn


def chips_html(turn: Turn) -> str:
    """Who answered, whose words, how fast, how many tokens, at what estimated cost.

    What is not known is left out. A drill, a failover and an incomplete answer come in amber.
    """
    answer = turn.answer
    chips = []
    if answer.provider is not None and answer.model is not None:
        chips.append(parts.model_chip(answer.provider, answer.model))
    if source := turn_words.source(answer):
        chips.append(parts.chip(source, "dashed"))
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
    if turn.status in ("stopped", "interrupted"):
        yield turn.status
    if turn.answer.finish_reason in words.FINISH_REASONS:
        yield words.FINISH_REASONS[turn.answer.finish_reason]
