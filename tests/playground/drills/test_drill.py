"""A drill in a browser session: whom it holds for, how long, and that it ends by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.drills.banner_view import banner_html
from playground.drills.state import DrillState, Length, read, written
from playground.drills.words import KINDS, effect, fault_clause, presets, summary, target_name
from speko_client.models import Fault, FaultKind, KnownProvider, ScoredCandidate

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
DOWN = Fault(target="openai:gpt-4o", kind="down")
SLOW = Fault(target="openai", kind="slow", seconds=3)


def begun(length: Length, *faults: Fault) -> DrillState:
    return DrillState().begun(faults or (DOWN,), length, NOW)


@given(st.integers(1, 20))
def test_a_drill_of_so_many_messages_is_on_for_exactly_those(count: int) -> None:
    state, drilled = begun(Length(count, "messages")), 0
    for _ in range(count + 3):
        if state.faults(NOW):
            drilled += 1
        state = state.sent(NOW + timedelta(days=1))
    assert drilled == count
    assert state.on(NOW) is None


@given(st.integers(1, 120), st.integers(0, 10_000))
def test_a_drill_of_so_many_minutes_is_on_until_they_are_up(minutes: int, seconds: int) -> None:
    state = begun(Length(minutes, "minutes"))
    for _ in range(5):
        state = state.sent(NOW)
    later = NOW + timedelta(seconds=seconds)
    assert bool(state.faults(later)) is (seconds < minutes * 60)


@pytest.mark.parametrize(
    ("length", "after", "sent", "left"),
    [
        (Length(3, "messages"), 0, 1, "2 messages left"),
        (Length(3, "messages"), 0, 2, "1 message left"),
        (Length(1, "messages"), 0, 1, "0 messages left"),
        (Length(2, "minutes"), 0, 0, "2:00 left"),
        (Length(2, "minutes"), 24.5, 0, "1:36 left"),
        (Length(2, "minutes"), 119.9, 0, "0:01 left"),
        (Length(2, "minutes"), 200, 0, "0:00 left"),
    ],
)
def test_how_much_is_left(length: Length, after: float, sent: int, left: str) -> None:
    state = begun(length)
    for _ in range(sent):
        state = state.sent(NOW)
    assert state.running is not None
    assert state.running.left(NOW + timedelta(seconds=after)) == left


def test_an_outage_alone_goes_on_until_it_is_ended() -> None:
    state = DrillState().with_outage([DOWN.target], NOW)
    for _ in range(200):
        state = state.sent(NOW)
    later = NOW + timedelta(days=9)
    assert state.faults(later) == (DOWN,)
    assert state.running is not None
    assert state.running.left(later) == "until you end it"
    assert state.with_outage([], later).running is None


def test_an_outage_joins_the_drill_that_is_on_and_ends_with_it() -> None:
    state = begun(Length(2), SLOW).sent(NOW).with_outage([DOWN.target], NOW)
    assert state.faults(NOW) == (DOWN, SLOW)
    assert state.with_outage([], NOW).faults(NOW) == (SLOW,), "the others stay"
    assert state.sent(NOW).faults(NOW) == ()


def test_a_reload_asks_and_nothing_is_staged_before_the_answer() -> None:
    kept = begun(Length(3)).sent(NOW).running
    assert kept is not None
    found = DrillState().found(read(written(kept), NOW))
    assert (found.running, found.asks, found.faults(NOW)) == (kept, True, ())
    assert found.sent(NOW) == found
    assert found.gone_on().faults(NOW) == (DOWN,)
    assert found.ended().running is None
    assert found.ended().plan == (DOWN,), "to start it again"


def test_what_a_tab_has_kept_does_not_replace_the_drill_that_is_on() -> None:
    kept = begun(Length(3), SLOW).running
    assert begun(Length(2)).found(kept).faults(NOW) == (DOWN,)
    assert begun(Length(2)).ended().found(kept).running is None


SPOILT = [
    "",
    "[]",
    "{",
    "\ud800",
    '{"faults": [], "length": null, "started": "2026-01-01T00:00:00Z"}',
    '{"faults": [{"target": "x"}], "length": null, "started": "2026-01-01T00:00:00"}',
    '{"faults": [{"target": "x"}], "length": null, "started": "9999-12-31T23:59:59Z"}',
    '{"faults": [{"target": "x"}], "length": {"count": 0}, "started": "2026-01-01T00:00:00Z"}',
    '{"faults": [{"target": "x", "kind": "?"}], "length": null, "started": 0}',
    "[" * 60_000,
]


@pytest.mark.parametrize("text", SPOILT)
def test_a_spoilt_one_is_none(text: str) -> None:
    assert read(text, NOW) is None


@given(st.text() | st.recursive(st.none() | st.integers(), st.lists).map(json.dumps))
def test_no_text_is_too_strange_to_be_kept(text: str) -> None:
    assert read(text, NOW) is None


def test_ending_keeps_the_plan_to_start_again() -> None:
    state = begun(Length()).ended()
    assert state.on(NOW) is None
    assert state.plan == (DOWN,)
    assert state.sent(NOW) == state


def test_a_models_own_fault_comes_before_its_vendors() -> None:
    state = DrillState().with_fault(SLOW).with_fault(DOWN)
    assert state.plan == (DOWN, SLOW), "of two that name the same candidate the first counts"


def test_a_target_has_one_fault_and_loses_it_when_told_to() -> None:
    state = DrillState().with_fault(SLOW).with_fault(Fault(target="openai", kind="stall"))
    assert [each.kind for each in state.plan] == ["stall"]
    assert state.without_fault("openai").plan == ()


def test_every_kind_has_words() -> None:
    assert set(KINDS) == set(get_args(FaultKind))
    for kind in get_args(FaultKind):
        assert effect(Fault(target="openai", kind=kind)).endswith(".")


@pytest.mark.parametrize(
    ("fault", "clause"),
    [
        (DOWN, "down"),
        (SLOW, "slow (3 s)"),
        (Fault(target="x", kind="slow"), "slow"),
        (Fault(target="x", kind="flaky"), "flaky (50 %)"),
        (Fault(target="x", kind="flaky", rate=0.25), "flaky (25 %)"),
    ],
)
def test_a_fault_in_a_word(fault: Fault, clause: str) -> None:
    assert fault_clause(fault) == clause


def test_a_summary_names_those_with_the_same_fault_together() -> None:
    slow = [Fault(target=each, kind="slow", seconds=3) for each in ("openai", "google", "xai")]
    assert summary([*slow, DOWN]) == "OpenAI gpt-4o: down; OpenAI, Google and xAI: slow (3 s)"
    more = [*slow, Fault(target="anthropic", kind="slow", seconds=3)]
    assert summary(more) == "OpenAI, Google and 2 more: slow (3 s)"


def test_a_target_by_its_name() -> None:
    assert target_name("google:gemini-2.0-flash") == "Google gemini-2.0-flash"
    assert target_name("ollama:llama3.2:1b") == "Ollama llama3.2:1b"
    assert target_name("xai") == "xAI"


def known(vendor: str, model: str, *, available: bool = True) -> KnownProvider:
    return KnownProvider(
        id=f"{vendor}:{model}", vendor=vendor, vendor_name=vendor, model=model, available=available
    )


KNOWN = [known("google", "g"), known("openai", "o"), known("xai", "x", available=False)]
RANKED = [
    ScoredCandidate(provider_id="google", model_id="g", score=0.9),
    ScoredCandidate(provider_id="google", model_id="g2", score=0.8),
    ScoredCandidate(provider_id="openai", model_id="o", score=0.7),
]


def test_the_stories_are_about_those_who_would_answer() -> None:
    stories = {story.key: story for story in presets(RANKED, KNOWN)}
    assert stories["first-down"].faults == (Fault(target="google:g", kind="down"),)
    assert "Google g2 answers instead" in stories["first-down"].story
    assert stories["rate-limited"].faults == (Fault(target="google", kind="rate_limited"),)
    assert "OpenAI o answers instead" in stories["rate-limited"].story
    assert [fault.target for fault in stories["slow"].faults] == ["google", "openai"]


def test_with_nobody_behind_the_story_says_so() -> None:
    stories = presets(RANKED[:1], KNOWN)
    assert "Nobody answers instead" in stories[0].story


def test_without_anybody_there_is_no_story() -> None:
    assert presets([], KNOWN) == []
    assert presets(RANKED, []) == []


def test_the_banner_draws_nothing_that_came_from_outside_as_html() -> None:
    running = begun(Length(), Fault(target="custom-<b>x", kind="down")).running
    assert running is not None
    banner = banner_html(running.faults, running.left(NOW))
    assert "<b>x" not in banner
    assert "3 messages left" in banner
