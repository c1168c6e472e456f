"""The launcher: `streamlit run app.py` serves playground/ui.py.

The order makes the start quick (benchmarks/startup.py). The server answers at once; while the
browser fetches its scripts, a thread begins the gateway's start and imports what the first page
draws with. What only later pages need is imported once the first one is likely to be at rest.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import inspect
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config

from playground.look.frames import styles_html
from playground.middleware.first_paint import FirstPaint, preloads
from playground.middleware.front_door import FrontDoor
from playground.middleware.page_files import PageFiles, pack
from playground.middleware.page_headers import PageHeaders
from playground.middleware.shared_pages import SharedPages
from playground.teams.cookie import SECRET_LENGTH, VisitorCookie, kept_secret
from playground.teams.rules import Rules, is_alone
from playground.teams.visitor import VISITOR_HEADER, VISITOR_KEY
from playground.teams.visits import Visits

if TYPE_CHECKING:
    from playground.runtime import Runtime
    from playground.settings import Settings

PAGE_FILES = Path(st.__file__).parent / "static" / "static"
PACKED: dict[Path, bytes] = {}
"""The page's files in gzip's form, once there was time to make it."""
FIRST_PAGE = ("playground.chat.chat_view", "streamlit.emojis")
LATER_PAGES = ("PIL.Image", "playground.analytics.session_view")
LATER_SECONDS = 3.0
DAY_SECONDS = 86_400.0
PAUSE_SECONDS = 0.05
"""Between two portions of work that nobody waits for."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
ENVIRONMENT = {name: value for name, value in os.environ.items() if value}
"""As the process was started: Streamlit overwrites it with the secrets file's values."""
SWITCH_SECONDS = 0.0005
"""How long a busy thread may keep the others waiting: a tenth of Python's default."""


def checked_runtime() -> Runtime | None:
    """The process's runtime; an unusable setting ends the server with a sentence."""
    from playground.runtime import get_runtime
    from playground.sessions.database import StoreError
    from playground.settings import SettingsError

    try:
        return get_runtime()
    except (SettingsError, StoreError) as error:
        sys.stderr.write(f"Speko Playground cannot start. {error}\n")
        signal.raise_signal(signal.SIGINT)
        return None


def start_gateway(runtime: Runtime) -> None:
    """Begin to start the embedded gateway, unless another server is configured."""
    from playground.servers.local_gateway import GatewayStartError

    # Where this fails, the next page tries again and says why.
    with suppress(GatewayStartError):
        runtime.ready_connection()


def prepare_first_page() -> Runtime | None:
    """Start the gateway, import what the chat page draws with, open the store.

    Streamlit looks through its call stack at its first element, which is slow once per process.
    Imports only add objects: to go through them again and again for garbage took a quarter longer.
    """
    gc.disable()
    try:
        runtime = checked_runtime()
        if runtime is not None:
            start_gateway(runtime)
            for module in FIRST_PAGE:
                importlib.import_module(module)
            inspect.stack()
            open_store(runtime)
    finally:
        gc.enable()
    return runtime


def open_store(runtime: Runtime) -> None:
    """Read the store once, so that it is open and up to date."""
    from playground.sessions.database import StoreError

    # Where this fails, the page reads the store again and shows what is wrong with it.
    with suppress(StoreError):
        runtime.store.open()


def prepare_later_pages() -> None:
    """Pack the page's files, import tables and charts, and keep those out of later collections."""
    pack(PAGE_FILES, PACKED)
    for module in LATER_PAGES:
        importlib.import_module(module)
    gc.freeze()


async def prepare_later(first: asyncio.Task[Runtime | None]) -> None:
    """``prepare_later_pages``, a little later."""
    await asyncio.sleep(LATER_SECONDS)
    if await first is not None:
        await asyncio.to_thread(prepare_later_pages)


def allowed_hosts() -> list[str]:
    """The names by which the playground may be called; empty for any."""
    hosts: list[str] = st.get_option("server.allowedHosts")
    return hosts or (list(LOOPBACK) if is_alone(st.get_option("server.address"), ()) else [])


def visitor_rules() -> Rules | None:
    """By which rules visitors are known; None where the settings are unusable."""
    from playground.runtime import get_runtime
    from playground.sessions.database import StoreError
    from playground.settings import SettingsError

    try:
        settings = get_runtime().settings
    except (SettingsError, StoreError):
        return None
    return Rules(
        by=settings.known_by,
        alone=is_alone(st.get_option("server.address"), st.get_option("server.allowedHosts")),
        cookie=cache(lambda: VisitorCookie(cookie_secret(settings))),
        user_header=settings.trusted_user_header.lower(),
        proxies=settings.trusted_proxies,
    )


def cookie_secret(settings: Settings) -> str:
    """The setting, else the one kept in the data folder, else one until the process ends."""
    if settings.cookie_secret:
        return settings.cookie_secret.get_secret_value()
    try:
        return kept_secret(settings.data_dir / "visitor-secret")
    except OSError as error:
        sys.stderr.write(
            f"Visitors will be forgotten when the playground stops: no secret for their cookies "
            f"could be kept ({error}). Set SPEKO_COOKIE_SECRET, or make the folder writable.\n"
        )
        return secrets.token_urlsafe(SECRET_LENGTH)


async def tidy_daily(first: asyncio.Task[Runtime | None]) -> None:
    """Make old sessions findable; then, and once a day, delete what is to be kept no longer."""
    runtime = await first
    if runtime is not None:
        await asyncio.to_thread(runtime.index_all, PAUSE_SECONDS)
    while runtime is not None:
        await asyncio.to_thread(runtime.tidy)
        await asyncio.sleep(DAY_SECONDS)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Around the server's life, once per process."""
    os.environ.update(ENVIRONMENT)
    trusted = {**st.get_option("server.trustedUserHeaders"), VISITOR_HEADER: VISITOR_KEY}
    config.set_option("server.trustedUserHeaders", trusted)
    first = asyncio.create_task(asyncio.to_thread(prepare_first_page))
    later = asyncio.create_task(prepare_later(first))
    tidying = asyncio.create_task(tidy_daily(first))
    yield
    if (runtime := await first) is not None:
        later.cancel()
        tidying.cancel()
        await asyncio.to_thread(runtime.shutdown)


def page_at(token: str) -> str | None:
    """The shared page behind a link; None where there is none. Raises OSError."""
    from playground.runtime import get_runtime
    from playground.sessions.database import StoreError
    from playground.shares.shares import shared_page

    runtime = get_runtime()
    try:
        return shared_page(runtime.store.database, token) if runtime.settings.shares else None
    except StoreError as error:
        raise OSError(str(error)) from error


sys.setswitchinterval(SWITCH_SECONDS)
MIDDLEWARE = [
    Middleware(FrontDoor, allowed_hosts=allowed_hosts),
    Middleware(SharedPages, load=page_at),
    Middleware(PageFiles, folder=PAGE_FILES, packed=PACKED),
    Middleware(FirstPaint, head=cache(lambda: preloads(PAGE_FILES / "js")), styles=styles_html),
    Middleware(PageHeaders, frame_ancestors=ENVIRONMENT.get("SPEKO_FRAME_ANCESTORS", "'self'")),
    Middleware(Visits, load=visitor_rules),
]
app = st.App("playground/ui.py", lifespan=lifespan, middleware=MIDDLEWARE)
