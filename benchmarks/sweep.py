"""How long a sweep takes: 4 presets, 4 verticals and 20 languages, over 50 candidates.

The gateway is a process of its own and ranks by a snapshot made up for this: every candidate has
figures for every language and vertical, so no time is saved by using one row for many of them.
Measured is the one request, from the client's side, with its 320 cells read into models.
"""

from __future__ import annotations

import itertools
import json
import random
import tempfile
import time
from pathlib import Path
from typing import get_args

from benchmarks.processes import listening
from benchmarks.report import median, p95, print_heading, print_table, verdict
from speko_client import Speko
from speko_client.models import OptimizeFor, SweepRequest, Vertical

AIM_MS = 200.0
KEY = "benchmark"
CANDIDATES, ROUNDS = 50, 40
LANGUAGES = (
    "en", "es", "de", "fr", "it", "pt", "nl", "pl", "sv", "da",
    "fi", "nb", "cs", "el", "tr", "ja", "ko", "zh", "hi", "ar",
)  # fmt: skip
VENDORS = ("openai", "anthropic", "google", "xai", "groq", "mistral", "deepseek", "together")


def snapshot() -> dict[str, object]:
    """Figures for every candidate, language and vertical, the same in each run."""
    drawn = random.Random(1)  # noqa: S311 (figures, no secrets)
    rows = [
        {
            "provider": VENDORS[number % len(VENDORS)],
            "model": f"model-{number}",
            "language": language,
            "vertical": vertical,
            "quality": drawn.randint(30, 80),
            "ttftMs": drawn.randint(150, 900),
            "usdPerMinute": round(drawn.uniform(0.00005, 0.002), 6),
        }
        for number in range(CANDIDATES)
        for language, vertical in itertools.product(LANGUAGES, get_args(Vertical))
    ]
    about = {"id": "made-up", "label": "Made up", "source": "this benchmark", "date": "2026-01-01"}
    return {**about, "rows": rows}


def measure(url: str) -> tuple[list[float], int]:
    """Milliseconds per sweep, and how many candidates won somewhere."""
    request = SweepRequest(
        languages=list(LANGUAGES),
        verticals=list(get_args(Vertical)),
        optimize_for=list(get_args(OptimizeFor)),
    )
    times = []
    with Speko(api_key=KEY, base_url=url) as client:
        for _ in range(ROUNDS + 1):
            begun = time.perf_counter()
            found = client.sweep(request)
            times.append(1000 * (time.perf_counter() - begun))
        preview = client.preview_routing({"language": "en"})
    assert len([preview.winner, *preview.runners_up]) == CANDIDATES + 1, "candidates are missing"
    return times[1:], len({cell.winner.model_id for cell in found.cells if cell.winner})


def main() -> None:
    """Measure and print."""
    print_heading("A sweep of 4 presets x 4 verticals x 20 languages over 50 candidates")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "snapshot.json"
        file.write_text(json.dumps(snapshot()))
        options = ("--fleet", "demo", "--port", "0", "--exit-with-stdin", "--snapshot", str(file))
        with listening(
            "speko_gateway", "serve", *options, environment={"SPEKO_GATEWAY_KEY": KEY}
        ) as gateway:
            times, winners = measure(gateway.url)
    p50 = median(times)
    print_table(
        ("cells", "winners", "p50 ms", "p95 ms", "aim ms", ""),
        [(320, winners, f"{p50:.0f}", f"{p95(times):.0f}", f"{AIM_MS:.0f}", verdict(p50, AIM_MS))],
    )


if __name__ == "__main__":
    main()
