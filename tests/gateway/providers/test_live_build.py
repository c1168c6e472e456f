"""Which vendors are built from an environment, and how they are asked."""

from __future__ import annotations

from datetime import date

import pytest

from speko_gateway.provider import FailureCode, ProviderError
from speko_gateway.providers.vendors.catalogue import VENDORS
from speko_gateway.providers.vendors.live import LiveProvider, build_live_providers
from speko_gateway.providers.vendors.upstream import Upstream
from tests.gateway.providers.vendor_server import ask, drain, vendor_server, wire


def test_nothing_configured_nothing_built() -> None:
    assert build_live_providers({"PATH": "/bin", "OPENAI_API_KEY": " "}) == {}


@pytest.mark.parametrize("vendor", [row for row in VENDORS.values() if row.needs_key])
def test_a_key_is_enough(vendor: object) -> None:
    row = VENDORS[vendor.id]  # type: ignore[attr-defined]
    built = build_live_providers({row.key_env[0]: "test-key"})
    assert list(built) == [row.id]
    assert built[row.id].models == row.models
    assert built[row.id].base_url == row.base_url
    assert (built[row.id].kind, built[row.id].words) == ("live", None)


def test_a_local_server_is_built_when_it_is_named() -> None:
    env = {
        "OLLAMA_HOST": "0.0.0.0",  # noqa: S104 (what people have set, for the server)
        "SPEKO_VLLM_BASE_URL": "http://127.0.0.1:9000/v1/",
        "SPEKO_VLLM_MODELS": "qwen3, qwen3,gemma",
        "VLLM_API_KEY": "test-key",
    }
    built = build_live_providers(env)
    assert {name: one.base_url for name, one in built.items()} == {
        "ollama": "http://127.0.0.1:11434/v1",
        "vllm": "http://127.0.0.1:9000/v1",
    }
    assert built["vllm"].models == ("qwen3", "gemma")
    assert built["ollama"].unavailable_reason("llama3.2") is None


def test_any_number_of_custom_servers() -> None:
    env = {
        "SPEKO_CUSTOM_BASE_URL": "http://127.0.0.1:1/api",
        "SPEKO_CUSTOM_MODELS": "one",
        "SPEKO_CUSTOM_BIG_BOX_BASE_URL": "http://127.0.0.1:2/v1/chat/completions",
        "SPEKO_CUSTOM_BIG_BOX_API_KEY": "test-key",
    }
    built = build_live_providers(env)
    assert {name: (one.base_url, one.models) for name, one in built.items()} == {
        "custom": ("http://127.0.0.1:1/api", ("one",)),
        "custom-big-box": ("http://127.0.0.1:2/v1", ()),
    }


@pytest.mark.parametrize(
    ("variable", "given", "used"),
    [
        ("OPENAI", "http://127.0.0.1:1", "http://127.0.0.1:1/v1"),
        ("OPENAI", "http://127.0.0.1:1/proxy/", "http://127.0.0.1:1/proxy"),
        ("OPENAI", "http://127.0.0.1:1/v1/v1/chat/completions?a=b", "http://127.0.0.1:1/v1"),
        ("OPENAI", "http://127.0.0.1:1?api-version=1", "http://127.0.0.1:1/v1?api-version=1"),
        ("GROQ", "https://api.groq.com", "https://api.groq.com/openai/v1"),
        ("GROQ", "https://api.groq.com/openai/", "https://api.groq.com/openai/v1"),
        ("GROQ", "https://groq.example/", "https://groq.example/v1"),
        ("ANTHROPIC", "http://127.0.0.1:1/v1/messages", "http://127.0.0.1:1"),
        ("ANTHROPIC", "http://127.0.0.1:1/v1", "http://127.0.0.1:1"),
        ("GEMINI", "http://127.0.0.1:1/v1beta/", "http://127.0.0.1:1"),
    ],
)
def test_a_base_url_may_come_with_or_without_its_version(
    variable: str, given: str, used: str
) -> None:
    prefix = "GOOGLE" if variable == "GEMINI" else variable
    env = {f"{variable}_API_KEY": "test-key", f"SPEKO_{prefix}_BASE_URL": given}
    assert [one.base_url for one in build_live_providers(env).values()] == [used]


@pytest.mark.parametrize(
    "url", ["http://[nonsense", "ftp://127.0.0.1/v1", "127.0.0.1:80", "http://"]
)
def test_a_base_url_that_is_none_stops_nobody_else(url: str) -> None:
    env = {"SPEKO_CUSTOM_BASE_URL": url, "OPENAI_API_KEY": "test-key", "OLLAMA_HOST": "[oops"}
    built = build_live_providers(env)
    assert sorted(built) == ["custom", "ollama", "openai"]
    assert "base URL" in (built["custom"].unavailable_reason("any") or "")
    assert "base URL" in (built["ollama"].unavailable_reason("any") or "")
    assert built["openai"].unavailable_reason("gpt-4o") is None


def test_a_user_in_the_address_and_a_key_are_one_too_many() -> None:
    env = {"SPEKO_CUSTOM_BASE_URL": "https://user:pass@box.example/v1"}
    alone = build_live_providers(env)["custom"]
    both = build_live_providers({**env, "SPEKO_CUSTOM_API_KEY": "test-key"})["custom"]
    assert alone.problem is None
    assert both.problem == "the base URL of Custom server has a user in it, and there is a key too"


def test_no_representation_shows_the_key() -> None:
    provider = build_live_providers({"OPENAI_API_KEY": "sk-secret"})["openai"]
    assert "sk-secret" not in f"{provider!r} {provider} {provider.vendor}"


def test_a_retired_model_says_since_when() -> None:
    provider = build_live_providers({"ANTHROPIC_API_KEY": "test-key"})["anthropic"]
    reason = provider.unavailable_reason("claude-3-5-haiku")
    assert reason == "Anthropic retired claude-3-5-haiku on 2026-02-19"
    assert provider.unavailable_reason("claude-haiku-5-5") is None


def test_a_server_of_ones_own_may_still_have_a_retired_model() -> None:
    env = {"ANTHROPIC_API_KEY": "test-key", "SPEKO_ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}
    assert build_live_providers(env)["anthropic"].unavailable_reason("claude-3-5-haiku") is None


@pytest.mark.parametrize(
    ("key", "reason"), [(None, "needs a key (OPENAI_API_KEY)"), ("a\nb", "has characters")]
)
async def test_without_a_usable_key_nothing_is_sent(key: str | None, reason: str) -> None:
    async with vendor_server() as server:
        provider = LiveProvider(VENDORS["openai"], Upstream(), key=key, base_url=server.url)
        assert reason in (provider.unavailable_reason("gpt-4o") or "")
        with pytest.raises(ProviderError, match="was not asked") as caught:
            await drain(provider, ask())
    assert caught.value.code is FailureCode.AUTH_FAILED
    assert server.seen == []


async def test_another_key_goes_over_the_same_connection() -> None:
    async with vendor_server(chunks=[wire("openai-text")]) as server:
        provider = server.provider(key="first")
        guest = provider.with_credentials(key="second")
        for one in (provider, guest):
            assert [event async for event in one.stream(ask())]
        await provider.close()
        assert len(server.peers) == 1
    sent = [seen.headers["authorization"] for seen in server.seen]
    assert sent == ["Bearer first", "Bearer second"]


async def test_a_local_server_without_key_gets_no_authorization() -> None:
    async with vendor_server(chunks=[wire("llamacpp-text")]) as server:
        env = {"SPEKO_LLAMACPP_BASE_URL": server.url}
        await drain(build_live_providers(env)["llamacpp"], ask("model.gguf"))
    assert "authorization" not in server.seen[0].headers


def test_every_row_is_called_by_its_id() -> None:
    assert all(name == row.id and row.name for name, row in VENDORS.items())
    assert len({row.env_prefix for row in VENDORS.values()}) == len(VENDORS)


@pytest.mark.parametrize(
    ("today", "reason", "retires"),
    [
        (date(2027, 1, 13), None, date(2027, 1, 14)),
        (date(2027, 1, 14), "OpenAI retired gpt-4o on 2027-01-14", None),
        (date(2030, 1, 1), "OpenAI retired gpt-4o on 2027-01-14", None),
    ],
)
def test_an_announced_retirement(today: date, reason: str | None, retires: date | None) -> None:
    provider = build_live_providers({"OPENAI_API_KEY": "test-key"}, today=lambda: today)["openai"]
    assert provider.unavailable_reason("gpt-4o") == reason
    assert provider.retires_on("gpt-4o") == retires
    assert provider.retires_on("gpt-6-luna") is None
    elsewhere = provider.with_credentials(key="k", base_url="https://proxy.example/v1")
    assert elsewhere.unavailable_reason("gpt-4o") is None
    assert elsewhere.retires_on("gpt-4o") is None
