"""Snapshots: what ships is what was published, and a bad file says what is wrong with it."""

from __future__ import annotations

import datetime
import decimal
import json
from pathlib import Path
from typing import Any

import pytest
from genai_prices import Usage, calc_price

from speko_client.models import INPUT_TOKENS_PER_MINUTE, OUTPUT_TOKENS_PER_MINUTE, RoutingIntent
from speko_gateway.candidates import Candidate
from speko_gateway.errors import SetupError
from speko_gateway.providers.vendors.catalogue import VENDORS
from speko_gateway.routing.scores import load_snapshot, read_snapshot
from tests.gateway.fleet_doubles import row, snapshot

PUBLISHED = {
    ("openai", "gpt-4o"): (67, 380, 0.00118),
    ("openai", "gpt-4o-mini"): (46, 320, 0.00007),
    ("openai", "gpt-4.1-mini"): (53, 360, 0.00018),
    ("anthropic", "claude-3-5-sonnet"): (65, 720, 0.00165),
    ("anthropic", "claude-3-5-haiku"): (51, 540, 0.00045),
    ("google", "gemini-2.0-flash"): (60, 290, 0.00007),
    ("google", "gemini-1.5-flash"): (49, 310, 0.00006),
    ("xai", "grok-2"): (56, 410, 0.00104),
}


def test_english_general_global_is_as_published() -> None:
    rows = {
        (each.provider, each.model): (each.quality, each.ttft_ms, each.usd_per_minute)
        for each in load_snapshot("published").file.rows
        if each.provider != "local"
        and (each.language, each.vertical, each.region) == ("en", "general", "global")
    }
    assert rows == PUBLISHED


def test_published_has_nothing_that_nobody_published() -> None:
    scopes = {(r.language, r.vertical, r.region) for r in load_snapshot("published").file.rows}
    assert scopes == {("en", "general", "global")}


def test_the_demo_says_that_it_is_illustrative() -> None:
    file = load_snapshot("demo").file
    for text in (file.id, file.label, file.source, *file.notes[:1]):
        assert "illustrative" in text.lower()


def test_the_demo_fleet_plays_models_that_can_be_called() -> None:
    cast = [each for each in load_snapshot("demo").candidates() if each.provider != "local"]
    assert {each.provider for each in cast} >= {"openai", "anthropic", "google", "xai"}
    for each in cast:
        assert each.model in VENDORS[each.provider].models
        assert each.model not in VENDORS[each.provider].retired


def test_the_demo_fleets_prices_are_the_list_prices_of_its_day() -> None:
    file = load_snapshot("demo").file
    day = datetime.datetime.combine(file.date, datetime.time(12), datetime.UTC)
    million = decimal.Decimal(1_000_000)
    for each in file.rows:
        if each.provider == "local":
            continue
        price = calc_price(
            Usage(input_tokens=1_000, output_tokens=1_000),
            each.model,
            provider_id=each.provider,
            genai_request_timestamp=day,
        )
        found = [each.input_usd_per_million, each.output_usd_per_million]
        listed = [price.input_price, price.output_price]
        assert found == pytest.approx([float(each * million / 1_000) for each in listed])


@pytest.mark.parametrize("name", ["published", "demo"])
def test_list_prices_agree_with_the_price_per_minute(name: str) -> None:
    for each in load_snapshot(name).file.rows:
        if each.input_usd_per_million is not None and each.output_usd_per_million is not None:
            per_minute = (
                INPUT_TOKENS_PER_MINUTE * each.input_usd_per_million
                + OUTPUT_TOKENS_PER_MINUTE * each.output_usd_per_million
            ) / 1_000_000
            assert per_minute == pytest.approx(each.usd_per_minute, abs=0.0000051)


def test_the_local_model_is_measured_and_free() -> None:
    for name in ("published", "demo"):
        found = load_snapshot(name).lookups(RoutingIntent(language="en"))
        lookup = found.find(Candidate("local", "smollm2-135m-instruct"))
        assert lookup is not None
        cost = lookup.figures.cost
        assert cost is not None
        assert cost.value == 0
        assert "measured" in cost.source


def test_rows_relax_one_step_at_a_time() -> None:
    rows = [
        row("acme", "m", quality=1),
        row("acme", "m", language="es", quality=2),
        row("acme", "m", language="es", vertical="legal", quality=3),
        row("acme", "m", language="es-MX", vertical="legal", quality=4),
        row("acme", "m", language="es-MX", vertical="legal", region="us-east4", quality=5),
    ]
    intent = RoutingIntent(language="es-MX", vertical="legal", region="us-east4")
    qualities, clauses = [], []
    while rows:
        found = snapshot(*rows).lookups(intent).find(Candidate("acme", "m"))
        assert found is not None
        qualities.append(found.figures.values[0])
        clauses.append(found.relaxed)
        rows.pop()
    assert qualities == [5, 4, 3, 2, 1]
    assert [len(each) for each in clauses] == [0, 1, 2, 3, 4]
    assert clauses[-1] == (
        "no figures for us-east4, those for global stand in",
        "no figures for es-MX, those for es stand in",
        "no figures for legal, those for general stand in",
        "no figures for es, those for en stand in",
    )


def test_a_model_without_any_rows_is_not_found() -> None:
    rows = snapshot(row("acme", "m", language="fr")).lookups(RoutingIntent(language="de"))
    assert rows.find(Candidate("acme", "m")) is None
    assert rows.find(Candidate("acme", "other")) is None


GOOD = {
    "id": "x",
    "label": "X",
    "source": "s",
    "date": "2026-01-01",
    "rows": [{"provider": "a", "model": "m", "quality": 1, "ttftMs": 1, "usdPerMinute": 1}],
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rows": []}, "rows: Tuple should have at least 1 item"),
        ({"rows": [{**GOOD["rows"][0], "quality": 101}]}, "rows.0.quality: Input should be less"),  # type: ignore[dict-item]
        ({"rows": [{**GOOD["rows"][0], "ttft": 3}]}, "rows.0.ttft: Extra inputs are not"),  # type: ignore[dict-item]
        ({"rows": GOOD["rows"] * 2}, "rows.1: a second row for a/m in en/general/global"),  # type: ignore[operator]
        ({"date": "yesterday"}, "date: Input should be a valid date"),
    ],
)
def test_a_bad_file_says_which_field_and_why(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({**GOOD, **change}))
    with pytest.raises(SetupError) as caught:
        read_snapshot(path)
    assert str(path) in str(caught.value)
    assert says in str(caught.value)


def test_a_file_that_is_no_json_or_not_there_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    with pytest.raises(SetupError, match="cannot be read"):
        read_snapshot(path)
    path.write_text("{")
    with pytest.raises(SetupError, match="the file: Invalid JSON"):
        read_snapshot(path)
