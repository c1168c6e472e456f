"""A caller may leave at any moment, and the process may end: both end the work on an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.types import Receive


class CallerGone(Exception):
    """The caller hung up."""


class GatewayStopping(Exception):
    """The process is ending, and has cancelled what still runs."""


@asynccontextmanager
async def connected(receive: Receive) -> AsyncGenerator[None]:
    """Cancel what runs inside as soon as the caller leaves, and raise CallerGone for it.

    Any other cancellation comes from the server as it stops, and becomes GatewayStopping. Enter it
    once the body is read: from then on ``receive`` only reports that the caller left.
    """
    work = asyncio.current_task()
    left = False

    async def watch() -> None:
        nonlocal left
        while (await receive())["type"] != "http.disconnect":
            pass
        left = True
        if work is not None:
            work.cancel()

    watcher = asyncio.ensure_future(watch())
    try:
        yield
    except asyncio.CancelledError:
        if work is not None:
            work.uncancel()
        raise (CallerGone if left else GatewayStopping) from None
    finally:
        watcher.cancel()
