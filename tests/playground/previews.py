"""Rankings made by hand."""

from __future__ import annotations

from speko_client.models import AxisScores, ProviderKind, RoutingPreview, ScoredCandidate

PRESET = {"accuracy": 0.5, "latency": 0.3, "cost": 0.2}
"""The weights of "balanced"."""


def scored(
    provider: str,
    model: str,
    score: float = 0.0,
    figures: tuple[float, float, float] | None = (60, 290, 0.304),
    axes: tuple[float, float, float] = (0.5, 0.5, 0.5),
    kind: ProviderKind = "simulated",
) -> ScoredCandidate:
    """A candidate with its figures (quality, TTFT, price) and normalised values."""
    made = None
    if figures is not None:
        made = AxisScores(
            quality=figures[0],
            ttft_ms=figures[1],
            cost=figures[2],
            accuracy=axes[0],
            latency=axes[1],
            cost_score=axes[2],
        )
    return ScoredCandidate(provider_id=provider, model_id=model, score=score, axes=made, kind=kind)


GEMINI = scored("google", "gemini-2.0-flash", 0.832, (60, 290, 0.304), (0.667, 1.0, 0.994))
GPT = scored("openai", "gpt-4o", 0.796, (67, 380, 5.13), (1.0, 0.791, 0.296))


def preview(*ranked: ScoredCandidate, weights: dict[str, float] | None = None) -> RoutingPreview:
    """A ranking in this order, best first."""
    first = ranked[0] if ranked else None
    return RoutingPreview(
        provider_id=first.provider_id if first else None,
        model_id=first.model_id if first else None,
        score=first.score if first else None,
        winner=first,
        runners_up=list(ranked[1:]),
        scores_run_id="demo-1",
        weights=weights or PRESET,
    )
