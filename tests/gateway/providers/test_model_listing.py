"""What a vendor answers where it is asked for its models: ids, or its own words."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_gateway.provider import ProviderError
from speko_gateway.providers.vendors.live import DIALECTS
from speko_gateway.providers.vendors.model_listing import MOST_ENTRIES, read_model_list
from tests.gateway.fleet.connections_header import connections
from tests.gateway.fleet.test_connections_by_request import made
from tests.gateway.fleet.test_connections_page import check
from tests.gateway.providers.vendor_server import vendor_server
from tests.gateway.served import serving

OPENAI = DIALECTS["openai"]
TWO = [{"id": "b"}, {"id": "a"}]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "answer",
    [
        {"object": "list", "data": TWO},
        {"data": TWO},
        TWO,
        {"models": TWO},
        {"models": [], "data": TWO},
        {"data": TWO, "error": None},
        {"data": [*TWO, {}, None, 7, {"id": None}]},
        {"models": [{"name": "b", "model": "b"}, {"name": "a"}]},
        ["b", "a"],
    ],
)
async def test_a_list_is_read_in_every_form(dialect: Any, answer: Any) -> None:
    text = "\ufeff" + json.dumps(answer)
    assert await read_model_list(text, DIALECTS[dialect], None) == ["a", "b"]


@pytest.mark.parametrize("vendor", ["openai", "anthropic", "google"])
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": {"message": "boom 42"}}, "reported an error: boom 42"),
        ({"error": "boom 42"}, "reported an error: boom 42"),
        ({"error": {"message": "boom 42", "code": 401}}, "Check the key"),
        ([{"error": {"message": "boom 42"}}], "boom 42"),
        ({"success": False, "errors": [{"code": 7003, "message": "boom 42"}]}, "boom 42"),
        ({"detail": "boom 42"}, "boom 42"),
        ({"message": "boom 42"}, "boom 42"),
        ({"error": {"message": "boom 42"}, "data": []}, "boom 42"),
        ({"data": None}, 'no list of models: {"data": null}'),
        ({"data": {}}, 'no list of models: {"data": {}}'),
        ({"data": "boom 42"}, "boom 42"),
        ({}, "no list of models: {}"),
        ("boom 42", "boom 42"),
        (42, "42"),
        ({"data": [{}]}, "lists models without an id"),
        ({"data": [{"object": "model"}, None]}, "lists models without an id"),
    ],
)
async def test_a_test_says_what_the_vendor_said(vendor: str, answer: Any, said: str) -> None:
    async with (
        vendor_server(lists=json.dumps(answer).encode()) as server,
        serving(made()) as client,
    ):
        brought = connections({vendor: {"key": "mine", "baseUrl": server.url}})
        found = await check(client, vendor, brought)
    assert found["ok"] is False
    assert said in found["message"]


@pytest.mark.parametrize("kind", ["text/html", "application/json", "text/plain"])
async def test_a_login_page_is_no_list(kind: str) -> None:
    page = b"<!doctype html><html><body>Log in</body></html>"
    async with vendor_server(content_type=kind, chunks=[page]) as server, serving(made()) as client:
        found = await check(client, "ollama", connections({"ollama": {"baseUrl": server.url}}))
    assert found["ok"] is False
    assert "answered with a web page" in found["message"]


@pytest.mark.parametrize("answer", [{"data": []}, [], {"object": "list", "data": None}])
async def test_an_empty_list_says_so(answer: Any) -> None:
    async with (
        vendor_server(lists=json.dumps(answer).encode()) as server,
        serving(made()) as client,
    ):
        found = await check(client, "ollama", connections({"ollama": {"baseUrl": server.url}}))
    assert found["ok"] is True
    assert found["message"] == "Ollama answers, but lists no models yet."


async def test_a_refusal_never_shows_the_key() -> None:
    answer = json.dumps({"data": "test-key-1234 is wrong"}).encode()
    async with vendor_server(lists=answer) as server:
        provider = server.provider(key="test-key-1234")
        with pytest.raises(ProviderError) as caught:
            await provider.list_models()
        await provider.close()
    assert "test-key" not in caught.value.message


def long_list(count: int) -> bytes:
    """A list as a marketplace has it, some 3,000 characters an entry."""
    entries = [
        {
            "id": f"owner/model-{number}",
            "description": 'Ünï ] } \\" , ' * 200,
            "pricing": {"a": [1]},
        }
        for number in range(count)
    ]
    return json.dumps({"object": "list", "data": entries}, ensure_ascii=False).encode()


async def test_a_long_list_is_read() -> None:
    answer = long_list(2500)
    assert len(answer) > 7 * 1024 * 1024
    async with vendor_server(lists=answer) as server:
        provider = server.provider()
        assert len(await provider.list_models()) == 2500
        await provider.close()


@pytest.mark.parametrize(
    ("text", "pauses"),
    [(long_list(2500).decode(), 6), ('{"data": [' + "{}," * 500_000 + "{}]}", 9)],
    ids=["long entries", "many entries"],
)
async def test_others_are_served_while_a_long_list_is_read(text: str, pauses: int) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    serving_others = asyncio.ensure_future(others())
    with suppress(ProviderError):
        await read_model_list(text, OPENAI, None)
    serving_others.cancel()
    assert turns >= pauses


async def test_a_list_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speko_gateway.providers.vendors.upstream.MAX_LIST_BYTES", 2**21)
    async with vendor_server(lists=long_list(1500)) as server:
        provider = server.provider()
        with pytest.raises(ProviderError, match="sent more than 2 MiB"):
            await provider.list_models()
        await provider.close()


async def test_of_a_list_of_nothing_only_the_beginning_is_read() -> None:
    nothing = '{"data": [' + "{}," * (MOST_ENTRIES * 40) + "{}]}"
    with pytest.raises(ProviderError, match="without an id"):
        await read_model_list(nothing, OPENAI, None)


@pytest.mark.parametrize("end", ['"', "x" * 2**21, "]", "}"])
async def test_a_long_text_that_is_no_list_is_none(end: str) -> None:
    for text in (f'{{"data": [{{"id": "{"x" * 2**21}{end}', "x" * 2**21):
        with pytest.raises(ProviderError):
            await read_model_list(text, OPENAI, None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "models", "id", "name", "error", "message", "object"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(text=JSON.map(json.dumps) | st.text(max_size=20))
def test_whatever_comes_is_a_list_or_our_own_error(dialect: Any, text: str) -> None:
    try:
        models = asyncio.run(read_model_list(text, DIALECTS[dialect], None))
    except ProviderError:
        return
    assert models == sorted(set(models))
