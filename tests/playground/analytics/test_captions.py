"""The words beside a chart: what it shows, what is simulated or missing, why it is empty."""

from __future__ import annotations

from typing import Any

from playground.analytics import card, cost, failures, flow, latency, providers, timeline, tokens
from playground.analytics.frames import LIMIT
from playground.sessions.turns import Answer
from speko_client.models import Timing
from tests.turns import answered, failed, numbered, served, used

PRICED: dict[str, Any] = {"cost_usd": 0.1, "price_source": "genai-prices 0.2.3"}
SIMULATED: dict[str, Any] = {"simulated": True, "kind": "simulated", "words": "scripted"}


def test_a_caption_says_what_is_simulated() -> None:
    some = providers.frame([served(1, **SIMULATED), served(2)])
    assert providers.caption(some) == "Who answered: 2 of 2 turns; 1 simulated."
    every = providers.frame([served(1, **SIMULATED)])
    assert providers.caption(every) == "Who answered: 1 of 1 turn; all simulated."


def test_the_choice_of_providers_names_the_scores_where_they_are_several() -> None:
    turns = [served(n, scores_run_id=run) for n, run in enumerate(("a", "b", "a"), start=1)]
    card = providers.card(turns)
    assert card.caption == (
        "Who answered: 3 of 3 turns; ranked by 2 snapshots of scores: a (2 turns), b (1 turn)."
    )
    assert card.rows["scores_run_id"].tolist() == ["a", "b", "a"]
    assert "ranked by" not in providers.card(turns[:1]).caption


def test_a_caption_says_what_is_estimated_or_missing() -> None:
    frame = tokens.frame([served(1, usage=used(1, 2, estimated=True)), served(2)])
    assert tokens.caption(frame) == (
        "Pale: tokens in. Full: tokens out; estimated in 1 turn; 1 turn not counted."
    )


def test_costs_name_their_price_table() -> None:
    frame = cost.frame([served(1, **PRICED, **SIMULATED), served(2)])
    assert cost.caption(frame) == (
        "Estimated at list price (genai-prices 0.2.3); 1 turn without a price; "
        "simulated in 1 turn: nothing was billed for those."
    )


def test_failures_tell_failovers_from_dead_ends() -> None:
    attempts = (failed("openai"), failed("xai", code="SIMULATED_OUTAGE"))
    dead_end = numbered(1, "failed", Answer(attempts=attempts))
    caption = failures.caption(failures.frame([dead_end]))
    assert caption == "2 failed attempts, 1 followed by a next candidate; 1 simulated."


def test_latency_tells_the_medians() -> None:
    turns = [served(n, timing=Timing(ttft_ms=300, total_ms=1400)) for n in range(1, 4)]
    caption = latency.caption(latency.frame(turns))
    assert caption == (
        "Mark: first token, cap: total. Median 300 ms to first token, 1.4 s in total."
    )
    long = [served(n, timing=Timing(ttft_ms=300, total_ms=1400)) for n in range(1, LIMIT + 2)]
    assert latency.caption(latency.frame(long)).startswith("Solid: first token")


def test_the_flow_says_how_often_the_first_choice_held() -> None:
    attempts = (failed("openai"), answered("xai"))
    turns = [served(1, failover_count=0), served(2, "xai", "m", attempts=attempts)]
    assert flow.caption(flow.frame(turns)) == (
        "First choice, then who failed, then who answered: 1 of 2 turns answered at the first try; "
        "2 turns without a preview."
    )
    moments = timeline.caption(timeline.frame(turns))
    assert "cross: 1 failed attempt, joined to who stepped in" in moments


def test_a_drill_is_told_at_the_end() -> None:
    assert card.with_drills("Who.", 0, 9) == "Who."
    assert card.with_drills("Who.", 2, 9) == "Who. 2 of 9 turns were made under a drill."


def test_an_empty_chart_says_why() -> None:
    local = [served(1, "local", "smollm2", kind="local")]
    nobody = [numbered(1, "failed", Answer())]
    assert "failed or was cut short" in (providers.empty(providers.frame(nobody)) or "")
    assert "token counts" in (tokens.empty(tokens.frame(local)) or "")
    assert "No failover" in (failures.empty(failures.frame(local)) or "")
    assert "timing" in (latency.empty(latency.frame(local)) or "")
    assert "this machine" in (cost.empty(cost.frame(local)) or "")
    assert "price list" in (cost.empty(cost.frame([served(1)])) or "")


def test_a_chart_with_something_in_it_is_not_empty() -> None:
    turns = [
        served(
            1,
            usage=used(1, 2),
            timing=Timing(ttft_ms=1, total_ms=2),
            attempts=(failed("xai"), answered("openai")),
            **PRICED,
        )
    ]
    assert providers.empty(providers.frame(turns)) is None
    assert tokens.empty(tokens.frame(turns)) is None
    assert failures.empty(failures.frame(turns)) is None
    assert latency.empty(latency.frame(turns)) is None
    assert cost.empty(cost.frame(turns)) is None
