"""Whether an answer passes a check. Pure, all but the judge's, which needs a call.

What cannot be decided (no timing, an unknown price, a pattern that takes too long) is neither
passed nor failed, and says why. Texts are compared as Unicode sees them (NFC), so that an é is an é
however it is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, TypeVar
from unicodedata import normalize

from pydantic import BaseModel

from playground.sessions.turns import Answer
from playground.suites.check_result import CheckResult
from playground.suites.check_words import clause, figure_words, quoted, sentence, times
from playground.suites.json_schemas import SchemaError, why_not
from playground.suites.patterns import PatternError, found
from playground.suites.suite import (
    AtMost,
    Case,
    Check,
    Contains,
    ContainsAny,
    Equals,
    ExcludedBecause,
    FailoversAtMost,
    HasSchema,
    Judged,
    Matches,
    NumberWithin,
    PredictedServed,
    ProviderIn,
    Suite,
    SuiteError,
)
from playground.suites.variables import filled, has_names
from playground.suites.written_numbers import last_number
from speko_client.models import RoutingPreview

CheckT = TypeVar("CheckT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with what its checks look at: the case, the language, whom the preview named.

    ``predicted`` is ``vendor:model``; it and ``ranking`` are None where no preview came.
    """

    case: Case
    answer: Answer
    language: str = "en"
    predicted: str | None = None
    ranking: RoutingPreview | None = None


def checks_for(suite: Suite, case: Case) -> tuple[Check, ...]:
    """All checks of a case, those of the whole suite first."""
    return (*suite.checks, *case.checks)


async def checked(checks: Iterable[Check], answered: Answered) -> tuple[CheckResult, ...]:
    """The results of all checks but the judge's, in their order, for an event loop.

    What may take long (regular expressions, JSON schemas) runs beside the loop.
    """
    decidable = [check for check in checks if not isinstance(check, Judged)]
    if any(isinstance(check, Matches | HasSchema) for check in decidable):
        return await asyncio.to_thread(check_all, decidable, answered)
    return check_all(decidable, answered)


def check_all(checks: Iterable[Check], answered: Answered) -> tuple[CheckResult, ...]:
    """The results of all checks but the judge's, in their order."""
    decidable = (check for check in checks if not isinstance(check, Judged))
    return tuple(check_answer(check, answered) for check in decidable)


def check_answer(check: Check, answered: Answered) -> CheckResult:
    """What became of one check. Never raises; the judge's is undecided here."""
    try:
        return _decided(filled_check(check, answered.case), answered)
    except SuiteError as error:
        return CheckResult(name=check.type.replace("_", " "), passed=None, detail=str(error))


def filled_check(check: CheckT, case: Case) -> CheckT:
    """The check with the case's variables in its texts, ``ideal`` among them. Raises SuiteError.

    In a regular expression a variable stands as it is: its signs are part of the pattern.
    """
    variables = case.vars if case.ideal is None else {"ideal": case.ideal, **case.vars}
    texts = {
        name: value
        for name in ("value", "criteria", "ideal")
        if (value := getattr(check, name, None))
    }
    changed = {
        name: new
        for name, value in texts.items()
        if (
            new := _filled(
                value, variables, f"case “{case.id}”, check “{getattr(check, 'type', '')}”"
            )
        )
        != value
    }
    return check.model_copy(update=changed) if changed else check


def _filled(value: Any, variables: Mapping[str, str], place: str) -> Any:
    if isinstance(value, str):
        return filled(value, variables, place) if has_names(value) else value
    if isinstance(value, dict):
        return {name: _filled(each, variables, place) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_filled(each, variables, place) for each in value)
    return value


@singledispatch
def _decided(check: Any, answered: Answered) -> CheckResult:
    return _undecided(check, "It needs a judge.")


@_decided.register
def _(check: Equals, answered: Answered) -> CheckResult:
    wanted, said = (
        _folded(text.strip(), check.ignore_case) for text in (check.value, _said(answered))
    )
    same = wanted == said
    return _result(check, same != check.negate, f"It says {quoted(_said(answered).strip())}.")


@_decided.register(Contains)
@_decided.register(ContainsAny)
def _(check: Contains | ContainsAny, answered: Answered) -> CheckResult:
    values = (check.value,) if isinstance(check, Contains) else check.value
    if not all(values):
        return _undecided(check, "There is nothing to look for: the text is empty.")
    said = _folded(_said(answered), check.ignore_case)
    there = [each for each in values if _folded(each, check.ignore_case) in said]
    detail = f"It contains {quoted(there[0])}." if there else f"It says {quoted(_said(answered))}."
    return _result(check, bool(there) != check.negate, detail)


@_decided.register
def _(check: Matches, answered: Answered) -> CheckResult:
    try:
        there = found(check.value, _said(answered))
    except PatternError as error:
        return _undecided(check, sentence(str(error)))
    return _result(check, there != check.negate, f"It says {quoted(_said(answered))}.")


@_decided.register
def _(check: HasSchema, answered: Answered) -> CheckResult:
    try:
        problem = why_not(check.value, _said(answered))
    except SchemaError as error:
        return _undecided(check, sentence(str(error)))
    return _result(check, problem is None, sentence(problem or ""))


@_decided.register
def _(check: NumberWithin, answered: Answered) -> CheckResult:
    number = last_number(_said(answered), answered.language)
    if number is None:
        return _result(check, False, "There is no number in it.")
    slack = 1e-9 * max(abs(check.value), 1.0)
    within = abs(number - check.value) <= check.tolerance + slack
    return _result(check, within, f"Its last number is {number:,.12g}.")


@_decided.register
def _(check: AtMost, answered: Answered) -> CheckResult:
    answer = answered.answer
    timing, usage = answer.timing, answer.usage
    figure = {
        "ttft": timing.ttft_ms if timing else None,
        "total": timing.total_ms if timing else None,
        "cost": answer.cost_usd,
        "tokens": usage.completion_tokens if usage else None,
    }[check.type]
    if figure is None:
        return _undecided(check, "It is not known.")
    return _result(check, figure <= check.most, f"It was {figure_words(check.type, figure)}.")


@_decided.register
def _(check: ProviderIn, answered: Answered) -> CheckResult:
    answer = answered.answer
    if not answer.provider:
        return _undecided(check, "The server does not say who answered.")
    candidate = f"{answer.provider}:{answer.model}"
    allowed = answer.provider in check.value or candidate in check.value
    return _result(check, allowed, f"{candidate} answered.")


@_decided.register
def _(check: FailoversAtMost, answered: Answered) -> CheckResult:
    count = answered.answer.failover_count
    if count is None:
        return _undecided(check, "The server does not count failovers.")
    return _result(check, count <= check.most, f"It failed over {times(count)}.")


@_decided.register
def _(check: PredictedServed, answered: Answered) -> CheckResult:
    answer, predicted = answered.answer, answered.predicted
    if predicted is None or not (answer.provider and answer.model):
        return _undecided(check, "No preview came, or the server does not say who answered.")
    served = f"{answer.provider}:{answer.model}"
    return _result(check, served == predicted, f"{predicted} was predicted, {served} answered.")


@_decided.register
def _(check: ExcludedBecause, answered: Answered) -> CheckResult:
    if answered.ranking is None or answered.ranking.filtered_out is None:
        return _undecided(check, "The server does not say whom it left out.")
    left_out = [
        each
        for each in answered.ranking.filtered_out
        if check.value in (each.provider_id, f"{each.provider_id}:{each.model_id}")
    ]
    if not left_out:
        return _result(check, False, "It was not left out.")
    fitting = any(check.code in (None, each.code) for each in left_out)
    return _result(check, fitting, f"It was left out: {left_out[0].reason} ({left_out[0].code}).")


def _said(answered: Answered) -> str:
    return answered.answer.text


def _folded(text: str, ignore_case: bool) -> str:
    text = normalize("NFC", text)
    return normalize("NFC", text.casefold()) if ignore_case else text


def _result(check: Check, passed: bool, detail: str) -> CheckResult:
    return CheckResult(name=clause(check), passed=passed, detail=detail)


def _undecided(check: Check, why: str) -> CheckResult:
    return CheckResult(name=clause(check), passed=None, detail=why)
