"""Whose request it is: safe by default, and never by a header that anybody could have sent."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.settings import KnownBy
from playground.teams.cookie import VisitorCookie
from playground.teams.owner import MACHINE_OWNER
from playground.teams.rules import Rules, is_alone, is_secure
from playground.teams.visitor import (
    MACHINE_USER,
    TO_SIGN_IN,
    WITHOUT_COOKIE,
    WITHOUT_NAME,
    Kind,
    Visitor,
)
from tests.playground.asgi import scope

COOKIE = VisitorCookie("s" * 32)
LOOPBACK = ("localhost", "127.0.0.1")


def rules(by: KnownBy = "auto", *, alone: bool = True) -> Rules:
    """Rules with a proxy on this machine and a network of them."""
    networks = (ip_network("127.0.0.1/32"), ip_network("10.1.0.0/16"), ip_network("fd00::/64"))
    return Rules(by, alone, lambda: COOKIE, "x-forwarded-user", networks)


def test_on_this_machine_alone_there_is_nothing_to_do() -> None:
    assert rules().visitor(scope(), "127.0.0.1") == MACHINE_USER
    assert MACHINE_USER.owner == MACHINE_OWNER


@pytest.mark.parametrize(
    "header",
    [
        {"x_forwarded_for": "127.0.0.1"},
        {"x_forwarded_host": "localhost"},
        {"x_forwarded_proto": "http"},
        {"x_real_ip": "127.0.0.1"},
        {"forwarded": "for=127.0.0.1"},
        {"via": "1.1 proxy"},
    ],
)
def test_what_came_through_a_proxy_is_never_the_machines_user(header: dict[str, str]) -> None:
    assert rules().visitor(scope(**header), "127.0.0.1") == WITHOUT_COOKIE


def test_a_browser_is_known_by_its_cookie_where_others_come_by() -> None:
    cookie = COOKIE.for_visitor("a1", secure=False).partition(";")[0]
    for each in (rules(alone=False), rules("cookie")):
        assert each.visitor(scope(), "127.0.0.1") == WITHOUT_COOKIE
        visitor = each.visitor(scope(cookie=cookie), "127.0.0.1")
        assert (visitor.kind, visitor.owner) == ("browser", "browser:a1")
        assert COOKIE.may_forget("a1", visitor.forget)


def test_the_owner_may_say_that_everybody_is_one() -> None:
    assert rules("machine", alone=False).visitor(scope(via="x"), "203.0.113.7") == MACHINE_USER


@pytest.mark.parametrize(
    "peer", ["127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "fd00::1%eth0"]
)
def test_a_named_proxy_says_who_it_is(peer: str) -> None:
    visitor = rules("header").visitor(scope(x_forwarded_user="ada"), peer)
    assert visitor == Visitor("user", "ada")


@pytest.mark.parametrize("peer", ["10.2.0.1", "203.0.113.7", "fd01::1", "unix", "", None])
def test_from_anybody_else_the_header_says_nothing(peer: str | None) -> None:
    assert rules("header").visitor(scope(x_forwarded_user="ada"), peer) == WITHOUT_NAME


@pytest.mark.parametrize("name", ["", " ", "\t", "x" * 257])
def test_a_proxy_that_names_nobody_lets_nobody_in(name: str) -> None:
    assert rules("header").visitor(scope(x_forwarded_user=name), "127.0.0.1") == WITHOUT_NAME
    assert rules("header").visitor(scope(), "127.0.0.1") == WITHOUT_NAME


def test_two_names_are_none() -> None:
    request = scope(x_forwarded_user="ada")
    request["headers"].append((b"x-forwarded-user", b"eve"))
    assert rules("header").visitor(request, "127.0.0.1") == WITHOUT_NAME


def test_a_name_in_utf_8_is_read_as_such() -> None:
    request = scope(x_forwarded_user="Zoë".encode().decode("latin-1"))
    assert rules("header").visitor(request, "127.0.0.1").name == "Zoë"


def test_where_one_signs_in_no_header_and_no_cookie_counts() -> None:
    cookie = COOKIE.for_visitor("a1", secure=False).partition(";")[0]
    request = scope(cookie=cookie, x_forwarded_user="ada")
    assert rules("oidc").visitor(request, "127.0.0.1") == TO_SIGN_IN
    assert TO_SIGN_IN.owner is None


@pytest.mark.parametrize(
    ("bound", "hosts", "alone"),
    [
        ("127.0.0.1", LOOPBACK, True),
        ("localhost", (), True),
        ("::1", ("LOCALHOST",), True),
        ("127.0.0.1", (*LOOPBACK, "play.example.org"), False),
        ("127.0.0.1", ("*",), False),
        ("0.0.0.0", LOOPBACK, False),  # noqa: S104
        ("", LOOPBACK, False),
        (None, LOOPBACK, False),
        ("192.168.1.5", LOOPBACK, False),
    ],
)
def test_alone_is_only_who_listens_and_answers_here_alone(
    bound: str | None, hosts: tuple[str, ...], alone: bool
) -> None:
    assert is_alone(bound, hosts) is alone


def test_https_counts_where_the_browser_used_it() -> None:
    assert not is_secure(scope())
    assert is_secure(scope(x_forwarded_proto="https"))
    assert is_secure(scope(x_forwarded_proto="https, http"))
    assert is_secure({**scope(), "scheme": "wss"})


@given(st.sampled_from(["browser", "user", "account"]), st.text(), st.text())
def test_a_visitor_arrives_as_who_was_sent(kind: Kind, name: str, forget: str) -> None:
    visitor = Visitor(kind, name, forget)
    sent = visitor.in_a_header()
    assert sent.isascii()
    assert "\n" not in sent
    assert Visitor.from_header(sent) == visitor


@given(st.text(min_size=1), st.text(min_size=1))
def test_every_name_is_an_owner_of_its_own(one: str, other: str) -> None:
    owners = {Visitor("user", one).owner, Visitor("user", other).owner}
    assert len(owners) == len({one, other})
    assert Visitor("user", one).owner != Visitor("account", one).owner
    assert MACHINE_OWNER not in owners
    assert None not in owners


@given(st.text())
def test_no_other_text_is_a_visitor(text: str) -> None:
    try:
        visitor = Visitor.from_header(text)
    except ValueError:
        return
    assert text.split(" ")[0] == visitor.kind
