"""Proxies of the environment: who is reached through one, and that no password is ever shown."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client import AsyncSpeko, Speko, SpekoApiError, SpekoRequestError
from speko_client.proxies import Proxies, Proxy, ProxyError
from tests.client.calls import HELLO
from tests.client.wire_server import WireServer, buffered, refused, wire

PROXY = "http://proxy.example:3128"
SECRET = "pa55-word"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """This process's environment without a proxy."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


def way(url: str, **variables: str) -> str | None:
    found = Proxies.of(variables).leading_to(url)
    return found.url if found else None


@pytest.mark.parametrize(
    ("url", "variables", "proxy"),
    [
        ("https://api.example/v1", {"HTTPS_PROXY": PROXY}, PROXY),
        ("https://api.example/v1", {"https_proxy": PROXY, "HTTPS_PROXY": "http://x:1"}, PROXY),
        ("https://api.example/v1", {"HTTP_PROXY": PROXY}, None),
        ("http://api.example/v1", {"HTTP_PROXY": PROXY}, PROXY),
        ("http://api.example/v1", {"ALL_PROXY": PROXY}, PROXY),
        ("https://api.example/v1", {"HTTPS_PROXY": " ", "ALL_PROXY": PROXY}, PROXY),
        ("https://api.example/v1", {"HTTPS_PROXY": "proxy.example:3128"}, PROXY),
        ("https://api.example/v1", {"HTTPS_PROXY": "https://p.example/"}, "https://p.example:443"),
        ("https://api.example/v1", {"HTTPS_PROXY": "[fd00::1]:80"}, "http://[fd00::1]:80"),
        ("http://10.1.2.3:8000/v1", {"HTTP_PROXY": PROXY}, PROXY),
        ("https://api.example/v1", {}, None),
    ],
)
def test_the_scheme_decides_and_small_letters_come_first(
    url: str, variables: dict[str, str], proxy: str | None
) -> None:
    assert way(url, **variables) == proxy


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8790", "http://[::1]:8790", "http://localhost", "http://a.localhost"]
)
def test_this_machine_is_reached_without_a_proxy(url: str) -> None:
    assert way(url, HTTP_PROXY=PROXY, ALL_PROXY=PROXY) is None
    assert way("http://127.0.0.1.example", HTTP_PROXY=PROXY) == PROXY


@pytest.mark.parametrize(
    ("entry", "url", "excepted"),
    [
        ("*", "https://api.example", True),
        ("api.example", "https://api.example", True),
        ("API.Example.", "https://api.example/v1", True),
        ("api.example", "https://eu.api.example", True),
        (".api.example", "https://eu.api.example", True),
        (".api.example", "https://api.example", True),
        ("*.api.example", "https://eu.api.example", True),
        ("api.example", "https://myapi.example", False),
        ("a.example, api.example", "https://api.example", True),
        ("a.example api.example", "https://api.example", True),
        ("api.example:443", "https://api.example", True),
        ("api.example:8443", "https://api.example", False),
        ("10.0.0.0/8", "https://10.1.2.3:8000", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("10.0.0.0/8", "https://host10.example", False),
        ("10.1.2.3", "https://10.1.2.3", True),
        ("10.1.2.3:9", "https://10.1.2.3:8", False),
        (".2.3", "https://10.1.2.3", False),
        ("fd00::/8", "https://[fd00::7]", True),
        ("[fd00::7]:443", "https://[fd00::7]", True),
        ("FD00::7", "https://[fd00:0::7]", True),
        ("https://api.example", "https://api.example", True),
        (",, ,.,", "https://api.example", False),
        ("10.0.0.0/99", "https://10.1.2.3", False),
    ],
)
def test_exceptions_are_read_in_every_form(entry: str, url: str, excepted: bool) -> None:
    assert way(url, HTTPS_PROXY=PROXY, NO_PROXY=entry) == (None if excepted else PROXY)
    assert way(url, HTTPS_PROXY=PROXY, no_proxy=entry, NO_PROXY="*") == (
        None if excepted else PROXY
    )


@given(entry=st.text(), host=st.from_regex(r"[a-z0-9.]{1,20}", fullmatch=True))
def test_no_exception_raises_anything(entry: str, host: str) -> None:
    assert way(f"https://{host}", HTTPS_PROXY=PROXY, NO_PROXY=entry) in (None, PROXY)


def test_user_and_password_are_kept_apart_and_not_shown() -> None:
    proxies = Proxies.of({"HTTPS_PROXY": f"http://us%40er:{SECRET}%21@proxy.example:3128"})
    found = proxies.leading_to("https://api.example")
    assert found == Proxy(PROXY, "us@er", f"{SECRET}!")
    assert SECRET not in f"{proxies} {found}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (f"socks5://u:{SECRET}@proxy.example", "ALL_PROXY names a SOCKS proxy"),
        (f"ftp://u:{SECRET}@proxy.example", "ALL_PROXY names no HTTP proxy"),
        (f"http://u:{SECRET}@", "ALL_PROXY names no HTTP proxy"),
        (f"http://u:{SECRET}@proxy.example:99999", "ALL_PROXY is no URL"),
        (f"http://u:{SECRET}@[oops", "ALL_PROXY is no URL"),
    ],
)
@pytest.mark.parametrize("kind", [Speko, AsyncSpeko])
def test_a_proxy_that_cannot_be_used_is_named_and_not_quoted(
    kind: type[Any], value: str, said: str, environment: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ProxyError, match=said) as caught:
        way("https://api.example", ALL_PROXY=value)
    assert SECRET not in str(caught.value)
    environment.setenv("ALL_PROXY", value)
    with pytest.raises(SpekoRequestError, match=f"https://api.example cannot be reached: {said}"):
        kind(api_key="test-key", base_url="https://api.example")
    kind(api_key="test-key", base_url="http://127.0.0.1:9")


def test_the_client_asks_the_proxy_with_its_password(
    server: WireServer, environment: pytest.MonkeyPatch
) -> None:
    server.script(buffered(wire("answer-first-generation.json")))
    address = server.url.removeprefix("http://")
    environment.setenv("HTTP_PROXY", f"http://me:{SECRET}@{address}")
    with Speko(api_key="test-key", base_url="http://api.example") as client:
        client.complete(**HELLO)
    (request,) = server.requests
    assert request.line.startswith("POST http://api.example/v1/complete")
    basic = base64.b64encode(f"me:{SECRET}".encode()).decode()
    assert request.headers["proxy-authorization"] == f"Basic {basic}"


def test_a_proxy_that_refuses_is_an_error_of_ours_without_the_password(
    server: WireServer, environment: pytest.MonkeyPatch
) -> None:
    server.script(buffered(b"", "407 Proxy Authentication Required"))
    address = server.url.removeprefix("http://")
    environment.setenv("HTTPS_PROXY", f"http://me:{SECRET}@{address}")
    with (
        Speko(api_key="test-key", base_url="https://api.example") as client,
        pytest.raises(SpekoApiError, match="407 Proxy Authentication Required") as caught,
    ):
        client.complete(**HELLO)
    assert SECRET not in str(caught.value)


def test_an_error_does_not_repeat_the_password_that_the_proxy_was_sent(
    server: WireServer, environment: pytest.MonkeyPatch
) -> None:
    server.script(refused("502 Bad Gateway", f"You sent {SECRET}.", "BAD"))
    address = server.url.removeprefix("http://")
    environment.setenv("HTTP_PROXY", f"http://me:{SECRET}@{address}")
    with (
        Speko(api_key="test-key", base_url="http://api.example") as client,
        pytest.raises(SpekoApiError, match=r"You sent \[key\]\.") as caught,
    ):
        client.complete(**HELLO)
    assert SECRET not in f"{caught.value} {caught.value.body}"


def test_without_one_the_client_goes_straight(
    server: WireServer, environment: pytest.MonkeyPatch
) -> None:
    server.script(buffered(wire("answer-first-generation.json")))
    environment.setenv("HTTP_PROXY", "http://proxy.example:3128")
    with Speko(api_key="test-key", base_url=server.url) as client:
        client.complete(**HELLO)
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", [Speko, AsyncSpeko])
def test_an_address_that_must_be_public_is_asked_without_a_proxy(
    kind: type[Any], environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("HTTP_PROXY", "socks5://proxy.example")
    kind(api_key="test-key", base_url="http://api.example", public_only=True)
