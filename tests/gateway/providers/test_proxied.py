"""The gateway behind a proxy: who is reached through it, who never is, and what it says of it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from speko_client.proxies import Proxies
from speko_gateway.config import Config
from speko_gateway.gateway import build_gateway
from speko_gateway.provider import FailureCode, ProviderError
from speko_gateway.providers.vendors.live import LiveProvider, build_live_providers
from speko_gateway.providers.vendors.upstream import Upstream
from tests.gateway.fleet.connections_header import connections
from tests.gateway.providers.vendor_server import ask, saying, text_of, vendor_server
from tests.gateway.served import AUTH, BODY, serving
from tests.loopback_server import nobody_listens

SECRET = "pa55-word"


@asynccontextmanager
async def provider_behind(
    base_url: str, *, public_only: bool = False, **variables: str
) -> AsyncIterator[LiveProvider]:
    upstream = Upstream(proxies=Proxies.of(variables), public_only=public_only)
    settings = {"OPENAI_API_KEY": "test-key", "SPEKO_OPENAI_BASE_URL": base_url}
    provider = build_live_providers(settings, upstream)["openai"]
    try:
        yield provider
    finally:
        await provider.close()


def with_password(url: str) -> str:
    return url.replace("http://", f"http://me:{SECRET}@")


async def answer_of(provider: LiveProvider, *, buffered: bool = False) -> str:
    return text_of([event async for event in provider.stream(ask(buffered=buffered))])


async def failure_of(provider: LiveProvider) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await answer_of(provider)
    assert SECRET not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("whole", [False, True], ids=["stream", "one piece"])
async def test_a_vendor_is_asked_through_the_proxy_with_its_password(whole: bool) -> None:
    async with (
        vendor_server(**saying("openai-text", whole=whole)) as proxy,
        provider_behind("http://api.example/v1", HTTP_PROXY=with_password(proxy.url)) as provider,
    ):
        for _ in range(2):
            assert await answer_of(provider, buffered=whole) == "Grüezi 👋🏽 from 東京."
    seen = proxy.seen[0]
    assert seen.headers["host"] == "api.example"
    assert seen.headers["authorization"] == "Bearer test-key"
    basic = base64.b64encode(f"me:{SECRET}".encode()).decode()
    assert seen.headers["proxy-authorization"] == f"Basic {basic}"
    assert len(proxy.peers) == 1, "the connection is kept"


async def test_a_list_of_models_is_asked_through_it_too() -> None:
    listed = {"chunks": [b'{"data": [{"id": "gpt-4o"}]}'], "content_type": "application/json"}
    async with (
        vendor_server(**listed) as proxy,
        provider_behind("http://api.example/v1", ALL_PROXY=proxy.url) as provider,
    ):
        assert await provider.list_models() == ["gpt-4o"]


async def test_this_machine_and_exceptions_are_reached_without_it() -> None:
    async with (
        vendor_server(**saying("openai-text")) as vendor,
        vendor_server() as proxy,
        provider_behind(vendor.url, HTTP_PROXY=proxy.url) as provider,
    ):
        assert await answer_of(provider)
    assert not proxy.seen


async def test_an_address_that_must_be_public_is_never_asked_through_a_proxy() -> None:
    async with (
        vendor_server(**saying("openai-text")) as proxy,
        provider_behind("http://10.0.0.1/v1", public_only=True, HTTP_PROXY=proxy.url) as provider,
    ):
        error = await failure_of(provider)
    assert error.code is FailureCode.CONNECT_FAILED
    assert "it has a private address" in error.message
    assert not proxy.seen


async def test_a_gateway_takes_its_proxies_from_its_environment_except_for_strangers() -> None:
    brought = connections({"vllm": {"baseUrl": "http://10.0.0.1/v1", "models": ["m"]}})
    async with vendor_server(**saying("openai-text", whole=True)) as proxy:
        environment = {"OPENAI_API_KEY": "k", "SPEKO_OPENAI_BASE_URL": "http://api.example/v1"}
        gateway = build_gateway(Config(), {**environment, "http_proxy": proxy.url})
        body = {**BODY, "constraints": {"allowedProviders": {"llm": ["openai:gpt-4o", "vllm"]}}}
        async with serving(gateway) as client:
            first = await client.post("/v1/complete", json=body)
            body["constraints"]["allowedProviders"]["llm"] = ["vllm"]
            second = await client.post("/v1/complete", json=body, headers={**AUTH, **brought})
    assert first.json()["provider"] == "openai"
    assert "it has a private address" in second.json()["error"]
    assert len(proxy.seen) == 1


@asynccontextmanager
async def refusing(status: str, heads: list[bytes]) -> AsyncIterator[str]:
    """A proxy that refuses each tunnel; ``heads`` is what it was asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_tunnel_that_is_refused_says_so() -> None:
    heads: list[bytes] = []
    async with (
        refusing("407 Proxy Authentication Required", heads) as proxy,
        provider_behind("https://api.example/v1", HTTPS_PROXY=with_password(proxy)) as provider,
    ):
        error = await failure_of(provider)
    said = "could not be reached: the proxy in between refused with status 407"
    assert (error.code, error.message) == (FailureCode.CONNECT_FAILED, said)
    assert heads[0].startswith(b"CONNECT api.example:443 ")
    assert base64.b64encode(f"me:{SECRET}".encode()) in heads[0]
    assert b"test-key" not in heads[0]


@pytest.mark.parametrize("status", [407, 502])
async def test_a_refusal_without_a_tunnel_does_not_repeat_the_password(status: int) -> None:
    basic = base64.b64encode(f"me:{SECRET}".encode())
    said = f'{{"error": "You sent {SECRET} as {basic.decode()}."}}'.encode()
    async with (
        vendor_server(status=status, chunks=[said]) as proxy,
        provider_behind("http://api.example/v1", HTTP_PROXY=with_password(proxy.url)) as provider,
    ):
        error = await failure_of(provider)
    assert error.message == f"answered {status}: You sent [key] as [key]."


async def test_a_proxy_that_does_not_run_is_not_taken_for_the_vendor() -> None:
    with nobody_listens() as nobody:
        async with provider_behind(
            "http://api.example/v1", HTTP_PROXY=with_password(nobody)
        ) as provider:
            error = await failure_of(provider)
    assert error.code is FailureCode.CONNECT_FAILED
    assert "the proxy in between does not answer" in error.message


async def test_a_proxy_that_cannot_be_used_is_said_and_not_quoted() -> None:
    socks = f"socks5://me:{SECRET}@127.0.0.1:1080"
    async with provider_behind("http://api.example/v1", ALL_PROXY=socks) as provider:
        error = await failure_of(provider)
    assert error.message == (
        "could not be reached: ALL_PROXY names a SOCKS proxy, and only HTTP ones can be used"
    )
