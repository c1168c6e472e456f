"""Where figures come from, in words."""

from __future__ import annotations

from playground.intent import figure_sources
from playground.routing.ranking_frames import ranking_frame
from playground.routing.ranking_html import ranking_html
from speko_client.models import AxisScores, Figure, ScoredCandidate, SnapshotInfo
from tests.playground.previews import GPT, preview

HALF_KNOWN = AxisScores(
    quality=86.8,
    cost=1.69,
    accuracy=1.0,
    latency=0.5,
    cost_score=0.25,
    assumed=["latency"],
    sources=[
        Figure(
            axis="accuracy",
            value=86.8,
            source="EuroEval",
            date="2026-04-20",
            n=1200,
            low=84.2,
            high=89.1,
            effort="low",
        ),
        Figure(axis="cost", value=1.69, source="list price, genai-prices 0.2.3"),
    ],
)
FIRST = ScoredCandidate(provider_id="openai", model_id="mini", score=0.7, axes=HALF_KNOWN)


def test_a_figure_says_its_source_date_effort_n_and_interval() -> None:
    assert figure_sources.by_axis(HALF_KNOWN) == {
        "accuracy": "EuroEval · 2026-04-20 · low effort · n = 1,200 · 95 %: 84.2 to 89.1",
        "latency": "no figure, the middle assumed",
        "cost": "list price, genai-prices 0.2.3",
    }
    assert figure_sources.in_full(HALF_KNOWN) == (
        "quality 86.8 (EuroEval · 2026-04-20 · low effort · n = 1,200 · 95 %: 84.2 to 89.1); "
        "time to first token (no figure, the middle assumed); "
        "price $1.69 per million tokens (list price, genai-prices 0.2.3)"
    )


def test_figures_of_one_source_stand_together() -> None:
    figures = [
        Figure(axis="accuracy", value=60, source="Ours"),
        Figure(axis="latency", value=290, source="Ours"),
    ]
    axes = AxisScores(quality=60, ttft_ms=290, accuracy=1, latency=1, cost_score=1, sources=figures)
    assert figure_sources.in_full(axes) == "quality 60.0, time to first token 290 ms (Ours)"


def test_what_is_assumed_is_a_clause() -> None:
    def told(*axes: str) -> str:
        gaps = AxisScores.model_validate(
            {"accuracy": 0.5, "latency": 0.5, "costScore": 0.5, "assumed": axes}
        )
        return figure_sources.assumed(gaps)

    assert told() == ""
    assert told("cost") == "price assumed"
    assert told("cost", "accuracy") == "quality and price assumed"
    assert told("latency", "cost", "accuracy") == "quality, time and price assumed"


def test_a_server_that_names_no_sources_has_none_made_up() -> None:
    assert GPT.axes is not None
    assert figure_sources.by_axis(GPT.axes) == {}
    assert figure_sources.in_full(GPT.axes) == ""


def test_a_snapshot_says_its_source_date_licence_and_scale() -> None:
    info = SnapshotInfo(
        id="e", label="E", source="EuroEval", date="2026-04-20", licence="MIT", scale="a rank"
    )
    assert figure_sources.snapshot_words(info) == "EuroEval · 2026-04-20 · MIT · quality is a rank"


def test_the_ranking_shows_what_is_assumed_and_does_not_make_it_a_figure() -> None:
    html = ranking_html(preview(FIRST, GPT))
    assert "time assumed" in html
    assert "latency adds 0.150 (no figure, the middle assumed)" in html
    assert html.count("repeating-linear-gradient") == 2, "the part and its legend"
    assert "repeating-linear-gradient" not in ranking_html(preview(GPT))
    row = ranking_frame(preview(FIRST)).iloc[0]
    assert row[["ttft_ms"]].isna().all()
    assert row["ttft_source"] == "no figure, the middle assumed"
