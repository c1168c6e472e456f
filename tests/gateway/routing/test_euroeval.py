"""The shipped EuroEval snapshot: made from the table, under its licence."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.make_euroeval import SNAPSHOT, TABLE, snapshot
from speko_client.models import ReasoningEffort, RoutingIntent
from speko_gateway.candidates import Candidate
from speko_gateway.routing.scores import load_snapshot

EUROEVAL = load_snapshot("euroeval-2026-04")


def test_the_snapshot_is_what_the_table_makes() -> None:
    assert SNAPSHOT.read_text("utf-8") == snapshot()


def test_the_licence_stands_in_the_snapshot_and_beside_the_table() -> None:
    assert EUROEVAL.info.licence == "MIT, copyright Dan Saattrup Smart"
    beside = Path(TABLE.parent / "README.md").read_text()
    for text in ("Copyright (c) Dan Saattrup Smart", "1a77f1d2", "MIT License"):
        assert text in beside


def test_it_has_quality_alone_in_thirty_languages() -> None:
    rows = EUROEVAL.file.rows
    assert len({each.language for each in rows}) == 30
    assert {(each.ttft_ms, each.cost, each.vertical) for each in rows} == {(None, None, "general")}
    assert all(each.quality is not None for each in rows)


@pytest.mark.parametrize(
    ("candidate", "language", "effort", "quality"),
    [
        (Candidate("openai", "gpt-5.4-mini"), "en", None, 86.75),
        (Candidate("openai", "gpt-5.4-mini"), "en", "high", 90.25),
        (Candidate("openai", "gpt-5.4-mini"), "de", "low", 80.75),
        (Candidate("google", "gemini-2.5-flash-lite"), "fr", "medium", 81.5),
        (Candidate("groq", "openai/gpt-oss-20b"), "en", "medium", 83.75),
        (Candidate("ollama", "gemma3:27b"), "uk", None, 80.5),
    ],
)
def test_quality_is_a_hundred_less_a_quarter_of_each_rank(
    candidate: Candidate, language: str, effort: ReasoningEffort | None, quality: float
) -> None:
    lookup = EUROEVAL.lookups(RoutingIntent(language=language), effort).find(candidate)
    assert lookup is not None
    assert lookup.figures.values == [quality, None, None]
    assert lookup.relaxed == ()


def test_a_language_that_it_lacks_falls_back_and_says_so() -> None:
    japanese = EUROEVAL.lookups(RoutingIntent(language="ja", vertical="legal"))
    lookup = japanese.find(Candidate("anthropic", "claude-haiku-4-5"))
    assert lookup is not None
    assert lookup.figures.values == [86.5, None, None]
    assert lookup.relaxed == (
        "no figures for legal, those for general stand in",
        "no figures for ja, those for en stand in",
    )
