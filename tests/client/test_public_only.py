"""A client that connects to public addresses only, decided with the address it connects to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from speko_client import Speko, SpekoConnectionError
from tests.client.calls import HELLO
from tests.client.drivers import AwaitedSpeko
from tests.client.wire_server import WireServer, buffered, wire

NAME = "speko.example"
Names = Callable[..., None]


@pytest.fixture(params=[Speko, AwaitedSpeko], ids=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> Any:
    """Either client."""
    return request.param


@pytest.fixture
def leads_to(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Has the system find these addresses for the name, whatever the port."""
    real = socket.getaddrinfo

    def set_to(*addresses: str) -> None:
        def found(host: Any, port: Any, *more: Any, **options: Any) -> Any:
            if host != NAME:
                return real(host, port, *more, **options)
            families = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
            return [
                (family, socket.SOCK_STREAM, 6, "", (each, port))
                for family, each in zip(families, addresses, strict=True)
            ]

        monkeypatch.setattr(socket, "getaddrinfo", found)

    return set_to


@pytest.fixture
def all_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine counts as a public address: no test leaves it."""
    monkeypatch.setattr("speko_client.public_only.is_public", lambda _: True)


def named(server: WireServer) -> str:
    """The server's URL by the name."""
    return server.url.replace("127.0.0.1", NAME)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.7"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["::127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["2001:0:7f00:1::"],
        ["fe80::1%eth0"],
        ["93.184.215.14", "127.0.0.1"],
    ],
)
def test_a_name_that_leads_to_something_private_is_not_called(
    kind: Any, leads_to: Names, server: WireServer, addresses: list[str]
) -> None:
    leads_to(*addresses)
    client = kind(api_key="test-key", base_url=named(server), public_only=True)
    with pytest.raises(SpekoConnectionError, match="it has a private address"):
        client.complete(**HELLO)
    client.close()
    assert server.requests == []


def test_a_private_address_itself_is_not_called_either(kind: Any, server: WireServer) -> None:
    client = kind(api_key="test-key", base_url=server.url, public_only=True)
    with pytest.raises(SpekoConnectionError, match="it has a private address"):
        client.complete(**HELLO)
    client.close()
    assert server.requests == []


def test_a_name_that_nobody_knows_is_told_as_that(kind: Any, leads_to: Names) -> None:
    leads_to()
    client = kind(api_key="test-key", base_url=f"http://{NAME}", public_only=True)
    with pytest.raises(SpekoConnectionError, match=f"there is no host {NAME}"):
        client.complete(**HELLO)
    client.close()


@pytest.mark.usefixtures("all_public")
def test_a_public_one_is_called_by_its_name_at_the_first_address_that_answers(
    kind: Any, leads_to: Names, server: WireServer
) -> None:
    server.script(buffered(wire("answer-first-generation.json")))
    leads_to("127.0.0.9", "127.0.0.1")
    client = kind(api_key="test-key", base_url=named(server), public_only=True)
    assert client.complete(**HELLO).text
    client.close()
    assert server.requests[0].headers["host"] == named(server).removeprefix("http://")


@pytest.mark.usefixtures("all_public")
def test_tls_goes_by_the_name(kind: Any, leads_to: Names) -> None:
    leads_to("127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        hello: list[bytes] = []

        def listen() -> None:
            caller, _ = listener.accept()
            with caller:
                hello.append(caller.recv(4096))

        listening = threading.Thread(target=listen)
        listening.start()
        url = f"https://{NAME}:{listener.getsockname()[1]}"
        client = kind(api_key="test-key", base_url=url, public_only=True)
        with pytest.raises(SpekoConnectionError):
            client.complete(**HELLO)
        client.close()
        listening.join()
    assert NAME.encode() in hello[0]


def test_unless_asked_for_private_addresses_are_called(kind: Any, server: WireServer) -> None:
    server.script(buffered(wire("answer-first-generation.json")))
    client = kind(api_key="test-key", base_url=server.url)
    assert client.complete(**HELLO).text
    client.close()
