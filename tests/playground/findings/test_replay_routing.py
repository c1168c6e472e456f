"""Replay chooses whom the gateway chooses, and its scores are those of the live routed arm."""

from __future__ import annotations

import json
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluations.cells import CellSummary
from playground.findings.measured import measured
from playground.findings.pinned import Intent
from playground.findings.replay import Weights, replay, weights_of
from playground.findings.tuning import grid
from playground.findings.verdicts import figures_of
from playground.servers.pool import candidates
from playground.suites.suite import Arm, Case, Suite
from speko_client import Speko
from speko_client.models import (
    CompleteResult,
    PipelineConstraints,
    RoutingIntent,
    RoutingPreview,
)
from speko_gateway.candidates import Candidate
from speko_gateway.fleet.fleet import Fleet
from speko_gateway.http.answers import preview_body
from speko_gateway.routing.ranking import PoolEntry, shortlist
from speko_gateway.routing.scores import PRESETS
from speko_gateway.routing.scores import Weights as GatewayWeights
from tests.gateway.fleet_doubles import PlayedProvider, row, snapshot
from tests.gateway.process import FAST_DEMO, KEY, running
from tests.playground.evaluations.cells import cell, suite

ENGLISH: Intent = ("en", "general")
FIGURE = st.none() | st.sampled_from([10.0, 20.0, 30.0, 40.0])
AXES = st.tuples(FIGURE, FIGURE, FIGURE)


@given(st.lists(AXES, min_size=1, max_size=6), st.sampled_from(grid()))
def test_the_first_choice_is_the_gateways_for_any_weights(
    figures: list[tuple[float | None, float | None, float | None]], weights: Weights
) -> None:
    names = [Candidate("abc"[place % 3], f"m{place}") for place in range(len(figures))]
    rows = [
        row(*name, quality=quality, ttft_ms=ttft,
            usd_per_minute=None if cost is None else cost / 10_000)
        for name, (quality, ttft, cost) in zip(names, figures, strict=True)
    ]  # fmt: skip
    scores, pool = snapshot(*rows), [PoolEntry(name) for name in names]
    found = shortlist(RoutingIntent(language="en"), None, scores, pool, {})
    fleet = Fleet(False, dict.fromkeys("abc", PlayedProvider({})), {}, names)
    shown = preview_body(found.ranking(PRESETS["balanced"]), fleet, scores)
    sent = RoutingPreview.model_validate_json(json.dumps(shown))
    arms = [Arm(id=name.model, pin=str(name.id)) for name in names]
    cells = [cell("c0", arm.id, by=arm.pin) for arm in arms]
    got = replay(measured(suite(1, *arms), cells), {ENGLISH: sent}).at(weights)
    assert list(got.shares) == [found.ranking(GatewayWeights(*weights)).ordered[0].candidate.id]


def answered(case: str, arm: str, answer: CompleteResult) -> CellSummary:
    """A cell by what a real gateway answered; half of the answers pass."""
    return cell(
        case,
        arm,
        crc32(answer.text.encode()) % 2 == 0,
        by=f"{answer.provider}:{answer.model}",
        failovers=answer.failover_count,
        ttft=100.0 + len(answer.model),
        cost=len(answer.text) / 1_000 + len(answer.model) / 100,
    )


def test_the_replayed_scores_are_those_of_the_live_routed_arm(tmp_path: Path) -> None:
    questions = [f"What is {n} times {n + 1}?" for n in range(12)]
    cases = tuple(
        Case(id=f"c{n}", vars={"input": question}, language="es" if n % 3 == 0 else "en")
        for n, question in enumerate(questions)
    )
    with (
        running(tmp_path, *FAST_DEMO) as gateway,
        Speko(api_key=KEY, base_url=gateway.url) as client,
    ):
        previews = {
            (language, "general"): client.preview_routing(RoutingIntent(language=language))
            for language in ("en", "es")
        }
        pins = [f"{each.provider_id}:{each.model_id}" for each in candidates(previews[ENGLISH])]
        arms = [Arm(id=f"p{n}", pin=pin) for n, pin in enumerate(pins)]
        routed = [Arm(id=name, optimize_for=name) for name in PRESETS]

        def asked(case: Case, arm: Arm) -> CompleteResult:
            return client.complete(
                messages=[{"role": "user", "content": case.vars["input"]}],
                intent=RoutingIntent(language=case.language or "en", optimize_for=arm.optimize_for),
                constraints=PipelineConstraints.model_validate(
                    {"allowedProviders": {"llm": [arm.pin]}}
                )
                if arm.pin
                else None,
            )

        cells = [
            answered(case.id, arm.id, asked(case, arm))
            for arm in (*arms, *routed)
            for case in cases
        ]
        weights = {
            name: weights_of(
                client.preview_routing(RoutingIntent(language="en", optimize_for=name))
            )
            for name in PRESETS
        }
    found = measured(Suite(name="Sums", cases=cases, arms=(*arms, *routed)), cells)
    again = replay(found, previews)
    firsts = set()
    for name in PRESETS:
        live, given_weights = found.arm(name), weights[name]
        assert live is not None
        assert given_weights is not None
        assert live.failed_over == 0
        got, figures = again.at(given_weights), figures_of(live)
        assert (got.cases, got.missing) == (12, 0)
        assert got.rate == figures.rate
        assert got.usd_per_1000 == pytest.approx(figures.usd_per_1000)
        assert got.ttft_p50_ms == figures.ttft_p50_ms
        firsts |= set(got.shares)
    assert len(firsts) > 1
