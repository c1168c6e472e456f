"""``OLLAMA_HOST``: the values that Ollama's own tests list, and what people set."""

from __future__ import annotations

import pytest

from speko_gateway.providers.vendors.live import build_live_providers

HOSTS = {
    "box": "http://box:11434/v1",
    "box:1234": "http://box:1234/v1",
    "box:": "http://box:11434/v1",
    ":1234": "http://127.0.0.1:1234/v1",
    "1.2.3.4": "http://1.2.3.4:11434/v1",
    "1.2.3.4:1234": "http://1.2.3.4:1234/v1",
    "0.0.0.0": "http://127.0.0.1:11434/v1",  # noqa: S104
    "0.0.0.0:1234": "http://127.0.0.1:1234/v1",
    "::": "http://[::1]:11434/v1",
    "[::]:1234": "http://[::1]:1234/v1",
    "::1": "http://[::1]:11434/v1",
    "[::1]": "http://[::1]:11434/v1",
    "[::1]:11435": "http://[::1]:11435/v1",
    "http://1.2.3.4": "http://1.2.3.4/v1",
    "http://1.2.3.4:1234": "http://1.2.3.4:1234/v1",
    "https://box": "https://box/v1",
    "https://box:1234": "https://box:1234/v1",
    "https://box/": "https://box/v1",
    "https://box/ollama": "https://box/ollama/v1",
    "https://box/ollama/": "https://box/ollama/v1",
    "http://box:11434/v1": "http://box:11434/v1",
    "box/ollama": "http://box:11434/ollama/v1",
    "box:66000": "http://box:11434/v1",
    "box:-1": "http://box:11434/v1",
    "https://box:66000": "https://box/v1",
    '"1.2.3.4"': "http://1.2.3.4:11434/v1",
    "' 1.2.3.4 '": "http://1.2.3.4:11434/v1",
    '" :1234 "': "http://127.0.0.1:1234/v1",
    "ollama.com": "https://ollama.com/v1",
}


@pytest.mark.parametrize("value", HOSTS)
def test_it_is_read_as_ollama_reads_it(value: str) -> None:
    provider = build_live_providers({"OLLAMA_HOST": value})["ollama"]
    assert (provider.base_url, provider.problem) == (HOSTS[value], None)


@pytest.mark.parametrize("value", ["[oops", "ftp://box", "two words", "\\\\box"])
def test_what_is_no_address_says_so(value: str) -> None:
    provider = build_live_providers({"OLLAMA_HOST": value})["ollama"]
    assert "its base URL" in (provider.problem or "")
