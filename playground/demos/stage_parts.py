"""Parts of the stage that a conversation and a comparison share, as HTML. Pure."""

from __future__ import annotations

from html import escape

from playground.intent import languages
from playground.look import words
from playground.sessions.turns import Turn, TurnSettings


def brief(turn: Turn, *, timed: bool = True) -> Turn:
    """The turn with what can be read from the back of a room; Analytics has the rest.

    ``timed``: with its times, once they no longer grow.
    """
    unfit: dict[str, None] = {"usage": None, "cost_usd": None}
    if turn.status == "running" or not timed:
        unfit["timing"] = None
    answer = turn.answer.model_copy(update=unfit)
    return turn.model_copy(update={"answer": answer})


def asked_html(message: str, caret: str = "") -> str:
    """What a person asks, or types just now."""
    return f'<div class="dm-ask"><span>{escape(message)}{caret}</span></div>'


def intent_html(settings: TurnSettings) -> str:
    """What the router chooses by."""
    texts = [languages.name(settings.language), words.OPTIMIZE_FOR[settings.optimize_for]]
    if settings.vertical:
        texts.insert(0, words.VERTICALS[settings.vertical])
    if settings.region:
        texts.append(words.REGIONS[settings.region])
    pills = "".join(f"<span>{escape(text)}</span>" for text in texts)
    return f'<div class="dm-intent"><em>Intent</em>{pills}</div>'
