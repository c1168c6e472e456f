"""Any suite, and any cell of a run (hypothesis)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from playground.evaluations.cells import Cell
from playground.sessions.turns import Answer, TurnError
from playground.suites.check_result import CheckResult
from playground.suites.suite import (
    Arm,
    AtMost,
    Case,
    Contains,
    ContainsAny,
    Equals,
    ExcludedBecause,
    FailoversAtMost,
    HasSchema,
    Judge,
    Judged,
    Matches,
    Message,
    NumberWithin,
    PredictedServed,
    ProviderIn,
    Suite,
)
from speko_client.models import Fault, WhatIf

_ODD = ["no", "5", "1.10", "null", "~", "", "a\nb\n", "  x", "- a", "a: b", "#x", "'", '"']
_ODDER = [
    "\x85a",
    "\u2028",
    "\ufeffx",
    "{{input}}",
    "=cmd()",
    "a\r\nb",
    "\t",
    "x \n y",
    "\U0001f600",
]
TEXTS = st.text(max_size=30) | st.sampled_from([*_ODD, *_ODDER])
NAMES = st.text(min_size=1, max_size=12) | st.sampled_from(["no", "5", "null", "y", "1e3", "<<"])
NUMBERS = st.floats(min_value=0, max_value=1e6)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | TEXTS | st.floats(-1e6, 1e6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
SCHEMAS = st.fixed_dictionaries({}, optional={"const": _VALUES, "default": _VALUES, "title": TEXTS})

CHECKS: st.SearchStrategy[Any] = st.one_of(
    st.builds(Equals, value=TEXTS, ignore_case=st.booleans(), negate=st.booleans()),
    st.builds(Contains, value=NAMES, ignore_case=st.booleans(), negate=st.booleans()),
    st.builds(ContainsAny, value=st.lists(NAMES, min_size=1, max_size=3).map(tuple)),
    st.builds(Matches, value=st.sampled_from(["a+", r"\d{2}", "no", "^x$"]), negate=st.booleans()),
    st.builds(HasSchema, value=SCHEMAS),
    st.builds(NumberWithin, value=st.floats(-1e6, 1e6), tolerance=NUMBERS),
    st.builds(AtMost, type=st.sampled_from(["ttft", "total", "cost", "tokens"]), most=NUMBERS),
    st.builds(ProviderIn, value=st.lists(NAMES, min_size=1, max_size=3).map(tuple)),
    st.builds(FailoversAtMost, most=st.integers(0, 5)),
    st.just(PredictedServed()),
    st.builds(ExcludedBecause, value=NAMES, code=st.none() | NAMES),
    st.builds(Judged, ideal=st.none() | TEXTS, criteria=TEXTS),
)
_MESSAGES = st.lists(
    st.builds(Message, role=st.sampled_from(["system", "user", "assistant"]), content=TEXTS),
    max_size=3,
).map(lambda said: (*said, Message(role="user", content="And?")) if said else ())
CASES = st.builds(
    Case,
    id=NAMES,
    vars=st.dictionaries(NAMES, TEXTS, max_size=3),
    messages=_MESSAGES,
    ideal=st.none() | TEXTS,
    language=st.none() | st.sampled_from(["no", "de", "es-MX"]),
    vertical=st.none() | st.just("legal"),
    checks=st.lists(CHECKS, max_size=3).map(tuple),
    tags=st.lists(NAMES, max_size=2).map(tuple),
)
ARMS = st.builds(
    Arm,
    id=NAMES,
    name=TEXTS,
    optimize_for=st.sampled_from(["balanced", "cost"]),
    pin=st.none() | NAMES,
    allowed=st.lists(NAMES, max_size=2).map(tuple),
    scores=st.none() | NAMES,
    what_if=st.none() | st.builds(WhatIf, name=st.just("Cheap"), without=st.just(["openai"])),
    drill=st.sampled_from([(), (Fault(target="openai", kind="down"),)]),
    prompt=st.none() | TEXTS,
    system_prompt=st.none() | TEXTS,
    temperature=st.none() | st.floats(0, 2),
    max_tokens=st.none() | st.integers(1, 1000),
)


def _by_id(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(parts, max_size=3, unique_by=lambda part: part.id).map(tuple)


SUITES = st.builds(
    Suite,
    name=NAMES,
    description=TEXTS,
    prompt=TEXTS,
    system_prompt=TEXTS,
    language=st.sampled_from(["en", "no"]),
    temperature=st.none() | st.floats(0, 2),
    max_tokens=st.none() | st.integers(1, 1000),
    cases=_by_id(CASES),
    arms=_by_id(ARMS),
    checks=st.lists(CHECKS, max_size=2).map(tuple),
    judge=st.none() | st.builds(Judge, pin=NAMES, criteria=TEXTS, pairwise=st.booleans()),
    repeats=st.integers(1, 5),
    max_cost_usd=st.none() | NUMBERS,
)

_MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
_WORDS = st.text(max_size=20) | st.sampled_from(
    [
        "=1+1",
        "\0\x07\x1b",
        "]]>",
        "<b>&\"'",
        "\ufffe\uffff",
        "a\r\nb\tc",
        "</script><!--",
        "@x",
        "-5",
    ]
)
_IDS = st.sampled_from(["a", "b", "=c()", "<d>"])
CELLS = st.builds(
    Cell,
    case_id=_IDS,
    arm_id=_IDS,
    repeat=st.integers(0, 2),
    answer=st.builds(
        Answer,
        text=_WORDS,
        provider=st.none() | _WORDS,
        model=st.none() | _WORDS,
        simulated=st.booleans(),
        failover_count=st.none() | st.integers(0, 3),
        cost_usd=st.none() | st.floats(0, 10),
    ),
    error=st.none() | st.builds(TurnError, message=_WORDS, code=_WORDS, advice=_WORDS),
    checks=st.lists(
        st.builds(
            CheckResult, name=_WORDS, passed=st.sampled_from([True, False, None]), detail=_WORDS
        ),
        max_size=3,
    ).map(tuple),
    predicted=st.none() | _WORDS,
    started_at=_MOMENTS,
    ended_at=_MOMENTS,
)
