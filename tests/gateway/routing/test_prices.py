"""Prices: a row's own, then a list of one's own, then the vendors' list prices."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from speko_client.models import RoutingIntent
from speko_gateway.candidates import Candidate
from speko_gateway.errors import SetupError
from speko_gateway.providers.vendors.catalogue import VENDORS
from speko_gateway.routing.figures import LiveFigures
from speko_gateway.routing.prices import KnownPrices, read_prices
from speko_gateway.routing.scores import Snapshot, index_snapshot
from tests.gateway.fleet_doubles import row, snapshot

MINI = Candidate("openai", "gpt-5.4-mini")
OWN = '{"openai:gpt-5.4-mini": {"inputUsdPerMillion": 1, "outputUsdPerMillion": 2}}'


def priced(base: Snapshot, prices: KnownPrices, candidate: Candidate) -> tuple[float, str]:
    """The price that a ranking takes, to four digits, and its source."""
    live = Snapshot(base.file, base.index, LiveFigures(prices=prices))
    found = live.lookups(RoutingIntent(language="en")).find(candidate)
    cost = found.figures.cost if found else None
    assert cost is not None
    return round(cost.value, 4), cost.source


def test_every_model_of_the_catalogue_has_a_list_price() -> None:
    prices = KnownPrices()
    for vendor in VENDORS.values():
        for model in vendor.models:
            found = prices.cost(Candidate(vendor.id, model))
            assert found is not None, f"{vendor.id}:{model}"
            assert found.value > 0
            assert found.source.startswith("list price, genai-prices ")


def test_a_list_price_is_blended_in_the_mix_of_a_conversation() -> None:
    found = KnownPrices().cost(MINI)
    assert found is not None
    assert found.value == pytest.approx((150 * 0.75 + 80 * 4.5) / 230)


def test_ones_own_machine_is_free_and_a_stranger_has_no_price() -> None:
    prices = KnownPrices()
    free = prices.cost(Candidate("ollama", "gemma3:27b"))
    assert free is not None
    assert free.value == 0
    for stranger in (Candidate("custom-box", "gpt-4o"), Candidate("openai", "gpt-of-tomorrow")):
        assert prices.cost(stranger) is None


def test_a_rows_own_price_goes_first_then_the_own_list(tmp_path: Path) -> None:
    path = tmp_path / "ours.json"
    path.write_text(OWN)
    prices = read_prices(path)
    bare = snapshot(row(*MINI, usd_per_minute=None))
    assert priced(bare, prices, MINI) == (1.3478, "own price list, ours.json")
    assert priced(bare, KnownPrices(), MINI) == (
        2.0543,
        "list price, genai-prices 0.2.3",
    )
    whole = snapshot(row(*MINI, usd_per_minute=0.001))
    assert priced(whole, prices, MINI) == (4.3478, "Test")


def test_a_bare_snapshot_has_no_list_prices() -> None:
    bare = index_snapshot(snapshot(row(*MINI, usd_per_minute=None)).file)
    found = bare.lookups(RoutingIntent(language="en")).find(MINI)
    assert found is not None
    assert found.figures.cost is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "the file: Invalid JSON"),
        ('{"gpt-4o": {"inputUsdPerMillion": 1, "outputUsdPerMillion": 2}}', "gpt-4o"),
        ('{"openai:m": {"inputUsdPerMillion": 1}}', "openai:m.outputUsdPerMillion: Field required"),
        (
            '{"openai:m": {"inputUsdPerMillion": -1, "outputUsdPerMillion": 2}}',
            "openai:m.inputUsdPerMillion: Input should be greater than or equal to 0",
        ),
        (
            '{"openai:m": {"inputUsdPerMillion": 1, "outputUsdPerMillion": 2, "cached": 1}}',
            "openai:m.cached: Extra inputs",
        ),
    ],
)
def test_a_bad_list_stops_the_start_and_names_the_field(
    tmp_path: Path, content: str, says: str
) -> None:
    path = tmp_path / "ours.json"
    path.write_text(content)
    with pytest.raises(SetupError) as caught:
        read_prices(path)
    assert str(caught.value).startswith(f"Price list {path}, ")
    assert says in str(caught.value)


def test_a_list_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be read: No such file"):
        read_prices(tmp_path / "gone.json")


def test_the_table_is_not_read_at_the_start() -> None:
    code = (
        "import sys; from speko_gateway.config import Config; "
        "from speko_gateway.gateway import build_gateway; "
        "build_gateway(Config(), {'OPENAI_API_KEY': 'fake'}); "
        "sys.exit('genai_prices' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


async def test_reading_it_does_not_hold_up_the_loop() -> None:
    prices, ticks = KnownPrices(), 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.ensure_future(tick())
    await prices.ready([MINI])
    ticking.cancel()
    assert ticks > 0
    assert prices.cost(MINI) is not None
