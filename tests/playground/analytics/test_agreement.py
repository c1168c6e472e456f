"""Figures of one page that speak of the same thing say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given

from playground.analytics import failures, flow, latency, paths, providers, timeline, tokens
from playground.analytics.frames import CUT_SHORT
from playground.chat.turns_html import described
from playground.sessions.totals import session_totals
from playground.sessions.turns import Turn
from tests.any_turns import sessions
from tests.turns import served


def number(pattern: str, text: str) -> int:
    """The first number that the pattern captures; 0 where it is not there."""
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def ends(turns: Sequence[Turn], kind: str) -> int:
    """How many turns end at such a stop of the flow."""
    return sum(len(link.turns) for link in paths.links(turns) if link.target.kind == kind)


def test_a_stopped_answer_is_cut_short_wherever_it_is_counted() -> None:
    turns = [*(served(n) for n in (1, 2, 3)), served(4, status="stopped")]
    assert session_totals(turns).answered == 3
    caption = providers.caption(providers.frame(turns))
    assert caption == "Who answered: 3 of 4 turns; 1 cut short."
    assert "answered by: OpenAI 3;" in described(turns, session_totals(turns))
    assert flow.caption(flow.frame(turns)).startswith("First choice, then who failed, then who")
    assert (ends(turns, "served"), ends(turns, "unanswered")) == (3, 1)


def test_an_answer_whose_provider_is_not_named_is_an_answer() -> None:
    turns = [served(1, "", ""), served(2)]
    assert list(providers.shares(providers.frame(turns))["turns"]) == [1, 1]
    assert [stop.label for stop in paths.path(turns[0])][-1] == "not named"


@given(sessions().filter(bool))
def test_answered_is_the_same_number_everywhere(turns: list[Turn]) -> None:
    answered = session_totals(turns).answered
    rows = providers.frame(turns)
    assert number(r"Who answered: (\d+) of", providers.caption(rows)) == answered
    assert int(providers.shares(rows)["turns"].sum()) == answered
    assert (ends(turns, "served"), ends(turns, "unanswered")) == (answered, len(turns) - answered)
    marks = timeline.frame(turns).query("what == 'served'")
    assert int(marks["status"].eq("done").sum()) == answered
    hollow = marks["status"].isin(CUT_SHORT) & marks["provider"].notna()
    assert number(r"(\d+) cut short", providers.caption(rows)) == int(hollow.sum())
    straight = [turn for turn in turns if len(paths.path(turn)) == 2 and turn.status == "done"]
    assert number(r"(\d+) of \d+ turns? answered", flow.caption(flow.frame(turns))) == len(straight)
    named = sum(turn.status == "done" and bool(turn.answer.provider) for turn in turns)
    strip = described(turns, session_totals(turns)).partition("answered by: ")[2]
    assert sum(map(int, re.findall(r" (\d+)[,;]", strip.split(";")[0] + ";"))) == named


@given(sessions().filter(bool))
def test_failures_and_simulations_are_counted_once(turns: list[Turn]) -> None:
    totals = session_totals(turns)
    failed = failures.frame(turns)
    assert len(failed) == totals.failed_attempts
    assert int(timeline.frame(turns)["what"].eq("failed").sum()) == totals.failed_attempts
    assert int(failed["failed_over"].sum()) == totals.failovers
    for card in (providers, tokens, latency, flow):
        caption = card.caption(card.frame(turns))
        every = len(turns) if "all simulated" in caption else number(r"; (\d+) simulated", caption)
        assert every == totals.simulated


@given(sessions().filter(bool))
def test_shares_add_up(turns: list[Turn]) -> None:
    shares = [
        float(share.rstrip("%")) for share in providers.shares(providers.frame(turns))["share"]
    ]
    assert not shares or round(sum(shares), 6) == 100
