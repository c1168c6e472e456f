"""The quiet chips under an answer, as HTML. Pure; everything from outside is escaped."""

from __future__ import annotations

from html import escape

from playground.look import palette, words
from playground.sessions import turn_words
from playground.sessions.turn_words import ranked_by
from playground.sessions.turns import Turn


def chips_html(turn: Turn, *, dark: bool) -> str:
    """Who answered, whose words, how fast, how many tokens, at what estimated cost.

    What is not known is left out. A drill, a failover and an incomplete answer come in amber.
    """
    answer = turn.answer
    chips = [_provider_chip(turn, dark=dark)]
    if source := turn_words.source(answer):
        chips.append(_chip(source, "source"))
    elif answer.kind == "live":
        chips.append(_chip("live", "live"))
    if label := ranked_by(answer.scores_run_id, turn.settings.what_if):
        chips.append(_chip(label, "whatif"))
    if turn.drilled:
        chips.append(_chip("drill", "amber"))
    if answer.failover_count:
        chips.append(_chip(words.failover_label(answer.failover_count), "amber"))
    if turn.status in ("stopped", "interrupted"):
        chips.append(_chip(turn.status, "amber"))
    if answer.finish_reason in words.FINISH_REASONS:
        chips.append(_chip(words.FINISH_REASONS[answer.finish_reason], "amber"))
    chips += [
        _chip(text) for text in (turn_words.latency(answer), turn_words.tokens(answer)) if text
    ]
    if answer.cost_usd is not None:
        chips.append(_chip(f"{words.dollars(answer.cost_usd)} estimated"))
    return f'<div class="sp-chips">{"".join(chips)}</div>'


def _provider_chip(turn: Turn, *, dark: bool) -> str:
    provider, model = turn.answer.provider, turn.answer.model
    if provider is None or model is None:
        return ""
    dot = (
        f'<span class="sp-dot" style="color:{palette.colour(provider, dark=dark)}" '
        f'aria-hidden="true">{escape(palette.glyph(provider))}</span>'
    )
    name = f'<span class="sp-name">{escape(palette.label(provider, model))}</span>'
    return f'<span class="sp-chip sp-provider">{dot}{name}</span>'


def _chip(text: str, tone: str = "") -> str:
    tone_class = f" sp-{tone}" if tone else ""
    return f'<span class="sp-chip{tone_class}">{escape(text)}</span>'
