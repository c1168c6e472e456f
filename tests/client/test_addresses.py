"""Which addresses are public, and that pages and gateway judge every address alike."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playground.servers.address_guard import AddressRefusedError, checked_address
from speko_client.addresses import is_loopback, is_public
from speko_gateway.providers.vendors.connections import public_socket
from speko_gateway.providers.vendors.reaching import PrivateAddressError

PRIVATE = (
    "0.0.0.0",  # noqa: S104 (an address that is asked about, not bound)
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
)
WITH_A_PRIVATE_ADDRESS_INSIDE = (
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:10.0.0.1%eth0",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a00:7::1",
    "2001:0:7f00:1::",
    "2001:0:0:0:0:0:80ff:fffe",
)
TUNNELS_TO_A_PUBLIC_ADDRESS = (
    "::8.8.8.8",
    "64:ff9b:1::808:808",
    "2002:808:808::1",
    "2001:0:808:808::f7f7:f7f7",
)
PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
)

EMBEDDINGS = {
    "IPv4-mapped": lambda inner: 0xFFFF << 32 | inner,
    "IPv4-translated": lambda inner: 0xFFFF << 48 | inner,
    "IPv4-compatible": lambda inner: inner,
    "NAT64": lambda inner: 0x64FF9B << 96 | inner,
    "local NAT64": lambda inner: 0x64FF9B0001 << 80 | inner,
    "6to4": lambda inner: 0x2002 << 112 | inner << 80 | 1,
    "Teredo": lambda inner: 0x20010000 << 96 | 0x08080808 << 64 | inner ^ 0xFFFFFFFF,
}

v4 = st.ip_addresses(v=4).map(str)
v6 = st.ip_addresses(v=6).map(str)
embedded = st.builds(
    lambda form, inner: str(IPv6Address(form(int(inner)))),
    st.sampled_from(list(EMBEDDINGS.values())),
    st.ip_addresses(v=4) | st.sampled_from([IPv4Address("8.8.8.8"), IPv4Address("127.0.0.1")]),
)
scoped = st.builds("{}%{}".format, v6 | embedded, st.sampled_from(["eth0", "1"]))


def page_takes(address: str) -> bool:
    """Whether a shared playground takes a name that resolves to this address."""
    try:
        checked_address("https://name.example", private_allowed=False, resolve=lambda *_: [address])
    except AddressRefusedError:
        return False
    return True


def gateway_connects(address: str) -> bool:
    """Whether a gateway makes a socket to this address, for a caller who vouches for none."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    info: Any = (family, socket.SOCK_STREAM, 6, "", (address, 443))
    try:
        public_socket(info).close()
    except PrivateAddressError:
        return False
    return True


@pytest.mark.parametrize(
    "address", PRIVATE + WITH_A_PRIVATE_ADDRESS_INSIDE + TUNNELS_TO_A_PUBLIC_ADDRESS
)
def test_what_is_not_known_to_be_public_is_refused(address: str) -> None:
    assert not is_public(address)
    assert not page_takes(address)
    assert not gateway_connects(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_taken(address: str) -> None:
    assert is_public(address)
    assert page_takes(address)
    assert gateway_connects(address)


@pytest.mark.parametrize("text", ["", "name.example", "8.8.8", "2130706433", "8.8.8.8:443"])
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)


@given(v4 | v6 | embedded | scoped)
@example("64:ff9b:1::a00:1")
@example("2002:808:808::1")
@example("::127.0.0.1")
def test_pages_and_gateway_judge_every_address_alike(address: str) -> None:
    assert page_takes(address) == gateway_connects(address) == is_public(address)


@given(st.ip_addresses(v=4), st.sampled_from(list(EMBEDDINGS)))
def test_no_form_makes_a_private_address_public(inner: IPv4Address, form: str) -> None:
    outer = str(IPv6Address(EMBEDDINGS[form](int(inner))))
    assert is_public(outer) <= is_public(str(inner))
    if form in {"IPv4-mapped", "NAT64"}:
        assert is_public(outer) == is_public(str(inner))


@given(v6 | embedded)
def test_a_scope_makes_no_address_public(address: str) -> None:
    assert is_public(f"{address}%eth0") <= is_public(address)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("", False),
        ("0.0.0.0", False),  # noqa: S104
        ("10.0.0.1", False),
        ("::127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
    ],
)
def test_this_machine_is_known_by_its_notation(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@given(v4 | v6 | embedded)
def test_this_machine_is_not_public(address: str) -> None:
    assert not (is_loopback(address) and is_public(address))
