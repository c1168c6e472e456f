"""The link leads to this server, wherever its pages are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from playground.shares.share_words import link_to, until


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("http://localhost:8501/", "http://localhost:8501/shared/T"),
        ("http://localhost:8501/compare?c=x#y", "http://localhost:8501/shared/T"),
        ("http://localhost:8501", "http://localhost:8501/shared/T"),
        ("https://play.example.org/lab/analytics", "https://play.example.org/lab/shared/T"),
    ],
)
def test_a_link_stands_beside_the_pages(page: str, link: str) -> None:
    assert link_to(page, "T") == link


def test_when_it_ends() -> None:
    assert until(None) == "until revoked"
    assert until(datetime(2026, 5, 3, 12, tzinfo=UTC)) == "until 3 May 2026, 12:00 UTC"
