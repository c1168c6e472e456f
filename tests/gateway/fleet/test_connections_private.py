"""A gateway that others can reach leads no caller to what only its host can reach."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from speko_gateway.config import private_urls_allowed
from speko_gateway.errors import SetupError
from speko_gateway.providers.vendors.connections import public_socket
from speko_gateway.providers.vendors.reaching import PrivateAddressError
from tests.gateway.fleet.connections_header import connections
from tests.gateway.fleet.test_connections_by_request import ask, made
from tests.gateway.fleet.test_connections_page import LISTED, check, listed
from tests.gateway.process import KEY, environment, running
from tests.gateway.providers.vendor_server import vendor_server, wire
from tests.gateway.served import serving

NOTATIONS = ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]")
ODD_NOTATIONS = ("127.1", "2130706433")


def test_the_address_counts_that_is_about_to_be_connected_to() -> None:
    info: Any = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))
    public_socket(info).close()
    with pytest.raises(PrivateAddressError):
        public_socket((*info[:4], ("10.0.0.1", 443)))


def brought(url: str) -> dict[str, Any]:
    """A server of one's own, a vendor moved there, and a local server."""
    return {
        "custom-lab": {"baseUrl": url, "models": ["m"]},
        "openai": {"key": "mine", "baseUrl": url},
        "ollama": {"baseUrl": url, "models": ["m"]},
    }


@pytest.mark.parametrize("host", [*NOTATIONS, *ODD_NOTATIONS])
@pytest.mark.parametrize("by_caller", [False, True])
async def test_a_private_address_is_not_called_in_any_notation(host: str, by_caller: bool) -> None:
    async with (
        vendor_server(chunks=[wire("openai-text")]) as inside,
        serving(made(private_urls=by_caller)) as client,
    ):
        url = f"http://{host}:{urlsplit(inside.url).port}/v1"
        headers = connections(brought(url), publicOnly=by_caller)
        for vendor in ("custom-lab", "openai", "ollama"):
            found = await check(client, vendor, headers)
            assert (found["ok"], found["code"]) == (False, "CONNECT_FAILED")
            assert ("private address" in found["message"]) is (host in NOTATIONS)
        answer = await ask(client, headers, "custom-lab", "openai:gpt-4o", "ollama")
        assert {each["code"] for each in answer["attempts"]} == {"CONNECT_FAILED"}
        assert len(answer["attempts"]) == 3
        assert not inside.seen


async def test_a_name_that_turns_to_a_private_address_is_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with (
        vendor_server(chunks=[LISTED]) as inside,
        serving(made(private_urls=False)) as client,
    ):
        port = urlsplit(inside.url).port
        turned = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        usual = socket.getaddrinfo

        def rebound(host: Any, *args: Any, **options: Any) -> Any:
            return turned if host == "rebound.example" else usual(host, *args, **options)

        monkeypatch.setattr(socket, "getaddrinfo", rebound)
        url = f"http://rebound.example:{port}"
        found = await check(client, "custom-lab", connections({"custom-lab": {"baseUrl": url}}))
    assert "private address" in found["message"]
    assert not inside.seen


async def test_what_the_owner_named_may_be_private_and_stays_so() -> None:
    async with vendor_server(content_type="application/json", chunks=[LISTED]) as house:
        env = {"OLLAMA_HOST": house.url, "SPEKO_CUSTOM_LAB_BASE_URL": house.url}
        async with serving(made(env, private_urls=False)) as client:
            same = {"custom-lab": {"key": "mine", "baseUrl": f"{house.url}/v1"}}
            results = [await check(client, "ollama"), await check(client, "custom-lab")]
            results.append(await check(client, "custom-lab", connections(same)))
            rows = await listed(client, {})
    assert [each["ok"] for each in results] == [True] * 3
    assert rows["ollama"]["running"] is True


async def test_local_servers_are_not_looked_for_on_others_behalf() -> None:
    async with serving(made(private_urls=False)) as client:
        rows = await listed(client, {})
        found = await check(client, "vllm")
    assert {row["running"] for row in rows.values()} == {None}
    assert "private address" in found["message"]


@pytest.mark.parametrize(
    ("flag", "setting", "bound", "allowed"),
    [
        (False, "", "127.0.0.1", True),
        (False, "auto", "::1", True),
        (False, "", "0.0.0.0", False),  # noqa: S104
        (False, "", "::", False),
        (False, " True ", "0.0.0.0", True),  # noqa: S104
        (True, "", "0.0.0.0", True),  # noqa: S104
        (False, "false", "127.0.0.1", False),
        (True, "false", "127.0.0.1", True),
    ],
)
def test_who_may_name_private_addresses(
    flag: bool, setting: str, bound: str, allowed: bool
) -> None:
    env = {"SPEKO_ALLOW_PRIVATE_URLS": setting}
    assert private_urls_allowed(flag, env, bound) is allowed


def test_a_setting_that_says_nothing_usable_is_told() -> None:
    with pytest.raises(SetupError, match="SPEKO_ALLOW_PRIVATE_URLS takes auto, true or false"):
        private_urls_allowed(False, {"SPEKO_ALLOW_PRIVATE_URLS": "maybe"}, "127.0.0.1")


@pytest.mark.parametrize(
    ("options", "env", "called"),
    [
        ((), {}, True),
        (("--host", "0.0.0.0"), {}, False),  # noqa: S104
        (("--host", "0.0.0.0", "--allow-private-urls"), {}, True),  # noqa: S104
        (("--host", "127.0.0.1"), {"SPEKO_ALLOW_PRIVATE_URLS": "false"}, False),
    ],
)
async def test_the_process_decides_by_what_it_is_bound_to(
    tmp_path: Path, options: tuple[str, ...], env: dict[str, str], called: bool
) -> None:
    async with vendor_server(content_type="application/json", chunks=[LISTED]) as inside:
        with running(tmp_path, *options, env=environment(tmp_path, **env)) as gateway:
            url = gateway.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
            headers = {"authorization": f"Bearer {KEY}"}
            async with httpx.AsyncClient(base_url=url, headers=headers) as client:
                own = connections({"custom-lab": {"baseUrl": inside.url}})
                found = await check(client, "custom-lab", own)
    assert found["ok"] is called
    assert bool(inside.seen) is called
