"""A share's link is answered with the page alone, and by a sentence where there is none."""

from __future__ import annotations

import pytest

from playground.middleware.shared_pages import NOT_HERE, SharedPages
from tests.playground.asgi import Behind, asked, scope, values

POLICY = "default-src 'none'; script-src 'sha256-x'"
PAGE = f'<head><meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>é</title>'


def load(token: str) -> str | None:
    """One page, one that cannot be read, and nothing else."""
    if token == "broken":
        raise OSError
    return PAGE if token == "known" else None


async def shown(path: str, method: str = "GET") -> tuple[int, str, dict[str, str]]:
    """Status, words and headers."""
    behind = Behind()
    start, body = await asked(SharedPages(behind, load), scope(path, method))
    assert not behind.reached
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return int(start["status"]), body["body"].decode(), headers


async def test_the_page_is_shown_under_its_own_policy_and_kept_nowhere() -> None:
    status, page, headers = await shown("/shared/known")
    assert (status, page) == (200, PAGE)
    assert headers["content-security-policy"] == f"{POLICY}; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"
    assert "noindex" in headers["x-robots-tag"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-length"] == str(len(PAGE.encode()))
    assert "set-cookie" not in headers


@pytest.mark.parametrize("path", ["/shared/other", "/shared/", "/shared/known/x"])
async def test_a_link_that_leads_nowhere_says_so(path: str) -> None:
    status, page, headers = await shown(path)
    assert status == 404
    assert NOT_HERE in page
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert headers["cache-control"] == "no-store"


async def test_a_store_that_cannot_be_read_is_said() -> None:
    status, page, _ = await shown("/shared/broken")
    assert status == 503
    assert "Try again" in page


async def test_it_can_only_be_read() -> None:
    assert (await shown("/shared/known", "POST"))[0] == 405
    status, page, headers = await shown("/shared/known", "HEAD")
    assert (status, page, headers["content-length"]) == (200, "", str(len(PAGE.encode())))


@pytest.mark.parametrize("path", ["/", "/shared", "/analytics", "/static/shared/x"])
async def test_everything_else_is_passed_on(path: str) -> None:
    behind = Behind()
    sent = await asked(SharedPages(behind, load), scope(path))
    assert behind.reached
    assert values(sent[0], "content-type") == ["text/html"]
