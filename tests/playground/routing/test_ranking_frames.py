"""A ranking in figures and words, and in the small panel beside the intent."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from playground.intent.preview_view import SHOWN, panel_html, quiet_html
from playground.routing import ranking_frames
from speko_client.models import (
    AxisScores,
    FilteredOut,
    RoutingPreview,
    ScoredCandidate,
    SnapshotInfo,
)

WEIGHTS = {"accuracy": 0.5, "latency": 0.3, "cost": 0.2}


def scored(provider: str, model: str, *axes: float, kind: str = "simulated") -> ScoredCandidate:
    """A candidate with these normalised values, or without figures."""
    if not axes:
        return ScoredCandidate(provider_id=provider, model_id=model, score=0, kind="local")
    figures = AxisScores(
        quality=60, ttft_ms=300, cost=0.5, accuracy=axes[0], latency=axes[1], cost_score=axes[2]
    )
    score = sum(w * value for w, value in zip(WEIGHTS.values(), axes, strict=True))
    return ScoredCandidate.model_validate(
        {"provider_id": provider, "model_id": model, "score": score, "axes": figures, "kind": kind}
    )


def preview(*ranked: ScoredCandidate, **more: object) -> RoutingPreview:
    """What the embedded gateway tells."""
    first = ranked[0] if ranked else None
    told = {
        "provider_id": first.provider_id if first else None,
        "model_id": first.model_id if first else None,
        "score": first.score if first else None,
        "winner": first,
        "runners_up": list(ranked[1:]),
        "weights": WEIGHTS,
        "scores_run_id": "demo-1",
    }
    return RoutingPreview.model_validate(told | more)


FLASH = scored("google", "gemini-2.0-flash", 0.6, 1.0, 1.0)
GPT = scored("openai", "gpt-4o", 1.0, 0.5, 0.3)
LOCAL = scored("local", "smollm2")
FOREIGN = RoutingPreview(
    provider_id="openai",
    model_id="gpt-4o",
    score=0.9,
    runners_up=[ScoredCandidate(provider_id="xai", model_id="grok-2", score=0.4)],
)


def test_the_parts_of_every_row_sum_to_its_score() -> None:
    frame = ranking_frames.ranking_frame(preview(FLASH, GPT))
    parts = frame[["accuracy_part", "latency_part", "cost_part"]].sum(axis=1)
    assert parts.tolist() == pytest.approx(frame["score"].tolist())
    assert frame["rank"].tolist() == [1, 2]
    assert set(ranking_frames.headings(WEIGHTS)) <= set(frame.columns)
    assert ranking_frames.headings(WEIGHTS)["accuracy_part"] == "Accuracy × 0.5"


def test_who_has_no_figures_has_no_score_either() -> None:
    frame = ranking_frames.ranking_frame(preview(FLASH, LOCAL))
    assert frame.iloc[1][["quality", "accuracy_part", "score"]].isna().all()


def test_another_servers_preview_keeps_its_scores_and_makes_up_nothing() -> None:
    frame = ranking_frames.ranking_frame(FOREIGN)
    assert frame["score"].tolist() == [0.9, 0.4]
    assert frame[["kind", "quality", "accuracy", "accuracy_part"]].isna().all(axis=None)
    assert ranking_frames.lead(FOREIGN) == "0.50 ahead of xAI grok-2"
    assert ranking_frames.trade(FOREIGN) is None


@pytest.mark.parametrize(
    ("ranked", "lead"),
    [
        ((FLASH,), "the only candidate"),
        ((FLASH, GPT), "0.09 ahead of OpenAI gpt-4o"),
        ((FLASH, LOCAL), "the only one with figures; Local smollm2 is next"),
        (
            (scored("google", "a", 1, 1, 1), scored("openai", "b", 1, 1, 1)),
            "tied with OpenAI b, first by name",
        ),
        (
            (scored("google", "a", 1, 1, 1), scored("openai", "b", 0.998, 1, 1)),
            "just ahead of OpenAI b (0.0010)",
        ),
    ],
)
def test_the_lead_is_told_as_it_is(ranked: tuple[ScoredCandidate, ...], lead: str) -> None:
    assert ranking_frames.lead(preview(*ranked)) == lead


def test_the_verdict_says_what_the_winner_gains_and_gives_up() -> None:
    told = ranking_frames.trade(preview(FLASH, GPT))
    assert told == "It gains 0.15 on latency and 0.14 on cost, and gives up 0.20 on accuracy."


def test_the_verdict_says_where_the_middle_is_assumed() -> None:
    unknown = scored("openai", "gpt-4o", 0.5, 0.5, 0.3)
    assert unknown.axes is not None
    axes = unknown.axes.model_copy(update={"quality": None, "assumed": ["accuracy"]})
    gap = unknown.model_copy(update={"axes": axes})
    told = ranking_frames.trade(preview(scored("google", "a", 1.0, 0.5, 0.3), gap))
    assert told == "It gains 0.25 on accuracy (the middle assumed)."
    level = unknown.model_copy(update={"score": gap.score})
    tied = preview(scored("xai", "z", 0.5, 0.5, 0.3).model_copy(update={"score": level.score}), gap)
    assert ranking_frames.lead(tied) == "tied with OpenAI gpt-4o, of which less is known"


def test_nobody_left_is_no_winner() -> None:
    out = FilteredOut(
        provider_id="xai", model_id="grok-2", reason="not on the allow-list", code="not_allowed"
    )
    empty = preview(filtered_out=[out])
    assert ranking_frames.winner_name(empty) is None
    assert ranking_frames.ranking_frame(empty).empty
    assert ranking_frames.filtered_frame(empty)["reason"].tolist() == ["not on the allow-list"]
    panel = panel_html(empty)
    assert "Nobody would answer" in panel
    assert " open><summary>1 filtered out" in panel


def rows(html: str) -> list[str]:
    """The candidates a panel shows first, each once."""
    wide = html.partition("Who is behind")[0]
    return re.findall(r'title="([^"(]+\w)', wide)


def test_the_panel_shows_the_first_few_and_counts_the_rest() -> None:
    pool = [scored("openai", f"m{number}", 1 - number / 10, 1, 1) for number in range(8)]
    html = panel_html(preview(*pool))
    assert rows(html) == [f"OpenAI m{number}" for number in range(SHOWN)]
    assert "3 more are behind" in html
    assert "simulated" in html


def test_the_panel_tells_notes_the_snapshot_and_who_is_down() -> None:
    snapshot = SnapshotInfo(id="w", label="Mine", source="me", what_if=True)
    told = preview(FLASH, GPT, snapshot=snapshot, notes=["No figures for ru."])
    html = panel_html(told, down=["google:gemini-2.0-flash"])
    for words in (">what-if<", ">Mine<", "No figures for ru.", "down: the next one steps in"):
        assert words in html


def test_who_steps_in_stands_out_when_the_first_ones_are_down() -> None:
    pool = [scored("openai", f"m{number}", 1 - number / 10, 1, 1) for number in range(7)]
    html = panel_html(preview(*pool, GPT, FLASH), down=["openai"])
    assert "Would step in now" in html
    assert 'data-winner="google/gemini-2.0-flash"' in html
    assert rows(html)[-1] == "Google gemini-2.0-flash"
    assert html.partition("Google gemini")[0].count("down: the next one steps in") == 8
    assert "Everyone is down" in panel_html(preview(GPT), down=["openai:gpt-4o"])


def test_without_figures_the_panel_shows_no_score() -> None:
    assert ">–<" in panel_html(preview(LOCAL))
    assert ">0.90<" in panel_html(FOREIGN)


def test_nothing_from_outside_becomes_markup() -> None:
    bad = "<script>alert(1)</script>"
    out = FilteredOut(provider_id=bad, model_id=bad, reason=bad, code="status")
    told = preview(
        scored(bad, bad, 1, 1, 1),
        filtered_out=[out],
        notes=[bad] * 4,
        snapshot=SnapshotInfo(id=bad, label=bad, source=bad),
    )
    assert "<script" not in panel_html(told)
    assert "<script" not in quiet_html(bad)


def test_a_frame_of_nobody_has_its_types_still() -> None:
    assert pd.api.types.is_float_dtype(ranking_frames.ranking_frame(preview())["score"])
