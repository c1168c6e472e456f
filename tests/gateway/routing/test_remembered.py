"""Remembered shortlists: the same as fresh ones, whatever was asked before, and not ever more."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client.models import CONNECTIONS_HEADER, RoutingIntent, WhatIf
from speko_gateway.candidates import Candidate, Selection
from speko_gateway.config import Config
from speko_gateway.gateway import build_gateway
from speko_gateway.routing.gating import MOST_ENTRIES, RememberedShortlists
from speko_gateway.routing.ranking import PoolEntry, shortlist
from speko_gateway.routing.scores import load_snapshot
from speko_gateway.routing.what_if import tried

SNAPSHOT = load_snapshot("demo")
CANDIDATES = sorted(SNAPSHOT.candidates())
INTENTS = st.builds(
    RoutingIntent,
    language=st.sampled_from(["en", "es-MX", "xx"]),
    vertical=st.sampled_from([None, "general", "healthcare"]),
    region=st.sampled_from([None, "global", "us-east4"]),
    optimize_for=st.sampled_from([None, "cost"]),
)
ALLOWED = st.none() | st.sets(st.sampled_from([each.id for each in CANDIDATES])).map(Selection.of)
POOLS = st.lists(
    st.builds(
        PoolEntry,
        st.sampled_from(CANDIDATES),
        st.sampled_from([None, "it is asleep"]),
        reserve=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda each: each.candidate,
)
OUT = st.dictionaries(st.sampled_from(CANDIDATES), st.sampled_from(["bad", "worse"]), max_size=2)
QUESTIONS = st.tuples(INTENTS, ALLOWED, POOLS, OUT)


@given(st.lists(QUESTIONS, min_size=1, max_size=6), st.integers(1, 3))
def test_they_are_as_fresh_ones(questions: list[tuple[object, ...]], most: int) -> None:
    remembered = RememberedShortlists(SNAPSHOT, most)
    for intent, allowed, pool, out in [*questions, *questions]:
        arguments = (intent, allowed, SNAPSHOT, pool, out)
        assert remembered(*arguments) == shortlist(*arguments)  # type: ignore[arg-type]


def test_what_comes_again_is_not_made_again() -> None:
    remembered = RememberedShortlists(SNAPSHOT, most=1)
    pool = [PoolEntry(each) for each in CANDIDATES]

    def found(language: str) -> object:
        return remembered(RoutingIntent(language=language), None, SNAPSHOT, list(pool), {})

    first = found("en")
    assert found("en") is first
    assert found("es") is not first
    assert found("en") is not first, "one is kept, and that was the other"


def test_no_long_allow_list_is_held() -> None:
    remembered = RememberedShortlists(SNAPSHOT)
    pool = [PoolEntry(each) for each in CANDIDATES]
    for count, kept in ((MOST_ENTRIES, True), (MOST_ENTRIES + 1, False)):
        allowed = Selection.of([CANDIDATES[0].provider, *map(str, range(count - 1))])
        found = [
            remembered(RoutingIntent(language="en"), allowed, SNAPSHOT, pool, {}) for _ in "ab"
        ]
        assert found[0] == found[1]
        assert (found[0] is found[1]) is kept


def test_none_is_kept_while_somebody_is_out() -> None:
    remembered = RememberedShortlists(SNAPSHOT)
    intent, pool = RoutingIntent(language="en"), [PoolEntry(each) for each in CANDIDATES]
    out = {CANDIDATES[0]: "failed too often; it is tried again in 4 s"}
    first, again = (remembered(intent, None, SNAPSHOT, pool, out) for _ in "ab")
    assert first == again
    assert first is not again


def test_a_what_if_is_not_remembered() -> None:
    remembered = RememberedShortlists(SNAPSHOT)
    intent, pool = RoutingIntent(language="en"), [PoolEntry(each) for each in CANDIDATES]
    gone = CANDIDATES[0]
    what_if = tried(SNAPSHOT, WhatIf(name="Without the first", without=[gone.id]))
    assert remembered(intent, None, SNAPSHOT, pool, {}).filtered_out == ()
    (out,) = remembered(intent, None, what_if, pool, {}).filtered_out
    assert out.candidate == gone


@pytest.mark.parametrize("brought", [False, True])
def test_what_a_request_brings_along_is_kept_by_nobody(brought: bool) -> None:
    gateway = build_gateway(Config(fleet="live"), {"OPENAI_API_KEY": "test-key"})
    own = {"vendors": {"xai": {"key": "fake-key", "models": ["grok-private"]}}}
    header = base64.urlsafe_b64encode(json.dumps(own).encode()).decode()
    here = gateway.for_request({CONNECTIONS_HEADER.lower(): header} if brought else {})
    ranked = [each.candidate for each in here.ranking(RoutingIntent(language="en"), None).ordered]
    assert (Candidate("xai", "grok-private") in ranked) == brought
    assert isinstance(here.shortlisting, RememberedShortlists) is not brought
