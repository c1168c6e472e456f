"""The sync client is the async one without ``await``, to the letter."""

from __future__ import annotations

from docs.make_sync_client import TARGET, sync_client


def test_the_sync_client_is_made_from_the_async_one() -> None:
    """Where this fails, run ``make sync-client``."""
    assert TARGET.read_text(encoding="utf-8") == sync_client()
