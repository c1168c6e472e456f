"""The launcher: `streamlit run app.py` serves playground/ui.py.

While the visitor's browser still loads its scripts, threads import what the pages will need and
start the embedded gateway, so that the first page finds both there.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from playground.local_gateway import GatewayStartError
from playground.runtime import Runtime, get_runtime
from playground.settings import SettingsError
from playground.store_errors import StoreError

PRELOADED = ("pandas", "plotly.graph_objects")


def checked_runtime() -> Runtime:
    """The process's runtime; a setting that cannot be used ends the start with a plain sentence."""
    try:
        return get_runtime()
    except (SettingsError, StoreError) as error:
        sys.exit(f"Speko Playground cannot start. {error}")


def warm_up() -> None:
    """Import the slow libraries, then spare them from every later garbage collection."""
    for module in PRELOADED:
        importlib.import_module(module)
    gc.freeze()


async def start_gateway() -> None:
    """Start the embedded gateway, unless another server is configured."""
    try:
        await asyncio.to_thread(runtime.connection)
    except GatewayStartError:
        # The first page tries again, and tells the visitor why it fails.
        return


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Around the server's life; the first page waits for none of it."""
    async with asyncio.TaskGroup() as starting:
        starting.create_task(start_gateway())
        starting.create_task(asyncio.to_thread(warm_up))
        yield
    await asyncio.to_thread(runtime.shutdown)


runtime = checked_runtime()
app = st.App("playground/ui.py", lifespan=lifespan)
