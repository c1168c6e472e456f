"""A what-if on top of a snapshot: what it changes, what it leaves, and what is refused."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from speko_client.models import RoutingPreview, WhatIf
from speko_gateway.candidates import Candidate
from speko_gateway.routing.ranking import PoolEntry
from speko_gateway.routing.what_if import tried
from tests.gateway.fleet_doubles import (
    ENGLISH,
    PlayedProvider,
    gateway,
    rank,
    row,
    said,
    snapshot,
)
from tests.gateway.served import serving

PREVIEW = "/v1/routing/preview"
TWO = PlayedProvider({"good": said("Good."), "fair": said("Fair.")})
BASE = snapshot(row("acme", "good", quality=90), row("acme", "fair", quality=50))


def header(**what_if: Any) -> dict[str, str]:
    """``X-Speko-What-If``."""
    return {"X-Speko-What-If": WhatIf.model_validate(what_if).to_header()}


def edited(model: str, **figures: float) -> dict[str, Any]:
    """An edit in English, general, global."""
    return {"provider": "acme", "model": model, **figures}


async def previewed(**what_if: Any) -> RoutingPreview:
    """The preview under a what-if."""
    async with serving(gateway(TWO)) as client:
        answer = await client.get(PREVIEW, params={"language": "en"}, headers=header(**what_if))
    assert answer.status_code == 200, answer.text
    return RoutingPreview.model_validate(answer.json())


async def test_an_edit_changes_the_order_and_the_label_says_so() -> None:
    found = await previewed(name="Fair gets better", edits=[edited("fair", quality=99.0)])
    assert found.model_id == "fair"
    assert found.winner is not None
    assert found.winner.axes is not None
    assert found.winner.axes.quality == 99.0
    assert found.snapshot is not None
    assert found.snapshot.what_if is True
    assert found.snapshot.label == "What-if: Fair gets better (on Test)"
    assert found.scores_run_id == found.snapshot.id
    assert found.scores_run_id.startswith("whatif-")


async def test_a_price_is_edited_in_dollars_per_million_tokens() -> None:
    found = await previewed(edits=[edited("fair", cost=2.5)])
    costs = {each.model_id: each.axes.cost for each in found.runners_up if each.axes}
    assert costs["fair"] == pytest.approx(2.5)


async def test_a_price_typed_as_it_stands_changes_no_score() -> None:
    """US$ 16.60 per million tokens are 0.003818 a minute, except for the last digit of a float."""
    priced = snapshot(*(row("acme", name, usd_per_minute=0.003818) for name in ("good", "fair")))
    async with serving(replace(gateway(TWO), snapshot=priced)) as client:
        headers = header(edits=[edited("fair", cost=16.6)])
        answer = await client.get(PREVIEW, params={"language": "en"}, headers=headers)
    found = RoutingPreview.model_validate(answer.json())
    assert found.winner is not None
    assert [each.score for each in (found.winner, *found.runners_up)] == [1.0, 1.0]


async def test_a_candidate_switched_off_is_out_with_the_reason() -> None:
    found = await previewed(without=["acme:good"])
    assert found.model_id == "fair"
    assert [(each.model_id, each.code) for each in found.filtered_out or ()] == [
        ("good", "what_if")
    ]


async def test_weights_hold_for_their_preset_alone() -> None:
    weights = {"balanced": {"accuracy": 1.0, "latency": 0.0, "cost": 0.0}}
    found = await previewed(weights=weights)
    assert found.weights == {"accuracy": 1.0, "latency": 0.0, "cost": 0.0}
    elsewhere = await previewed(weights={"cost": weights["balanced"]})
    assert elsewhere.weights == {"accuracy": 0.5, "latency": 0.3, "cost": 0.2}


async def test_an_answer_is_ranked_by_it_too() -> None:
    async with serving(gateway(TWO)) as client:
        answer = await client.post(
            "/v1/complete",
            json={"messages": [{"role": "user", "content": "Hi"}], "intent": {"language": "en"}},
            headers=header(without=["acme:good"]),
        )
    assert answer.json()["model"] == "fair"
    assert answer.headers["x-speko-scores-run-id"].startswith("whatif-")


async def test_the_server_remembers_nothing_of_it() -> None:
    async with serving(gateway(TWO)) as client:
        params = {"language": "en"}
        await client.get(PREVIEW, params=params, headers=header(without=["acme:good"]))
        after = (await client.get(PREVIEW, params=params)).json()
    assert (after["modelId"], after["scoresRunId"]) == ("good", "test-1")


def test_the_same_what_if_has_the_same_id_under_any_name() -> None:
    one = WhatIf.model_validate({"name": "One", "without": ["acme"]})
    two = WhatIf.model_validate({"name": "Two", "without": ["acme"]})
    other = WhatIf.model_validate({"name": "One", "without": ["acme:good"]})
    assert tried(BASE, one).id == tried(BASE, two).id != tried(BASE, other).id


def test_an_edit_holds_where_it_says_and_starts_from_what_stood_in() -> None:
    spanish = {**edited("fair", quality=99.0), "language": "es", "vertical": "healthcare"}
    found = tried(BASE, WhatIf.model_validate({"edits": [spanish]}))
    here = ENGLISH.model_copy(update={"language": "es", "vertical": "healthcare"})
    candidate = Candidate("acme", "fair")
    lookup = found.lookups(here).find(candidate)
    assert lookup is not None
    assert lookup.figures.values[:2] == [99.0, 400.0]
    assert all("time to first token" in each or "price" in each for each in lookup.relaxed)
    elsewhere = found.lookups(ENGLISH).find(candidate)
    assert elsewhere is not None
    assert elsewhere.figures.values[0] == 50.0


def test_one_figure_is_enough_for_a_stranger() -> None:
    stranger = Candidate("new", "m")
    edits = [{"provider": "new", "model": "m", "quality": 95.0}]
    figures = tried(BASE, WhatIf.model_validate({"edits": edits}))
    assert figures.knows(stranger)
    pool = [PoolEntry(each) for each in (stranger, Candidate("acme", "good"))]
    first, second = rank(ENGLISH, None, figures, pool, {}).ordered
    assert (first.candidate, first.assumed) == (stranger, ("latency", "cost"))
    assert second.assumed == ()


def test_of_two_edits_of_one_figure_the_later_counts() -> None:
    edits = [edited("fair", quality=70.0, ttftMs=1.0), edited("fair", quality=99.0)]
    found = tried(BASE, WhatIf.model_validate({"edits": edits})).lookups(ENGLISH)
    lookup = found.find(Candidate("acme", "fair"))
    assert lookup is not None
    assert lookup.figures.values[:2] == [99.0, 1.0]


@pytest.mark.parametrize(
    ("what_if", "field"),
    [
        ('{"weights": {"balanced": {"accuracy": 1, "latency": 1, "cost": 0}}}', "sum to 1"),
        ('{"edits": [{"provider": "acme", "model": "good", "quality": 101}]}', "edits.0.quality"),
        ('{"edits": [{"provider": "a:b", "model": "c", "quality": 1}]}', "edits.0.provider"),
        ('{"edits": [{"provider": "acme", "model": "good", "cost": 1.7e308}]}', "edits.0.cost"),
        ('{"name": ""}', "name"),
        ("{", "X-Speko-What-If"),
    ],
)
async def test_one_that_is_no_good_is_refused_in_words(what_if: str, field: str) -> None:
    told = {"X-Speko-What-If": base64.urlsafe_b64encode(what_if.encode()).decode()}
    async with serving(gateway(TWO)) as client:
        answer = await client.get(PREVIEW, params={"language": "en"}, headers=told)
    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION_ERROR"
    assert field in answer.json()["error"]
    assert "X-Speko-What-If" in answer.json()["error"]
