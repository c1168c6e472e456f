"""What a journey gets: a server, a page, and a failure when the page complained.

Override by a fixture of the same name, in a test module or by ``parametrize``: ``server_env``
(module; more environment for the server), ``server_model_file`` (module; its local model),
``viewport`` (width and height), ``colour_scheme``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from playwright.sync_api import sync_playwright as start_playwright

from tests.e2e.harness import (
    BROWSER_ARGUMENTS,
    PATIENCE_MS,
    PlaygroundServer,
    browser_path,
    screenshot,
    stays_here,
)

ColourScheme = Literal["light", "dark"]
StartServer = Callable[..., PlaygroundServer]
PROBES = ("/_stcore/health", "/_stcore/host-config")
"""On a deep link Streamlit's page asks for these below each path until one answers."""

FAILED = pytest.StashKey[bool]()
RUNNING = pytest.StashKey[tuple[Browser, ExitStack]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Notes a failure on the test, so that its page can still be photographed."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.failed:
        item.stash[FAILED] = True
    return report  # type: ignore[return-value]


@pytest.fixture(scope="module")
def server_env() -> dict[str, str]:
    """More environment for this module's server; by default the simulated fleet answers at once."""
    return {"SPEKO_PACE": "0"}


@pytest.fixture(scope="module")
def server_model_file(model_file: Path) -> Path | None:
    """The local model for this module's server; without it words are scripted, and come at once."""
    return model_file


@pytest.fixture(scope="module")
def server(
    server_env: dict[str, str],
    server_model_file: Path | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PlaygroundServer]:
    """One playground for the module."""
    server = PlaygroundServer(tmp_path_factory.mktemp("playground"), server_env, server_model_file)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """Starts playgrounds for one test, all ended with it.

    ``start_server(SPEKO_FLEET="demo")`` has scripted words; ``start_server(model_file)`` the model.
    """
    started: list[PlaygroundServer] = []

    def start(model_file: Path | None = None, **environment: str) -> PlaygroundServer:
        folder = tmp_path_factory.mktemp("playground")
        started.append(PlaygroundServer(folder, environment, model_file))
        started[-1].start()
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def browser(pytestconfig: pytest.Config) -> Browser:
    """One browser for all journeys that follow each other."""
    if RUNNING not in pytestconfig.stash:
        ending = ExitStack()
        playwright = ending.enter_context(start_playwright())
        opened = playwright.chromium.launch(
            executable_path=browser_path(), args=list(BROWSER_ARGUMENTS), timeout=PATIENCE_MS
        )
        ending.callback(opened.close)
        pytestconfig.add_cleanup(ending.close)
        pytestconfig.stash[RUNNING] = opened, ending
    return pytestconfig.stash[RUNNING][0]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Close the browser after the last journey: no async test could run beside its event loop."""
    if RUNNING in item.config.stash and not (nextitem and nextitem.get_closest_marker("browser")):
        item.config.stash[RUNNING][1].close()
        del item.config.stash[RUNNING]


@pytest.fixture
def viewport() -> tuple[int, int]:
    """Width and height of the window."""
    return 1280, 900


@pytest.fixture
def colour_scheme() -> ColourScheme:
    """What the visitor's system prefers."""
    return "light"


@pytest.fixture
def context(
    browser: Browser, viewport: tuple[int, int], colour_scheme: ColourScheme
) -> Iterator[BrowserContext]:
    """One visitor: pages opened from it share cookies, as tabs do."""
    context = browser.new_context(
        viewport={"width": viewport[0], "height": viewport[1]},
        color_scheme=colour_scheme,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def complaints(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Console errors, page errors, and requests to elsewhere, of all the visitor's pages.

    Any left at the end fail the test; one that kills its server forgets them with ``clear()``.
    """
    complaints: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        # The charts' script is fetched ahead, by a page that may outlive a test's own server.
        is_ahead = "/PlotlyChart." in url and "ERR_CONNECTION_REFUSED" in message.text
        if message.type == "error" and not url.endswith(PROBES) and not is_ahead:
            complaints.append(f"console: {message.text} ({url})")

    def on_request(asked: Request) -> None:
        if not stays_here(asked.url):
            complaints.append(f"request to elsewhere: {asked.url}")

    context.on("console", on_console)
    context.on("weberror", lambda error: complaints.append(f"page error: {error.error}"))
    context.on("request", on_request)
    yield complaints
    if not request.node.stash.get(FAILED, False):
        assert not complaints


@pytest.fixture
def page(
    context: BrowserContext, complaints: list[str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A tab; photographed where its test failed."""
    page = context.new_page()
    yield page
    if request.node.stash.get(FAILED, False):
        screenshot(page, f"failed-{request.node.name}")
