"""The visitor's cookie: ours and in time, or no cookie at all."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from playground.teams.cookie import (
    COOKIE_SECONDS,
    VisitorCookie,
    kept_secret,
    new_visitor,
    removal,
)

COOKIE = VisitorCookie("s" * 32)


def header(visitor: str, *, secure: bool = False) -> str:
    """The Cookie header of a browser that was given this cookie."""
    return COOKIE.for_visitor(visitor, secure=secure).partition(";")[0]


def test_a_browser_is_known_again() -> None:
    visitor = new_visitor()
    assert COOKIE.visitor_in(header(visitor), secure=False) == visitor
    assert COOKIE.visitor_in(f"a=b; {header(visitor)}; =; c", secure=False) == visitor
    assert new_visitor() != visitor


def test_scripts_never_see_it_and_other_sites_never_send_it() -> None:
    plain, secure = (COOKIE.for_visitor("a", secure=secure) for secure in (False, True))
    for cookie in (plain, secure):
        assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=15552000"} <= set(cookie.split("; "))
    assert "Secure" not in plain
    assert secure.startswith("__Host-")
    assert secure.endswith("; Secure")
    assert "Max-Age=0" in removal(secure=False)


def test_over_https_only_the_cookie_that_this_host_set_counts() -> None:
    assert COOKIE.visitor_in(header("a"), secure=True) is None
    assert COOKIE.visitor_in(header("a", secure=True), secure=True) == "a"
    both = f"{header('a')}; {header('b', secure=True)}"
    assert COOKIE.visitor_in(both, secure=False) == COOKIE.visitor_in(both, secure=True) == "b"


def test_another_secret_makes_another_cookie() -> None:
    other = VisitorCookie("t" * 32)
    assert other.visitor_in(header("a"), secure=False) is None
    assert not other.may_forget("a", COOKIE.forget_token("a"))


def test_it_ends_after_180_days(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = header("a")
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: int(time()) + COOKIE_SECONDS)
    assert COOKIE.visitor_in(cookie, secure=False) == "a"
    later = int(time()) + COOKIE_SECONDS + 60
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: later)
    assert COOKIE.visitor_in(cookie, secure=False) is None


@given(st.text(st.characters(max_codepoint=255)))
def test_no_forged_cookie_is_anybody(forged: str) -> None:
    assert COOKIE.visitor_in(forged, secure=False) is None
    assert COOKIE.visitor_in(f"speko_visitor={forged}", secure=False) is None
    assert COOKIE.visitor_in(f"{header('a')}{forged}", secure=False) in {None, "a"}
    assert not COOKIE.may_forget("a", forged)


def test_the_cookie_is_no_token_to_forget_and_the_token_no_cookie() -> None:
    assert COOKIE.may_forget("a", COOKIE.forget_token("a"))
    assert not COOKIE.may_forget("b", COOKIE.forget_token("a"))
    assert not COOKIE.may_forget("a", header("a").rpartition(".")[2])
    assert COOKIE.visitor_in(f"speko_visitor=a.{COOKIE.forget_token('a')}", secure=False) is None


def test_the_secret_is_made_once_and_for_our_eyes_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "visitor-secret"
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(lambda _: kept_secret(path), range(8)))
    assert len(secrets) == 1
    assert len(secrets.pop()) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["visitor-secret"]


def test_a_file_without_a_secret_is_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "visitor-secret"
    path.write_text("")
    with pytest.raises(OSError, match="32 characters"):
        kept_secret(path)
    with pytest.raises(OSError, match="below-a-file"):
        kept_secret(path / "below-a-file")
