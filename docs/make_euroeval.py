"""Writes speko_gateway/data/euroeval-2026-04.json: quality in 30 languages, by EuroEval's ranks.

``python -m docs.make_euroeval`` goes through ``docs/figures/euroeval-2026-04.csv``. A model that
several vendors serve has a row for each. OpenRouter's names for the same models are below, for the
table has none.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent / "figures" / "euroeval-2026-04.csv"
SNAPSHOT = Path(__file__).parent.parent / "speko_gateway" / "data" / "euroeval-2026-04.json"

ABOUT = ("euroeval_model", "vendor", "model", "effort")
"""The columns before the languages."""

HEAD = {
    "id": "euroeval-2026-04",
    "label": "EuroEval, April 2026",
    "source": "Published by EuroEval: mean rank scores of its leaderboards "
    "(github.com/EuroEval/leaderboards, all tasks, commit 1a77f1d2), made into an index",
    "date": "2026-04-20",
    "scale": "100 - 25 x (mean rank - 1), from EuroEval's mean rank over all tasks of a language",
    "licence": "MIT, copyright Dan Saattrup Smart",
    "origin": "shipped",
    "notes": [
        "The ranks measure understanding and knowledge, not conversation. They say nothing per "
        "vertical, and nothing of times and prices.",
        "Where a model was measured with several reasoning efforts, each has its row.",
    ],
}

OPENROUTER = {
    ("openai", "gpt-5.4-mini"): "openai/gpt-5.4-mini",
    ("openai", "gpt-5.4-nano"): "openai/gpt-5.4-nano",
    ("openai", "gpt-5.2"): "openai/gpt-5.2",
    ("openai", "gpt-5-mini"): "openai/gpt-5-mini",
    ("openai", "gpt-5-nano"): "openai/gpt-5-nano",
    ("openai", "gpt-4.1"): "openai/gpt-4.1",
    ("anthropic", "claude-sonnet-4-6"): "anthropic/claude-sonnet-4.6",
    ("anthropic", "claude-sonnet-4-5"): "anthropic/claude-sonnet-4.5",
    ("anthropic", "claude-haiku-4-5"): "anthropic/claude-haiku-4.5",
    ("google", "gemini-2.5-flash-lite"): "google/gemini-2.5-flash-lite",
}


def snapshot() -> str:
    """What the snapshot's file has to hold, a row a line."""
    head = json.dumps(HEAD, indent=1, ensure_ascii=False).removesuffix("\n}")
    rows = ",\n".join(f"  {json.dumps(row)}" for row in _rows())
    return f'{head},\n "rows": [\n{rows}\n ]\n}}\n'


def _rows() -> Iterator[Mapping[str, Any]]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        for measured in csv.DictReader(file):
            for provider, model in _served(measured):
                yield from _by_language(provider, model, measured)


def _served(measured: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Every vendor of the model, and its id there."""
    for vendor in measured["vendor"].split("|"):
        yield vendor, measured["model"]
        if (elsewhere := OPENROUTER.get((vendor, measured["model"]))) is not None:
            yield "openrouter", elsewhere


def _by_language(
    provider: str, model: str, measured: Mapping[str, str]
) -> Iterator[Mapping[str, Any]]:
    effort = {"effort": measured["effort"]} if measured["effort"] else {}
    for language, rank in measured.items():
        if language not in ABOUT and rank:
            yield {
                "provider": provider,
                "model": model,
                "language": language,
                "quality": round(100 - 25 * (float(rank) - 1), 2),
                **effort,
            }


if __name__ == "__main__":
    SNAPSHOT.write_text(snapshot(), "utf-8")
