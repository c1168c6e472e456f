"""Finding figures: axis by axis, by the effort that is sent, under every name of a model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from speko_client.models import ReasoningEffort, RoutingIntent, WhatIf
from speko_gateway.candidates import Candidate
from speko_gateway.errors import SetupError
from speko_gateway.routing.aliases import same_model
from speko_gateway.routing.figures import FROM_ANSWERS, LiveFigures, MeasuredTime
from speko_gateway.routing.lookup import Lookup
from speko_gateway.routing.scores import SHIPPED, Snapshot, load_snapshot
from speko_gateway.routing.what_if import tried
from tests.gateway.fleet_doubles import ENGLISH, row, snapshot

M = Candidate("acme", "m")
GAPS = {"quality": None, "ttft_ms": None, "usd_per_minute": None}


class Times:
    """One time, for callers in one region."""

    revision = 0

    def __init__(self, n: int, region: str = "global") -> None:
        self.n, self.region = n, region

    def ttft(self, candidate: Candidate, region: str) -> MeasuredTime | None:
        return MeasuredTime(321.0, self.n, "2026-11-26") if region == self.region else None


def found(
    figures: Snapshot,
    intent: RoutingIntent = ENGLISH,
    effort: ReasoningEffort | None = None,
    candidate: Candidate = M,
) -> Lookup:
    lookup = figures.lookups(intent, effort).find(candidate)
    assert lookup is not None
    return lookup


def test_each_axis_takes_the_closest_row_that_has_a_figure_there() -> None:
    rows = [
        row("acme", "m", quality=70, ttft_ms=400),
        row("acme", "m", **{**GAPS, "quality": 60}, language="es"),
    ]
    lookup = found(snapshot(*rows), RoutingIntent(language="es"))
    assert lookup.figures.values[:2] == [60, 400]
    assert lookup.relaxed == (
        "no time to first token for es, that for en stands in",
        "no price for es, that for en stands in",
    )


@pytest.mark.parametrize(
    ("efforts", "sent", "taken"),
    [
        (["high", "none", "low"], None, "none"),
        (["high", "none", "low"], "high", "high"),
        (["high", "none", "low"], "xhigh", "none"),
        (["high", "low", None], None, None),
        (["thinking", "none"], None, "none"),
        (["thinking", "none"], "none", "none"),
        (["thinking", "none"], "low", "thinking"),
        (["high"], "low", "high"),
    ],
)
def test_the_row_of_the_effort_that_is_sent_counts_else_the_lowest(
    efforts: list[str | None], sent: ReasoningEffort | None, taken: str | None
) -> None:
    rows = [row("acme", "m", quality=50 + place, effort=e) for place, e in enumerate(efforts)]
    quality = found(snapshot(*rows), effort=sent).figures.accuracy
    assert quality is not None
    assert quality.effort == taken
    assert quality.value == 50 + efforts.index(taken)


def test_two_rows_of_one_effort_are_one_too_many() -> None:
    twice = [row("acme", "m", effort="low"), row("acme", "m", effort="low")]
    with pytest.raises(SetupError, match=r"rows.1: a second row for acme/m .* with effort low"):
        snapshot(*twice)


@pytest.mark.parametrize(("n", "ms"), [(FROM_ANSWERS, 321.0), (FROM_ANSWERS - 1, 400.0)])
def test_a_measured_time_goes_before_the_snapshots_from_five_answers_on(n: int, ms: float) -> None:
    base = snapshot(row("acme", "m", ttft_ms=400))
    live = Snapshot(base.file, base.index, LiveFigures(times=Times(n)))
    latency = found(live).figures.latency
    assert latency is not None
    assert latency.value == ms
    assert (latency.source, latency.n) == (
        ("measured by this gateway", n) if ms == 321.0 else ("Test", None)
    )


def test_a_time_of_another_region_is_not_taken() -> None:
    base = snapshot(row("acme", "m", ttft_ms=400))
    live = Snapshot(base.file, base.index, LiveFigures(times=Times(9, "us-east4")))
    assert found(live).figures.values[1] == 400
    assert found(live, RoutingIntent(language="en", region="us-east4")).figures.values[1] == 321.0


def test_a_what_if_goes_before_a_measured_time_and_a_list_price() -> None:
    base = snapshot(row("acme", "m", ttft_ms=400))
    live = Snapshot(base.file, base.index, LiveFigures(times=Times(9)))
    edits = [{"provider": "acme", "model": "m", "ttftMs": 50.0, "cost": 7.0}]
    figures = found(tried(live, WhatIf.model_validate({"edits": edits}))).figures
    assert figures.values == [50.0, 50.0, pytest.approx(7.0)]
    assert [figure.source for figure in figures if figure] == ["Test", "What-if", "What-if"]


def test_a_figure_says_its_source_n_interval_and_effort() -> None:
    measured = row("acme", "m", quality=81, quality_low=76, quality_high=86, n=240, effort="low")
    accuracy = found(snapshot(measured)).figures.accuracy
    assert accuracy is not None
    assert accuracy.model_dump(exclude_none=True) == {
        "axis": "accuracy",
        "value": 81.0,
        "source": "Test",
        "date": "2026-01-01",
        "n": 240,
        "low": 76.0,
        "high": 86.0,
        "effort": "low",
    }


def test_a_model_is_found_under_its_other_names_and_no_prefix() -> None:
    euroeval = load_snapshot("euroeval-2026-04")
    mini = found(euroeval, candidate=Candidate("openai", "gpt-5.4-mini"))
    dated = found(euroeval, candidate=Candidate("openai", "gpt-5.4-mini-2026-03-17"))
    assert mini.figures == dated.figures
    groq = Candidate("groq", "openai/gpt-oss-20b")
    assert euroeval.knows(groq)
    for stranger in ("gpt-5.4-mini-2027-01-01", "gpt-5.4-mini-tuned", "gpt-5.4"):
        assert not euroeval.knows(Candidate("openai", stranger))


def test_every_other_name_leads_to_a_model_that_a_shipped_snapshot_knows() -> None:
    known = {each for name in SHIPPED for each in load_snapshot(name).candidates()}
    path = Path("speko_gateway/data/aliases.json")
    for vendor, names in json.loads(path.read_text()).items():
        for name, model in names.items():
            assert same_model(Candidate(vendor, name)) == Candidate(vendor, model)
            assert Candidate(vendor, model) in known
            assert Candidate(vendor, name) not in known
