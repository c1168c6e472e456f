"""The launcher: `streamlit run app.py` serves playground/ui.py.

The order makes the start quick (benchmarks/startup.py). The server answers at once; while the
browser fetches its scripts, a thread imports what the first page draws with. The gateway's process
starts with the first look at a page that needs it, for it would take the browser's processor time;
what only later pages need is imported once the first one is likely to be at rest.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import inspect
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from playground.local_gateway import GatewayStartError
from playground.runtime import Runtime, get_runtime
from playground.settings import SettingsError
from playground.store_errors import StoreError

FIRST_PAGE = (
    "numpy",  # with PIL, for the logo
    "PIL.Image",
    "httpcore",
    "streamlit.emojis",
    "playground.components.chat",
)
LATER_PAGES = ("pandas", "plotly.graph_objects")
LATER_SECONDS = 3.0
SWITCH_SECONDS = 0.0005
"""How long a busy thread may keep the others waiting: a tenth of Python's default."""


def checked_runtime() -> Runtime:
    """The process's runtime; a setting that cannot be used ends the start with a plain sentence."""
    try:
        return get_runtime()
    except (SettingsError, StoreError) as error:
        sys.exit(f"Speko Playground cannot start. {error}")


def start_gateway() -> None:
    """Start the embedded gateway where no page did, unless another server is configured."""
    try:
        runtime.ready_connection()
    except GatewayStartError:
        # The next page tries again, and tells the visitor why it fails.
        return


def prepare_first_page() -> None:
    """Import what the chat page draws with, open the store.

    Streamlit looks through its call stack at its first element, which is slow once per process.
    """
    for module in FIRST_PAGE:
        importlib.import_module(module)
    inspect.stack()
    try:
        runtime.store.recent(1)
    except StoreError:
        # As above: the page reads the store again, and shows what is wrong with it.
        return


def prepare_later_pages() -> None:
    """Import the tables and charts; no later collection then walks through all of that again."""
    for module in LATER_PAGES:
        importlib.import_module(module)
    gc.freeze()


async def prepare_later() -> None:
    """``prepare_later_pages``, a little later."""
    await asyncio.sleep(LATER_SECONDS)
    start_gateway()
    await asyncio.to_thread(prepare_later_pages)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Around the server's life, once per process."""
    first = asyncio.create_task(asyncio.to_thread(prepare_first_page))
    later = asyncio.create_task(prepare_later())
    yield
    later.cancel()
    await first
    await asyncio.to_thread(runtime.shutdown)


sys.setswitchinterval(SWITCH_SECONDS)
runtime = checked_runtime()
app = st.App("playground/ui.py", lifespan=lifespan)
