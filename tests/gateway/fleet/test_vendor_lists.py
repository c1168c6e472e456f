"""Vendors of the catalogue are asked for their own lists: who is offered, and who is gone."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from speko_gateway.provider import FailureCode, ProviderError
from speko_gateway.providers.vendors import vendor_lists
from speko_gateway.providers.vendors.catalogue import VENDORS
from speko_gateway.providers.vendors.vendor_lists import FRESH_SECONDS, ListName, VendorLists
from tests.gateway.fleet.connections_header import connections
from tests.gateway.fleet.test_connections_by_request import ask, made
from tests.gateway.fleet.test_listed_models import listing
from tests.gateway.fleet_doubles import SteppedClock
from tests.gateway.providers.vendor_server import VendorServer, vendor_server, wire
from tests.gateway.routing.snapshot_files import write
from tests.gateway.served import serving
from tests.patience import PATIENCE

CATALOGUE = VENDORS["openai"].models


@asynccontextmanager
async def openai(
    monkeypatch: pytest.MonkeyPatch, *models: str, **settings: Any
) -> AsyncGenerator[VendorServer]:
    """The vendor itself, at its own address as far as the gateway knows; it lists these models."""
    answers = {"chunks": [wire("openai-text")], **settings}
    async with vendor_server(lists=listing(*models) if models else None, **answers) as server:
        row = replace(VENDORS["openai"], base_url=f"{server.url}/v1")
        monkeypatch.setitem(VENDORS, "openai", row)
        yield server


def with_lists(env: dict[str, str] | None = None, **choices: Any) -> Any:
    keys = {"OPENAI_API_KEY": "test-key"} if env is None else env
    return made(keys, fleet="live", model_lists=True, **choices)


async def rows(client: httpx.AsyncClient, **headers: str) -> dict[str, Any]:
    """The provider list's rows of the vendor, by model."""
    known = (await client.get("/v1/providers/known", headers=headers)).json()["llm"]
    return {row["model"]: row for row in known if row["vendor"] == "openai" and row["model"]}


async def once(client: httpx.AsyncClient, reason: str | None, **headers: str) -> dict[str, Any]:
    """The rows, once gpt-5.4 is unavailable for this reason."""
    async with asyncio.timeout(PATIENCE):
        while (found := await rows(client, **headers))["gpt-5.4"].get("reason") != reason:
            pass
    return found


async def test_what_the_vendor_lists_no_more_is_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = ("gpt-6-luna", "gpt-4o-2024-08-06", "text-embedding-3-large", "gpt-image-1")
    async with openai(monkeypatch, *listed), serving(with_lists()) as client:
        found = await once(client, "OpenAI lists it no more")
        refused = await ask(client, {}, "openai:gpt-5.4")
    assert [model for model, row in found.items() if row["available"]] == ["gpt-6-luna", "gpt-4o"]
    assert set(found) == {*CATALOGUE}
    assert "openai:gpt-5.4: OpenAI lists it no more" in refused["error"].replace("/", ":")


async def test_listed_models_are_offered_where_the_scores_know_their_quality(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    row = {"provider": "openai", "quality": 70}
    models = ("gpt-7", "gpt-7-2027-01-01", "text-embedding-9", "gpt-8-not-listed")
    write(tmp_path, rows=[{**row, "model": model} for model in models])
    listed = (*CATALOGUE, "gpt-7", "text-embedding-9", "gpt-7-mini")
    async with (
        openai(monkeypatch, *listed),
        serving(with_lists(scores_folder=tmp_path)) as client,
    ):
        own = {"X-Speko-Scores": "mine-1"}
        async with asyncio.timeout(PATIENCE):
            while "gpt-7" not in (found := await rows(client, **own)):
                pass
        pinned = await ask(client, own, "openai:gpt-7-mini")
        embedding = await ask(client, {}, "openai:text-embedding-9")
        assert "gpt-7" not in await rows(client)
    assert found["gpt-7"]["available"]
    assert "gpt-7-mini" not in found
    assert found["gpt-8-not-listed"]["reason"] == "OpenAI lists it no more"
    assert pinned["model"] == "gpt-7-mini"
    assert embedding["code"] == "COMPLETE_FAILED"


@pytest.mark.parametrize("settings", [{"status": 503}, {"status": 401}, {"chunks": [b"<html>"]}])
async def test_where_there_is_no_list_the_catalogue_counts(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with openai(monkeypatch, **settings) as vendor, serving(with_lists()) as client:
        await vendor.asked.wait()
        found = await rows(client)
    assert all(found[model]["available"] for model in CATALOGUE)


async def test_a_list_of_nothing_that_chats_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    async with openai(monkeypatch, "whisper-1") as vendor, serving(with_lists()) as client:
        await vendor.asked.wait()
        assert (await rows(client))["gpt-5.4"]["available"]


async def test_nobody_waits_for_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    held = asyncio.Event()
    async with openai(monkeypatch, wait=held) as vendor:
        async with serving(with_lists()) as client:
            await vendor.asked.wait()
            assert (await rows(client))["gpt-5.4"]["available"]
        await vendor.gone.wait()


async def test_a_server_at_another_address_loses_no_model_of_the_catalogue() -> None:
    async with vendor_server(lists=listing("gpt-5.4-turbo"), chunks=[wire("openai-text")]) as proxy:
        env = {"OPENAI_API_KEY": "test-key", "SPEKO_OPENAI_BASE_URL": proxy.url}
        async with serving(with_lists(env)) as client:
            await proxy.asked.wait()
            async with asyncio.timeout(PATIENCE):
                while (answer := await ask(client, {}, "openai:gpt-5.4-turbo")).get("code"):
                    pass
            found = await rows(client)
    assert answer["model"] == "gpt-5.4-turbo"
    assert all(found[model]["available"] for model in CATALOGUE)


async def test_models_that_somebody_named_need_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"OPENAI_API_KEY": "test-key", "SPEKO_OPENAI_MODELS": "mine"}
    async with openai(monkeypatch, "gpt-6-luna") as vendor, serving(with_lists(env)) as client:
        assert [*await rows(client)] == ["mine"]
        assert (await ask(client, {}, "openai:mine"))["model"] == "mine"
    assert [seen.method for seen in vendor.seen] == ["POST"]


async def test_each_key_has_its_own_list_and_it_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with openai(monkeypatch, "gpt-6-luna") as vendor, serving(with_lists({})) as client:
        mine = connections({"openai": {"key": "my-key"}})
        found = await once(client, "OpenAI lists it no more", **mine)
        assert found["gpt-6-luna"]["available"]
        vendor.lists = listing(*CATALOGUE)
        theirs = connections({"openai": {"key": "their-key"}})
        assert (await rows(client, **theirs))["gpt-5.4"]["available"]
        async with asyncio.timeout(PATIENCE):
            while len(vendor.seen) < 2:
                await rows(client, **theirs)
        await once(client, None, **theirs)
        await once(client, "OpenAI lists it no more", **mine)
    asked = [seen.headers["authorization"] for seen in vendor.seen]
    assert asked == ["Bearer my-key", "Bearer their-key"]


async def test_switched_off_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"OPENAI_API_KEY": "test-key"}
    async with (
        openai(monkeypatch, "gpt-6-luna") as vendor,
        serving(made(env, fleet="live", model_lists=False)) as client,
    ):
        await ask(client, {}, "openai:gpt-5.4")
    assert [seen.method for seen in vendor.seen] == ["POST"]


async def test_the_environments_list_outlives_a_restart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "vendor-models.json"
    async with openai(monkeypatch, "gpt-6-luna") as vendor:
        async with serving(with_lists(data_folder=tmp_path)) as client:
            await once(client, "OpenAI lists it no more")
            async with asyncio.timeout(PATIENCE):
                while not await asyncio.to_thread(file.exists):
                    pass
        assert "test-key" not in file.read_text()
        vendor.status, vendor.lists = 503, None
        async with serving(with_lists(data_folder=tmp_path)) as client:
            found = await rows(client)
    assert found["gpt-5.4"]["reason"] == "OpenAI lists it no more"


@dataclass
class Listing:
    """A vendor that lists this, and counts."""

    models: list[str] = field(default_factory=lambda: ["a"])
    base_url: str = "http://box"
    asked: int = 0

    async def list_models(self) -> list[str]:
        """The models; a failure where there are none."""
        self.asked += 1
        if not self.models:
            raise ProviderError(FailureCode.SERVER_ERROR, "answered 503")
        return self.models


NAME = ListName("openai", "http://box")


async def settled(lists: VendorLists, server: Listing, name: ListName = NAME) -> None:
    """Want the list, and have everything that is wanted asked for."""
    lists.want(name, server)
    await lists.ask_all()


async def test_a_list_is_asked_for_again_after_a_day() -> None:
    clock, server = SteppedClock(), Listing()
    lists = VendorLists(clock=clock)
    for _ in range(3):
        await settled(lists, server)
    assert (server.asked, lists.of(NAME), lists.revision) == (1, frozenset("a"), 1)
    clock.pass_(FRESH_SECONDS)
    server.models = ["a", "b"]
    assert lists.of(NAME) == frozenset("a"), "the old list counts until the new one has come"
    await settled(lists, server)
    assert (server.asked, lists.of(NAME), lists.revision) == (2, frozenset("ab"), 2)


async def test_a_vendor_that_gives_no_list_is_asked_again_later_and_its_old_one_stays() -> None:
    clock, server = SteppedClock(), Listing()
    lists = VendorLists(clock=clock)
    await settled(lists, server)
    clock.pass_(FRESH_SECONDS)
    server.models = []
    for _ in range(3):
        await settled(lists, server)
    assert (server.asked, lists.of(NAME)) == (2, frozenset("a"))
    clock.pass_(vendor_lists.RETRY_SECONDS)
    await settled(lists, server)
    assert server.asked == 3


async def test_there_is_an_end_of_lists_and_of_those_who_wait() -> None:
    lists, server = VendorLists(), Listing()
    names = [ListName("openai", "http://box", f"key-{number}") for number in range(300)]
    for name in names[:100]:
        lists.want(name, server)
    await settled(lists, server)
    assert server.asked == vendor_lists.MOST_WAITING
    for name in names:
        await settled(lists, server, name)
    assert lists.of(names[0]) is None
    assert lists.of(names[-1]) == frozenset("a")


@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 9999, b'{"version": 1, "lists": [{}]}'])
async def test_a_damaged_file_is_logged_and_replaced(
    content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "lists.json"
    path.write_bytes(content)
    lists = VendorLists(path)
    assert len(caplog.records) == 1
    await settled(lists, Listing())
    await settled(lists, Listing(), ListName("openai", "http://me:secret@box"))
    await settled(lists, Listing(), ListName("openai", "http://box", "a-callers-own"))
    await settled(lists, Listing(["a" * 3000]), ListName("xai", "http://long-ids"))
    await settled(lists, Listing(), ListName("xai", f"http://{'a' * 3000}"))
    assert json.loads(path.read_text())["lists"] == [
        {"vendor": "openai", "address": "http://box", "models": ["a"]}
    ]


async def test_where_it_cannot_be_written_it_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "no-folder").write_text("")
    caplog.set_level(logging.WARNING)
    lists = VendorLists(tmp_path / "no-folder" / "lists.json")
    caplog.clear()
    await settled(lists, Listing())
    assert lists.of(NAME) == frozenset("a")
    assert "cannot be kept" in caplog.text
