"""What is said about a share: who can read it, until when, and where its link works. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from playground.middleware.shared_pages import ROUTE

LASTS: Final[Mapping[str, timedelta | None]] = {
    "1 day": timedelta(days=1),
    "7 days": timedelta(days=7),
    "30 days": timedelta(days=30),
    "Until revoked": None,
}
"""How long a link can work."""

WHO: Final = (
    "Whoever has the link and can reach this server can read the session as it is now, without "
    "signing in. Later turns are not in it. Deleting the session ends its links."
)
HERE_ONLY: Final = (
    "This server answers this machine only, so the link works here and nowhere else. To hand the "
    "session to somebody, send the web page above."
)
ONCE: Final = "Copy the link now: it cannot be shown again."


def link_to(page_url: str, token: str) -> str:
    """The address of a share, on the server whose page is at ``page_url``."""
    parts = urlsplit(page_url)
    base = parts.path.rpartition("/")[0]
    return urlunsplit((parts.scheme, parts.netloc, f"{base}{ROUTE}{token}", "", ""))


def until(expires_at: datetime | None) -> str:
    """``until 3 May 2026, 12:00 UTC``, or ``until revoked``."""
    if expires_at is None:
        return "until revoked"
    return f"until {expires_at.day} {expires_at:%B %Y, %H:%M} UTC"
