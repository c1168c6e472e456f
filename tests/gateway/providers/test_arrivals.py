"""What arrives is read by its first bytes, however it is called and wherever it is cut."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_gateway.provider import FailureCode, ProviderError, TextDelta
from speko_gateway.providers.vendors.upstream import Arrivals
from tests.gateway.providers.vendor_server import ask, drain, saying, text_of, vendor_server
from tests.gateway.providers.wire_forms import ending, piece

MODELS = {
    "openai": "gpt-4o",
    "anthropic": "claude-haiku-4-5-20251001",
    "google": "gemini-2.5-flash",
}
TYPES = ["text/event-stream", "application/json", "text/plain"]
TEXT = "Grüezi 👋🏽 from 東京."
BOM = b"\xef\xbb\xbf"
LISTED = [piece("google", "Grüezi 👋"), piece("google", "🏽"), ending("google", "STOP")]


@pytest.mark.parametrize("content_type", TYPES)
@pytest.mark.parametrize("whole", [True, False], ids=["object", "stream"])
@pytest.mark.parametrize("asked_whole", [True, False], ids=["asked whole", "asked streamed"])
@pytest.mark.parametrize("vendor", MODELS)
async def test_no_header_hides_an_answer(
    vendor: str, asked_whole: bool, whole: bool, content_type: str
) -> None:
    chunks = [BOM, *saying(f"{vendor}-text", whole=whole)["chunks"]]
    async with vendor_server(chunks=chunks, content_type=content_type) as server:
        asked = ask(MODELS[vendor], buffered=asked_whole)
        assert text_of(await drain(server.provider(vendor), asked)) == TEXT


@pytest.mark.parametrize("content_type", TYPES)
async def test_a_stream_under_any_name_flows(content_type: str) -> None:
    first = f"data: {json.dumps(piece('openai', 'Hi'))}\n\n".encode()
    held = asyncio.Event()
    async with vendor_server(chunks=[first], hold=held, content_type=content_type) as server:
        provider = server.provider()
        answer = provider.stream(ask())
        assert await anext(answer) == TextDelta("Hi")
        await answer.aclose()
        await provider.close()


@pytest.mark.parametrize("content_type", TYPES)
async def test_a_list_of_events_flows_as_well(content_type: str) -> None:
    first = f"[{json.dumps(LISTED[0])}\n".encode()
    held = asyncio.Event()
    async with vendor_server(chunks=[first], hold=held, content_type=content_type) as server:
        provider = server.provider("google")
        answer = provider.stream(ask("gemini-2.5-flash"))
        assert await anext(answer) == TextDelta("Grüezi 👋")
        await answer.aclose()
        await provider.close()


@pytest.mark.parametrize("vendor", MODELS)
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"boom 42 test-key", "sent no answer, but: boom 42 [key]"),
        (b"error: boom 42", "sent no answer, but: error: boom 42"),
        (b'"boom 42"', 'sent no answer, but: "boom 42"'),
        (b" \n<!DOCTYPE html><p>Hi", "answered with a web page; its base URL is probably wrong"),
        (b": ping\n\n", "broke off before its answer was complete"),
        (b"", "broke off before its answer was complete"),
    ],
)
async def test_what_is_no_answer_is_quoted(
    vendor: str, whole: bool, body: bytes, said: str
) -> None:
    async with vendor_server(chunks=[body[:4], body[4:]], content_type="text/plain") as server:
        with pytest.raises(ProviderError) as caught:
            await drain(server.provider(vendor), ask(MODELS[vendor], buffered=whole))
    assert (caught.value.code, caught.value.message) == (FailureCode.STREAM_BROKEN, said)


@given(cuts=st.sets(st.integers(1, 400), max_size=12), indent=st.sampled_from([None, 2]))
def test_a_list_gives_its_events_wherever_it_is_cut(cuts: set[int], indent: int | None) -> None:
    body = BOM + json.dumps(LISTED, ensure_ascii=False, indent=indent).encode()
    edges = [0, *sorted(cut for cut in cuts if cut < len(body)), len(body)]
    arrivals = Arrivals(10_000)
    found = [each for start, end in pairwise(edges) for each in arrivals.feed(body[start:end])]
    assert [json.loads(each) for each in found + arrivals.feed(b"")] == LISTED
