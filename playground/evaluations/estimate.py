"""Before a run: how many calls, what they may cost, and how long they may take. Pure.

Tokens out are those that a model's earlier answers had, where there are enough of them; else from
none to as many as the answer may have. Tokens in are counted by letters. So all of it is a range,
and says what it assumes; a price that is not known is named and not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from playground.evaluations.judging import JUDGE_TOKENS, baseline_of
from playground.evaluations.order import total_of
from playground.evaluations.running import AT_ONCE
from playground.look.words import counted
from playground.sessions.spending import FREE, LETTERS_PER_TOKEN
from playground.sessions.totals import Price
from playground.suites.questions import conversation_for, settings_for
from playground.suites.suite import Arm, Case, Suite, SuiteError
from speko_client.models import CompleteUsage

ENOUGH: Final = 5
"""So many earlier answers of a model tell how long its next ones will be."""
ASSUMED_TOKENS: Final = 1_000
"""The longest answer where nothing limits it, in tokens."""
ASSUMED_SECONDS: Final = (0.5, 15.0)
"""What an answer takes, where none of that model was measured."""
_SAMPLE: Final = 500
"""Cases whose letters are counted; more are taken to be as long on average."""
_JUDGE_LEAST: Final = 60
_FRAME: Final = 200
"""Tokens of what the judge is told around the texts."""


class Measured(NamedTuple):
    """A model's earlier answers: how many, and their tokens and seconds at the 10th and 90th
    percentile; None where they were not counted."""

    answers: int
    tokens: tuple[int, int] | None
    seconds: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """``usd`` and ``seconds`` are from low to high; None where nothing is known of it.

    ``unpriced`` are the models without a known price, which are in no sum. ``per_cell`` is the
    highest cost of one cell, by arm id, the judge's included. ``assumes`` are sentences.
    """

    calls: int
    judge_calls: int
    usd: tuple[float, float] | None
    seconds: tuple[float, float] | None
    unpriced: tuple[str, ...]
    assumes: tuple[str, ...]
    per_cell: Mapping[str, float] = field(default_factory=dict)
    simulated: bool = False


class _Range(NamedTuple):
    low: float
    high: float


def estimated(
    suite: Suite,
    winners: Mapping[str, str],
    measured: Mapping[str, Measured],
    price: Price,
    *,
    most: int = AT_ONCE,
    done: int = 0,
    simulated: bool = False,
) -> Estimate:
    """The estimate for what a suite's run has left after ``done`` cells.

    ``winners`` says who answers for each arm as it is now, as ``vendor:model`` by arm id;
    ``measured`` has earlier answers by the same name. ``simulated``: nobody is really asked.
    """
    calls = max(0, total_of(suite) - done)
    each = calls / len(suite.arms) if suite.arms else 0.0
    costs: dict[str, _Range] = {}
    times: dict[str, list[_Range]] = {}
    unpriced: list[str] = []
    for arm in suite.arms:
        model = arm.pin if arm.pin and ":" in arm.pin else winners.get(arm.id, arm.pin)
        known = measured.get(model or "")
        tokens_out = _tokens_out(suite, arm, known)
        cost = _cost(model, _tokens_in(suite, arm), tokens_out, price)
        if cost is not None:
            costs[arm.id] = cost
        else:
            unpriced.append(winners.get(arm.id) or arm.pin or f"whoever “{arm.label}” leads to")
        vendor = (model or "").partition(":")[0]
        seconds = known.seconds if known and known.answers >= ENOUGH else None
        times.setdefault(vendor, []).append(_Range(*(seconds or ASSUMED_SECONDS)))
    judged, judge_calls = _judged(suite, calls)
    judge_cost = _judge_cost(suite, price)
    if suite.judge is not None and judge_calls and judge_cost is None:
        unpriced.append(suite.judge.pin)
    per_cell = {
        arm_id: cost.high + judged.get(arm_id, 0) * (judge_cost.high if judge_cost else 0.0)
        for arm_id, cost in costs.items()
    }
    judging = judge_calls if judge_cost else 0
    usd = (
        sum(cost.low for cost in costs.values()) * each + judging * (judge_cost or _NONE).low,
        sum(cost.high for cost in costs.values()) * each + judging * (judge_cost or _NONE).high,
    )
    return Estimate(
        calls=calls,
        judge_calls=judge_calls,
        usd=usd if costs or judge_cost else None,
        seconds=_seconds(times, each, most),
        unpriced=tuple(dict.fromkeys(unpriced)),
        assumes=tuple(_assumes(suite, winners, measured)),
        per_cell=per_cell,
        simulated=simulated,
    )


_NONE: Final = _Range(0.0, 0.0)


def _tokens_in(suite: Suite, arm: Arm) -> float:
    """On average over the cases."""
    step = max(1, len(suite.cases) // _SAMPLE)
    some = suite.cases[::step]
    return sum(_letters(suite, arm, case) for case in some) / len(some) / LETTERS_PER_TOKEN + 1


def _letters(suite: Suite, arm: Arm, case: Case) -> int:
    try:
        history, message = conversation_for(suite, arm, case)
        system = settings_for(suite, arm, case).system_prompt
    except SuiteError:
        return 0
    before = sum(len(turn.message) + len(turn.answer.text) for turn in history)
    return before + len(message) + len(system)


def _tokens_out(suite: Suite, arm: Arm, known: Measured | None) -> _Range:
    most = arm.max_tokens or suite.max_tokens
    if known and known.tokens and known.answers >= ENOUGH:
        low, high = known.tokens
        return _Range(min(low, most or low), min(high, most or high))
    return _Range(1, most or ASSUMED_TOKENS)


def _cost(model: str | None, tokens_in: float, tokens_out: _Range, price: Price) -> _Range | None:
    vendor, _, name = (model or "").partition(":")
    if vendor in FREE:
        return _NONE
    found = [
        price(vendor, name, CompleteUsage(prompt_tokens=round(tokens_in), completion_tokens=tokens))
        for tokens in map(round, tokens_out)
    ]
    if not name or found[0] is None or found[1] is None:
        return None
    return _Range(found[0][0], found[1][0])


def _judged(suite: Suite, calls: int) -> tuple[Mapping[str, float], int]:
    """The judge's calls per cell, by arm id, and in all."""
    if suite.judge is None or not suite.cases or not suite.arms:
        return {}, 0
    checks = sum(
        check.type == "judge" for case in suite.cases for check in (*suite.checks, *case.checks)
    )
    alone = checks / len(suite.cases)
    paired = 2.0 if suite.judge.pairwise else 0.0
    baseline = baseline_of(suite)
    per_arm = {arm.id: alone + (paired if arm.id != baseline else 0.0) for arm in suite.arms}
    return per_arm, round(sum(per_arm.values()) / len(suite.arms) * calls)


def _judge_cost(suite: Suite, price: Price) -> _Range | None:
    """Of one of its calls, which is sent the question and the answers."""
    if suite.judge is None or not suite.cases or not suite.arms:
        return None
    most = max(arm.max_tokens or suite.max_tokens or ASSUMED_TOKENS for arm in suite.arms)
    texts = 2 if suite.judge.pairwise else 1
    tokens_in = max(_tokens_in(suite, arm) for arm in suite.arms) + _FRAME + texts * most
    tokens_out = _Range(_JUDGE_LEAST, JUDGE_TOKENS)
    return _cost(suite.judge.pin, tokens_in, tokens_out, price)


def _seconds(
    times: Mapping[str, Sequence[_Range]], each: float, most: int
) -> tuple[float, float] | None:
    """A vendor's calls share what it takes at once: all that there may be, or one."""
    if not times:
        return None
    work = {
        vendor: _Range(sum(a.low for a in arms) * each, sum(a.high for a in arms) * each)
        for vendor, arms in times.items()
    }
    low = sum(part.low for part in work.values()) / most
    alone = work.get("local", _NONE)
    high = sum(part.high for part in work.values()) / max(1, min(most, 4))
    return max(low, alone.low), max(high, alone.high)


def _assumes(
    suite: Suite, winners: Mapping[str, str], measured: Mapping[str, Measured]
) -> Iterable[str]:
    yield f"{LETTERS_PER_TOKEN} letters of a question are a token."
    routed = [arm for arm in suite.arms if not (arm.pin and ":" in arm.pin)]
    if any(arm.id in winners for arm in routed):
        yield "Routed arms are answered by whom the router names now."
    models = {arm.pin or winners.get(arm.id, "") for arm in suite.arms}
    known = [model for model in models if measured.get(model, _NOTHING).answers >= ENOUGH]
    if known:
        answers = sum(measured[model].answers for model in known)
        yield (
            f"Answers are as long as the {counted(answers, 'earlier answer')} of "
            f"{counted(len(known), 'model')} here, from the 10th to the 90th percentile."
        )
    if len(known) < len(models):
        longest = max((arm.max_tokens or suite.max_tokens or ASSUMED_TOKENS) for arm in suite.arms)
        yield (
            f"Of the other models, an answer may have up to {longest:,} tokens."
            if known
            else (f"No model was measured here yet: an answer may have up to {longest:,} tokens.")
        )
    if suite.judge is not None:
        yield "The judge reads the longest answers, and thinks before its verdict."


_NOTHING: Final = Measured(0, None, None)
