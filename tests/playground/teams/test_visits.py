"""The middleware that hands out cookies and says whose WebSocket it is."""

from __future__ import annotations

import pytest

from playground.teams.cookie import VisitorCookie
from playground.teams.rules import Rules
from playground.teams.visitor import MACHINE_USER, VISITOR_HEADER, Visitor
from playground.teams.visits import Visits
from tests.playground.asgi import Behind, asked, scope, values

COOKIE = VisitorCookie("s" * 32)
STREAM = "/_stcore/stream"
FIRST_QUESTION = "/_stcore/host-config"


def by_cookie() -> Rules:
    """Visitors are told apart by their cookies."""
    return Rules("cookie", alone=False, cookie=lambda: COOKIE)


def alone() -> Rules:
    """Nobody but this machine's user."""
    return Rules("auto", alone=True, cookie=lambda: COOKIE)


async def cookies_set(visits: Visits, path: str, **headers: str) -> list[str]:
    """The cookies that an answer sets."""
    return values((await asked(visits, scope(path, **headers)))[0], "set-cookie")


async def named(visits: Visits, behind: Behind, **headers: str) -> list[str]:
    """The visitors that the application is told of for a WebSocket."""
    await asked(visits, scope(STREAM, kind="websocket", **headers))
    name = VISITOR_HEADER.encode()
    return [value.decode() for key, value in behind.reached[-1]["headers"] if key == name]


def sent_back(cookie: str) -> str:
    """What a browser sends that was given this cookie."""
    return cookie.partition(";")[0]


async def test_a_browser_gets_a_cookie_and_is_that_visitor_from_then_on() -> None:
    behind = Behind()
    visits = Visits(behind, by_cookie)
    (given,) = await cookies_set(visits, FIRST_QUESTION)
    (renewed,) = await cookies_set(visits, "/routing", accept="text/html", cookie=sent_back(given))
    (name,) = await named(visits, behind, cookie=sent_back(renewed))
    assert Visitor.from_header(name).name == COOKIE.visitor_in(sent_back(given), secure=False)


async def test_what_is_no_page_brings_no_cookie() -> None:
    visits = Visits(Behind(), by_cookie)
    await cookies_set(visits, FIRST_QUESTION)
    assert not await cookies_set(visits, "/_stcore/health")
    assert not await cookies_set(visits, "/media/1.csv", accept="*/*")


async def test_behind_https_the_cookie_is_a_secure_one() -> None:
    visits = Visits(Behind(), by_cookie)
    (cookie,) = await cookies_set(visits, FIRST_QUESTION, x_forwarded_proto="https")
    assert cookie.startswith("__Host-")


async def test_without_a_cookie_a_websocket_is_a_strangers() -> None:
    behind = Behind()
    (name,) = await named(Visits(behind, by_cookie), behind)
    assert Visitor.from_header(name).owner is None


async def test_this_machines_user_gets_no_cookie() -> None:
    behind = Behind()
    visits = Visits(behind, alone)
    assert not await cookies_set(visits, FIRST_QUESTION)
    assert not await cookies_set(visits, "/", accept="text/html")
    (name,) = await named(visits, behind)
    assert Visitor.from_header(name) == MACHINE_USER


async def test_the_first_page_does_not_wait_for_the_settings() -> None:
    def never() -> Rules:
        raise AssertionError("The settings are not there yet.")

    assert not await cookies_set(Visits(Behind(), never), "/", accept="text/html")


async def test_with_unusable_settings_nobody_comes_in() -> None:
    behind = Behind()
    visits = Visits(behind, lambda: None)
    (closed,) = await asked(visits, scope(STREAM, kind="websocket"))
    assert closed["type"] == "websocket.close"
    assert not behind.reached


async def test_a_browser_is_forgotten_by_its_own_link_only() -> None:
    visits = Visits(Behind(), by_cookie)
    (cookie,) = await cookies_set(visits, FIRST_QUESTION)
    visitor = by_cookie().visitor(scope(cookie=sent_back(cookie)), None)
    link = {"path": "/forget-this-browser", "query": f"token={visitor.forget}"}

    done = (await asked(visits, scope(**link, cookie=sent_back(cookie))))[0]
    assert done["status"] == 303
    assert values(done, "location") == ["./"]
    assert "Max-Age=0" in values(done, "set-cookie")[0]


@pytest.mark.parametrize("query", ["", "token=", "token=x", "token=%ff", "x" * 1000])
async def test_no_other_page_can_have_a_browser_forgotten(query: str) -> None:
    visits = Visits(Behind(), by_cookie)
    (cookie,) = await cookies_set(visits, FIRST_QUESTION)
    request = scope("/forget-this-browser", query=query, cookie=sent_back(cookie))
    refused = (await asked(visits, request))[0]
    assert refused["status"] == 403
    assert not values(refused, "set-cookie")
