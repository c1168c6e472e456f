"""What the next message will take, in one line beside Send, and what that assumes. Pure.

Nobody has counted the tokens yet, and nobody knows for sure who will answer: all of it is an
estimate. The letters that are being typed are added in the browser (``draft.js``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from statistics import mean
from typing import Final

from playground.look import palette, words
from playground.sessions.spending import FREE, LETTERS_PER_TOKEN
from playground.sessions.totals import counted_tokens, estimate
from playground.sessions.turns import Turn, TurnSettings
from speko_client.list_prices import price_source
from speko_client.models import CompleteUsage, ScoredCandidate

ASSUMED_OUT: Final = 250
"""Tokens of an answer where there is none yet to go by."""

_LATEST: Final = 5


@dataclass(frozen=True, slots=True)
class Price:
    """List prices in US$: of a token that is sent, and of the whole answer."""

    token_in: float
    answer: float


@dataclass(frozen=True, slots=True)
class NextMessage:
    """The estimate; ``letters`` go along with whatever is typed.

    ``by`` is who would answer now, None where that is not known; ``price`` is None where there is
    none. ``assumed_out`` says where the length of the answer is from.
    """

    letters: int
    tokens_out: int
    assumed_out: str
    by: ScoredCandidate | None = None
    price: Price | None = None

    @property
    def tokens_in(self) -> int:
        """Tokens of what goes along."""
        return -(-self.letters // LETTERS_PER_TOKEN)


def next_message(
    turns: Sequence[Turn], form: TurnSettings, by: ScoredCandidate | None
) -> NextMessage:
    """The estimate by the branch so far, the form, and who would answer now."""
    answered = [turn for turn in turns if turn.answer.text]
    letters = sum(len(turn.message) + len(turn.answer.text) for turn in answered)
    letters += len(form.system_prompt.strip())
    out, assumed = _tokens_out(answered[-_LATEST:], form.max_tokens)
    seen = NextMessage(letters, out, assumed, by)
    return replace(seen, price=_price(seen))


def next_message_html(seen: NextMessage) -> str:
    """The line, which unfolds to what it assumes; the browser puts in what is typed meanwhile."""
    cost = seen.price.token_in * seen.tokens_in + seen.price.answer if seen.price else 0.0
    priced = (
        f'<span class="next-cost" data-token="{seen.price.token_in!r}" '
        f'data-answer="{seen.price.answer!r}">{words.dollars(cost)}</span>'
        if seen.price
        else ""
    )
    tokens = f'<span class="next-in" data-letters="{seen.letters}">{seen.tokens_in:,}</span>'
    return (
        '<details class="next-message"><summary>Next message: '
        f"≈ {tokens} tokens in, {seen.tokens_out:,} out{_cost(seen, priced)}</summary>"
        f"<p>{escape(_assumes(seen))}</p></details>"
    )


def waiting_html(why: str) -> str:
    """The line where a message has to wait, with what for; empty: nothing is known yet."""
    return f'<div class="next-message">{escape(f"Messages wait. {why}") if why else "&nbsp;"}</div>'


def _tokens_out(latest: Sequence[Turn], cap: int | None) -> tuple[int, str]:
    lengths = [
        usage.completion_tokens
        if usage
        else (len(turn.answer.text) + len(turn.answer.reasoning)) // LETTERS_PER_TOKEN
        for turn in latest
        for usage in [counted_tokens(turn)]
    ]
    out = round(mean(lengths)) if lengths else ASSUMED_OUT
    if cap is not None and cap < out:
        return cap, "The answer is as long as Max tokens lets it be."
    if lengths:
        return out, "The answer is as long as the latest ones of this session."
    return out, f"The answer has {ASSUMED_OUT} tokens, as there is none yet to go by."


def _price(seen: NextMessage) -> Price | None:
    if seen.by is None:
        return None
    asked = max(seen.tokens_in, 1)
    for_in, for_all = (
        estimate(
            seen.by.provider_id,
            seen.by.model_id,
            CompleteUsage(prompt_tokens=asked, completion_tokens=out),
        )
        for out in (0, seen.tokens_out)
    )
    if for_in is None or for_all is None:
        return None
    return Price(for_in[0] / asked, for_all[0] - for_in[0])


def _cost(seen: NextMessage, priced: str) -> str:
    """What it costs; nothing where that is not known."""
    if seen.by is None:
        return ""
    if seen.by.kind == "local" or seen.by.provider_id in FREE:
        return " · free, on your own machine"
    if not priced:
        return ""
    would = "would cost " if seen.by.kind == "simulated" else ""
    label = "simulated" if seen.by.kind == "simulated" else "estimated"
    return f" · {would}{priced} ({label})"


def _assumes(seen: NextMessage) -> str:
    counted = (
        f"Assumes: {LETTERS_PER_TOKEN} letters are a token. The whole session is sent along, and "
        f"the system prompt. {seen.assumed_out}"
    )
    if seen.by is None:
        return f"{counted} Who will answer is not known here, so there is no price."
    name = palette.label(seen.by.provider_id, seen.by.model_id)
    if seen.price is None:
        return f"{counted} {name} answers, as it would now; no list price of it is known."
    return f"{counted} {name} answers, as it would now, at its list price ({price_source()})."
