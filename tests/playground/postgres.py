"""Postgres for the store's tests, where a server is named (`.ci/with-postgres` starts one)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

SERVER = "TEST_POSTGRES_URL"


@contextmanager
def empty_postgres() -> Iterator[str]:
    """The URL of an empty schema, dropped in the end; skips the test where there is no server."""
    url = os.environ.get(SERVER)
    if url is None:
        pytest.skip(f"{SERVER} names no Postgres server; .ci/with-postgres starts one")
    name = f"test_{secrets.token_hex(8)}"
    server = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
        query = {"options": f"-csearch_path={name}", "application_name": name}
        try:
            yield make_url(url).update_query_dict(query).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
