"""What a message to all seats will take, in one line beside the box. Pure; all of it estimated."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from playground.chat.next_message import NextMessage
from playground.look import palette, words
from playground.sessions.spending import FREE, LETTERS_PER_TOKEN
from speko_client.list_prices import price_source

_SIMULATED: Final = "simulated"


def together_html(seats: Sequence[tuple[str, NextMessage]]) -> str:
    """The line for these seats, each under its name; it unfolds to who takes how much.

    The browser puts in what is typed meanwhile, once for each seat.
    """
    letters = sum(seen.letters for _, seen in seats)
    tokens_in = -(-letters // LETTERS_PER_TOKEN)
    tokens_out = sum(seen.tokens_out for _, seen in seats)
    tokens = (
        f'<span class="next-in" data-letters="{letters}" data-times="{len(seats)}">'
        f"{tokens_in:,}</span>"
    )
    rows = "".join(f"<li>{escape(_row(name, seen))}</li>" for name, seen in seats)
    return (
        f'<details class="next-message"><summary>To {words.counted(len(seats), "seat")}: '
        f"≈ {tokens} tokens in, {tokens_out:,} out{_cost(seats, tokens_in)}</summary>"
        f"<ul>{rows}</ul><p>{escape(_assumes())}</p></details>"
    )


def _cost(seats: Sequence[tuple[str, NextMessage]], tokens_in: int) -> str:
    """What all of it costs; the price of a token typed is the mean of the seats'."""
    priced = [seen for _, seen in seats if seen.price is not None]
    if not priced:
        return ""
    per_token = sum(seen.price.token_in for seen in priced if seen.price) / len(seats)
    total = sum(_price(seen) or 0.0 for seen in priced)
    rest = total - per_token * tokens_in
    cost = (
        f'<span class="next-cost" data-token="{per_token!r}" data-answer="{rest!r}">'
        f"{words.dollars(total)}</span>"
    )
    kinds = {seen.by.kind for seen in priced if seen.by}
    would = "would cost " if kinds == {_SIMULATED} else ""
    label = _SIMULATED if kinds == {_SIMULATED} else "estimated"
    unknown = sum(seen.price is None and not _is_free(seen) for _, seen in seats)
    more = f", {unknown} without a known price" if unknown else ""
    return f" · {would}{cost} ({label}{more})"


def _row(name: str, seen: NextMessage) -> str:
    if seen.by is None:
        return f"{name}: who would answer is not known here"
    by = palette.label(seen.by.provider_id, seen.by.model_id)
    who = name if name.endswith(by) else f"{name}, {by} as it would now"
    cost = _price(seen)
    said = words.dollars(cost) if cost is not None else "no known price"
    if _is_free(seen):
        said = "free, on your own machine"
    elif cost is not None and seen.by.kind == _SIMULATED:
        said += " (simulated)"
    return f"{who}: {seen.tokens_in:,} tokens in, {seen.tokens_out:,} out, {said}"


def _price(seen: NextMessage) -> float | None:
    if seen.price is None:
        return None
    return seen.price.token_in * seen.tokens_in + seen.price.answer


def _is_free(seen: NextMessage) -> bool:
    return seen.by is not None and (seen.by.kind == "local" or seen.by.provider_id in FREE)


def _assumes() -> str:
    return (
        f"Assumes: {LETTERS_PER_TOKEN} letters are a token; each seat is sent its whole thread and "
        f"the system prompt; answers as long as its latest ones; list prices ({price_source()})."
    )
