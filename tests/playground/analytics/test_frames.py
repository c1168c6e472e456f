"""The frames say what the turns say, and nothing that the turns do not say."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings

from playground.analytics import cost, failures, frames, latency, providers, tokens
from playground.analytics.frames import LIMIT, by_span
from playground.sessions.totals import session_totals
from playground.sessions.turns import Answer, Turn, TurnSettings
from speko_client.models import Timing, WhatIf
from tests.any_turns import sessions
from tests.turns import answered, failed, numbered, served, used

FRAMES = (
    providers.frame,
    tokens.frame,
    latency.frame,
    cost.frame,
    failures.frame,
)


def test_shares_count_the_turns_that_somebody_answered() -> None:
    stopped = served(5, "google", "gemini", status="stopped")
    failed = numbered(4, "failed", Answer())
    turns = [served(1), served(2), served(3, "xai", "grok-2"), failed, stopped]
    shares = providers.shares(providers.frame(turns))
    assert list(shares["provider"]) == ["openai", "xai"]
    assert list(shares["turns"]) == [2, 1]
    assert list(shares["share"]) == ["66.7%", "33.3%"]
    assert providers.frame(turns)["provider"].isna().tolist() == [False, False, False, True, False]


def test_labels_come_along() -> None:
    simulated = served(1, simulated=True, kind="simulated", words="scripted")
    local = served(2, "local", "smollm2-135m-instruct", kind="local", status="stopped")
    frame = providers.frame([simulated, local])
    assert list(frame["source"]) == ["simulated, scripted", "local model"]
    assert list(frame["simulated"]) == [True, False]
    assert list(frame["local"]) == [False, True]
    assert list(frame["status"]) == ["done", "stopped"]


def test_an_answer_that_a_what_if_routed_is_labelled_in_every_frame() -> None:
    tried = served(1, scores_run_id="whatif-1a2b", simulated=True, words="scripted")
    live = served(2, scores_run_id="whatif-1a2b")
    named = TurnSettings(what_if=WhatIf(name="Cheap"))
    tried = tried.model_copy(update={"settings": named})
    for frame in (providers.frame, latency.frame):
        assert list(frame([tried, live])["source"]) == [
            "simulated, scripted; what-if: Cheap",
            "what-if",
        ]


def test_tokens_add_up_by_provider() -> None:
    turns = [
        served(1, usage=used(10, 5)),
        served(2, "xai", "grok-2", usage=used(1, 2, estimated=True)),
        served(3),
        served(4, usage=used(20, 7)),
    ]
    frame = tokens.frame(turns)
    assert frame["provider_tokens_so_far"].tolist() == [15, 3, pd.NA, 42]
    assert frame["tokens_estimated"].tolist() == [False, True, pd.NA, False]
    assert frame["tokens_in"].isna().tolist() == [False, False, True, False]


def test_each_failed_attempt_is_a_row_of_the_provider_that_failed() -> None:
    attempts = (failed("openai"), failed("xai", code="SIMULATED_OUTAGE"), answered("google"))
    frame = failures.frame([served(1, "google", attempts=attempts, failover_count=2)])
    assert list(frame["provider"]) == ["openai", "xai"]
    assert list(frame["next_provider"]) == ["xai", "google"]
    assert list(frame["simulated"]) == [False, True]
    assert frame["failed_over"].all()


def test_the_last_candidate_that_fails_is_no_failover() -> None:
    nobody = numbered(1, "failed", Answer(attempts=(failed("openai"), failed("xai"))))
    frame = failures.frame([nobody])
    assert list(frame["failed_over"]) == [True, False]
    assert session_totals([nobody]).failovers == 1
    assert session_totals([nobody]).failed_attempts == 2


def test_a_server_that_only_counts_failovers_names_nobody() -> None:
    frame = failures.frame([served(1, failover_count=2)])
    assert frame["provider"].isna().all()
    assert len(frame) == 2


def test_a_turn_without_timing_or_price_has_none() -> None:
    turns = [served(1), served(2, timing=Timing(ttft_ms=None, total_ms=900), cost_usd=0.0)]
    times = latency.frame(turns)
    assert times["ttft_ms"].isna().all()
    assert times["total_ms"].tolist() == [pd.NA, 900]
    assert cost.frame(turns)["cost_usd"].tolist() == [pd.NA, 0.0]
    totals = session_totals([served(1)])
    assert (totals.cost_usd, totals.tokens_in, totals.tokens_out) == (None, None, None)


def test_counts_that_can_be_none_are_unknown() -> None:
    turns = [served(1, usage=used(10**30, 5)), served(2, usage=used(-3, 5))]
    assert tokens.frame(turns)["tokens_out"].isna().all()
    assert session_totals(turns).tokens_in is None


def test_a_running_turn_has_no_figures_yet() -> None:
    running = numbered(2, "running", Answer(text="Let me"))
    assert [one.id for one in frames.ended([served(1), running])] == ["t1"]


@given(sessions())
def test_frames_agree_with_the_totals(turns: list[Turn]) -> None:
    totals = session_totals(turns)
    counts, costs, failed_rows = (each.frame(turns) for each in (tokens, cost, failures))
    assert int(counts["tokens_in"].sum()) == (totals.tokens_in or 0)
    assert int(counts["tokens_out"].sum()) == (totals.tokens_out or 0)
    assert float(costs["cost_usd"].sum()) == pytest.approx(totals.cost_usd or 0)
    assert int(costs["cost_usd"].notna().sum()) == totals.priced
    assert len(failed_rows) == totals.failed_attempts
    assert int(failed_rows["failed_over"].sum()) == totals.failovers
    shares = providers.shares(providers.frame(turns))
    assert int(shares["turns"].sum()) == totals.answered


@given(sessions())
def test_unknown_stays_unknown(turns: list[Turn]) -> None:
    costs = cost.frame(turns)["cost_usd"]
    latencies = latency.frame(turns)
    assert costs.isna().tolist() == [one.answer.cost_usd is None for one in turns]
    assert latencies["total_ms"].isna().tolist() == [one.answer.timing is None for one in turns]


@given(sessions())
def test_every_row_leads_to_its_turn(turns: list[Turn]) -> None:
    numbers = {one.id: one.number for one in turns}
    for build in FRAMES:
        frame = build(turns)
        assert [numbers[turn_id] for turn_id in frame["turn_id"]] == frame["turn"].tolist()


@settings(max_examples=30)
@given(sessions(repeats=40))
def test_spans_keep_the_sums_and_stay_few(turns: list[Turn]) -> None:
    counts = tokens.frame(turns)
    rows = by_span(counts, len(turns), {"tokens_in": "sum", "tokens_out": "sum"})
    assert rows["start"].nunique() <= LIMIT
    assert int(rows["tokens_in"].sum()) == int(counts["tokens_in"].sum())
    assert int(rows["rows"].sum()) == len(turns)


def test_a_span_says_which_turns_it_holds() -> None:
    turns = [served(number, usage=used(1, 1)) for number in range(1, 2 * LIMIT)]
    rows = by_span(tokens.frame(turns), len(turns), {"tokens_in": "sum"})
    assert rows["span"].iloc[0] == "Turns 1 to 2"
    assert rows["span"].iloc[-1] == f"Turn {2 * LIMIT - 1}"
    assert rows["turn_id"].iloc[0] == "t1"
