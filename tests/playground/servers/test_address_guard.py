"""Which addresses a visitor of a shared playground may have called."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.servers.address_guard import (
    AddressRefusedError,
    checked_address,
    private_allowed,
    resolved,
)
from speko_client.addresses import AllowPrivate, is_public

PUBLIC = "93.184.215.14"


def shared(url: str, *addresses: str) -> str:
    """The address as a shared playground takes it, its host resolving to these."""
    return checked_address(url, private_allowed=False, resolve=lambda *_: addresses)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",  # noqa: S104
        "10.0.0.7",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:a00:7::1",
        "2001:0:0:0:0:0:80ff:fffe",
    ],
)
def test_what_lies_inside_is_refused_in_every_form(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(AddressRefusedError, match="private address"):
        shared("https://name.example", address)


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::1111", "64:ff9b::5db8:d70e"])
def test_public_addresses_are_taken(address: str) -> None:
    assert shared("https://name.example/base/", address) == "https://name.example/base"


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(AddressRefusedError):
        shared("https://name.example", PUBLIC, "10.0.0.7")


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433",
        "http://0x7f000001",
        "http://0x7f.1",
        "http://127.1:8080/v1",
        "http://0",
        "http://0xa9fea9fe",
    ],
)
def test_numeric_notations_count_by_what_the_system_reads(url: str) -> None:
    def reads(host: str, _port: int) -> list[str]:
        return [socket.inet_ntoa(socket.inet_aton(host))]

    with pytest.raises(AddressRefusedError, match="private address"):
        checked_address(url, private_allowed=False, resolve=reads)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:11434",
        "http://localhost",
        "http://LOCALHOST:1234",
        "http://[::1]:8000",
        "http://127。0。0。1",
    ],
)
def test_this_machine_is_refused_by_the_systems_own_resolver(url: str) -> None:
    with pytest.raises(AddressRefusedError, match="private address"):
        checked_address(url, private_allowed=False, resolve=resolved)


@pytest.mark.parametrize(
    "url",
    [
        "name.example",
        "ftp://name.example",
        "file:///etc/passwd",
        "http://",
        "http://good.example@127.0.0.1",
        "http://127.0.0.1#@good.example",
        "http://good.example?x=1",
        "http://good.example\\@127.0.0.1",
        "http://[fe80::1%25eth0]",
        "http://ex ample.example",
        "http://a%2eexample",
        "http://name.example:99999",
        "http://0177.0.0.1",
    ],
)
@pytest.mark.parametrize("private", [True, False])
def test_what_parsers_could_read_differently_is_no_address(url: str, private: bool) -> None:
    with pytest.raises(AddressRefusedError):
        checked_address(url, private_allowed=private, resolve=lambda *_: [PUBLIC])


def test_a_name_that_nobody_knows_is_told_as_that() -> None:
    with pytest.raises(AddressRefusedError, match=r"no host nowhere\.invalid"):
        checked_address("https://nowhere.invalid", private_allowed=False)


def test_where_private_addresses_are_allowed_nothing_is_looked_up() -> None:
    taken = checked_address("http://10.0.0.7:8000/v1/", private_allowed=True, resolve=_never)
    assert taken == "http://10.0.0.7:8000/v1"


def test_a_name_is_looked_up_again_at_each_use() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    def rebinding(_host: str, _port: int) -> list[str]:
        return next(answers)

    checked_address("https://name.example", private_allowed=False, resolve=rebinding)
    with pytest.raises(AddressRefusedError):
        checked_address("https://name.example", private_allowed=False, resolve=rebinding)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_inside_ipv6(address: object) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address))


@pytest.mark.parametrize(
    ("setting", "bound", "host", "visitor", "allowed"),
    [
        ("auto", "127.0.0.1", "localhost:8501", "127.0.0.1", True),
        ("auto", "localhost", "127.0.0.1:8501", None, True),
        ("auto", "::1", "[::1]:8501", "::1", True),
        ("auto", "127.0.0.1", None, None, True),
        ("auto", None, "localhost:8501", "127.0.0.1", False),
        ("auto", "", None, None, False),
        ("auto", "0.0.0.0", "localhost:8501", None, False),  # noqa: S104
        ("auto", "10.0.0.7", None, None, False),
        ("auto", "unix:///run/playground.sock", None, None, False),
        ("auto", "127.0.0.1", "playground.example", None, False),
        ("auto", "127.0.0.1", "localhost:8501", "10.0.0.9", False),
        ("true", "0.0.0.0", "playground.example", "10.0.0.9", True),  # noqa: S104
        ("false", "127.0.0.1", "localhost", "127.0.0.1", False),
    ],
)
def test_who_may_call_private_addresses(
    setting: AllowPrivate, bound: str | None, host: str | None, visitor: str | None, allowed: bool
) -> None:
    assert private_allowed(setting, bound, host, visitor) is allowed


def _never(_host: str, _port: int) -> list[str]:
    raise AssertionError("nothing should be looked up")
