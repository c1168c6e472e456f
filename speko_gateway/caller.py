"""Whether the caller is still there: work for one who has left is cancelled at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.types import Receive


class CallerGone(Exception):
    """The caller hung up; there is nobody to answer."""


@asynccontextmanager
async def connected(receive: Receive) -> AsyncGenerator[None]:
    """Cancel what runs inside as soon as the caller leaves, and raise CallerGone for it.

    To be entered once the body is read: what ``receive`` gives then is the caller's leaving.
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
        if left and work is not None and work.uncancel() == 0:
            raise CallerGone from None
        raise
    finally:
        watcher.cancel()
