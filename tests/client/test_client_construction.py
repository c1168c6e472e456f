"""What a client is made of, and what it never shows."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from speko_client import AsyncSpeko, Speko, SpekoApiError, SpekoAuthError, __version__
from speko_client.errors import SpekoRateLimitError
from speko_client.server import Server

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.parametrize("kind", [Speko, AsyncSpeko])


@pytest.mark.parametrize("key", [None, "", "  "])
def test_a_missing_key_says_where_keys_come_from(kind: type[Any], key: str | None) -> None:
    with pytest.raises(ValueError, match=r"platform\.speko\.dev/agents/keys.*SPEKO_GATEWAY_KEY"):
        kind(api_key=key)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"base_url": "ftp://127.0.0.1"}, "base_url"),
        ({"base_url": "127.0.0.1:8790"}, "base_url"),
        ({"base_url": ""}, "base_url"),
        ({"base_url": "http://"}, "base_url"),
        ({"base_url": "http://a..b"}, "base_url"),
        ({"base_url": "http://\0"}, "base_url"),
        ({"base_url": "http://127.0.0.1:99999"}, "port"),
        ({"base_url": "http://me:hunter2@127.0.0.1"}, "api_key"),
        ({"base_url": "http://127.0.0.1?key=hunter2"}, "api_key"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("inf")}, "timeout"),
        ({"max_retries": -1}, "max_retries"),
        ({"api_key": "hunter2\nX-Evil: 1"}, "API key"),
        ({"api_key": "hünter2"}, "API key"),
    ],
)
def test_a_bad_argument_is_named_and_no_secret_quoted(
    kind: type[Any], options: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=named) as refused:
        kind(**{"api_key": "test-key", **options})
    assert "hunter2" not in str(refused.value)
    assert "hünter2" not in str(refused.value)


def test_the_key_is_in_no_repr(kind: type[Any]) -> None:
    server = Server.checked(" test-key ", "https://api.speko.dev/", 30)
    assert server.api_key == "test-key"
    assert "test-key" not in repr(server)
    assert repr(kind(api_key="test-key")) == f"{kind.__name__}(base_url='https://api.speko.dev')"


def test_errors_are_made_as_the_official_sdks_are(kind: type[Any]) -> None:
    assert (SpekoApiError("m", 418).code, str(SpekoApiError("m", 418))) == ("UNKNOWN", "m")
    assert (SpekoAuthError().status, SpekoAuthError("m").code) == (401, "AUTH_ERROR")
    limited = SpekoRateLimitError("m", 3)
    assert (limited.status, limited.code, limited.retry_after) == (429, "RATE_LIMITED", 3)


def test_the_version_stands_in_one_place(kind: type[Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project.get("version", __version__) == __version__
