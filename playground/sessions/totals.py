"""What a turn costs, and a session in a handful of numbers. Plain Python: each rerun shows these.

What is unknown is counted as unknown: a sum over turns of which none is known is None, not 0. A
cost is an estimate at list price, always labelled with the table it comes from: genai-prices', read
from the package and never updated over the network. A model that it does not know, and anything
that runs on the user's own machine, has no estimate.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from playground.sessions.turns import Turn
from speko_client.list_prices import OWN_MACHINE, list_price, price_source
from speko_client.models import Attempt, CompleteUsage
from speko_client.own_prices import own_price_list

MOST_TOKENS: Final = 10**12
"""A higher count cannot be true; servers have been seen to send some."""
_UNPRICED: Final = OWN_MACHINE | {"custom"}

Price = Callable[[str, str, CompleteUsage], tuple[float, str] | None]
"""A vendor's, a model's and an answer's tokens' cost in US$, and its source; None: not known."""


@dataclass(frozen=True, slots=True)
class SessionTotals:
    """Sums over a session's turns; tokens and costs are None where no turn has them.

    A turn is ``answered`` where it has a whole answer. Of those that were ``imported``, nothing
    is counted but that they are there. ``cost_usd`` is estimated, over ``priced`` turns.
    ``failovers`` counts the moves to a next candidate, and ``failed_attempts`` every candidate that
    failed, the last one of a turn too.
    """

    turns: int
    answered: int
    failovers: int
    failed_attempts: int
    tokens_in: int | None
    tokens_out: int | None
    tokens_estimated: bool
    cost_usd: float | None
    priced: int
    price_sources: tuple[str, ...]
    simulated: int
    drilled: int
    imported: int = 0


def session_totals(turns: Sequence[Turn]) -> SessionTotals:
    """Adds up the turns of one branch."""
    own = [turn for turn in turns if turn.origin is None]
    answers = [turn.answer for turn in own]
    usages = [usage for turn in own if (usage := counted_tokens(turn)) is not None]
    costs = [answer.cost_usd for answer in answers if answer.cost_usd is not None]
    return SessionTotals(
        turns=len(turns),
        answered=sum(turn.status == "done" for turn in own),
        failovers=sum(failovers(turn) for turn in own),
        failed_attempts=sum(failed_attempts(turn) for turn in own),
        tokens_in=_sum(usage.prompt_tokens for usage in usages),
        tokens_out=_sum(usage.completion_tokens for usage in usages),
        tokens_estimated=any(usage.estimated for usage in usages),
        cost_usd=sum(costs) if costs else None,
        priced=len(costs),
        price_sources=tuple(sorted({a.price_source for a in answers if a.price_source})),
        simulated=sum(answer.simulated for answer in answers),
        drilled=sum(turn.drilled for turn in own),
        imported=len(turns) - len(own),
    )


def counted_tokens(turn: Turn) -> CompleteUsage | None:
    """What the server counted; None where it did not, or where the numbers are impossible."""
    usage = turn.answer.usage
    if usage is None or not all(
        0 <= count <= MOST_TOKENS for count in (usage.prompt_tokens, usage.completion_tokens)
    ):
        return None
    return usage


def named_failures(turn: Turn) -> tuple[tuple[Attempt, Attempt | None], ...]:
    """Each failed attempt with the attempt that followed it, None where none did."""
    attempts = turn.answer.attempts
    pairs = itertools.pairwise((*attempts, None))
    return tuple(
        (attempt, follower)
        for attempt, follower in pairs
        if attempt is not None and attempt.outcome == "failed"
    )


def unnamed_failures(turn: Turn) -> int:
    """How many failovers the server counted without naming the candidate that failed."""
    named = sum(follower is not None for _, follower in named_failures(turn))
    return max((turn.answer.failover_count or 0) - named, 0)


def failovers(turn: Turn) -> int:
    """How often this turn moved on to a next candidate."""
    named = sum(follower is not None for _, follower in named_failures(turn))
    return max(turn.answer.failover_count or 0, named)


def failed_attempts(turn: Turn) -> int:
    """How many candidates of this turn failed, whether or not another one followed."""
    return len(named_failures(turn)) + unnamed_failures(turn)


def _sum(numbers: Iterable[int]) -> int | None:
    known = list(numbers)
    return sum(known) if known else None


def estimate(
    provider: str | None, model: str | None, usage: CompleteUsage | None
) -> tuple[float, str] | None:
    """US$ for these tokens, by one's own price, else the list price, and the source's name.

    None where no price is known.
    """
    if not provider or not model or usage is None or provider in _UNPRICED:
        return None
    own, source = own_price_list()
    if (known := own.get(f"{provider}:{model}")) is not None:
        return known.of(usage.prompt_tokens, usage.completion_tokens), source
    price = list_price(provider, model, usage.prompt_tokens, usage.completion_tokens)
    return None if price is None else (price, price_source())
