"""Which event loop a test of the gateway runs on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.gateway.leaping_clock import LeapingLoop


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Asyncio's own, and for tests that are marked ``leaping`` one that waits for no limit."""
    if item.get_closest_marker("leaping"):
        return {"leaping": LeapingLoop}
    return {"own": asyncio.new_event_loop}
