"""The store's URL: what it may be, and how it is shown. Pure."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

_NO_URL = (
    "The store's URL is not one. Correct SPEKO_DATABASE_URL, for example "
    "postgresql+psycopg://user@host:5432/playground; a password's special characters are written "
    "as %40 for @, and so on."
)
_NO_FILE = (
    "SPEKO_DATABASE_URL names no file. For SQLite it is sqlite:////folder/file.db, with nothing "
    "behind the path."
)
_POSTGRES = ("postgres", "postgresql")


def checked(text: str) -> sa.URL:
    """A file of SQLite's or a database of Postgres. Raises ValueError with a sentence."""
    try:
        url = sa.make_url(text)
        if url.drivername in _POSTGRES:
            url = url.set(drivername="postgresql+psycopg")
        waits = not url.get_dialect().is_async
    except (ArgumentError, ValueError):
        # None of its text goes on: it may hold a password.
        raise ValueError(_NO_URL) from None
    if url.get_backend_name() == "sqlite":
        if not waits or url.host or url.query or url.database in (None, "", ":memory:"):
            raise ValueError(_NO_FILE)
    elif not waits or url.get_backend_name() not in _POSTGRES or "@" in (url.host or ""):
        raise ValueError(_NO_URL)
    if "\0" in text:
        raise ValueError(_NO_URL)
    return url


def shown(url: sa.URL) -> str:
    """The URL without a password, which may also stand in its query."""
    return url.set(query={}).render_as_string(hide_password=True)
