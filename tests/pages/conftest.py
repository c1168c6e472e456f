"""What page tests share: a runtime of their own whose gateway is a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from playground.runtime import Runtime, get_runtime
from playground.teams.visitor import MACHINE_USER
from tests.pages.gateway_stand_in import KEY, StandIn
from tests.visitors import be


@pytest.fixture(autouse=True, scope="session")
def look_for_components_once() -> Iterator[None]:
    """Streamlit reads what each installed package says of itself, for each AppTest anew."""
    with pytest.MonkeyPatch.context() as patch:
        look = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(look))
        yield


@pytest.fixture(autouse=True)
def as_this_machines_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every AppTest is the machine's user, until a test says otherwise (``tests.visitors.be``)."""
    begin = AppTest.__init__

    def begin_as_somebody(app: AppTest, *args: Any, **kwargs: Any) -> None:
        begin(app, *args, **kwargs)
        be(app, MACHINE_USER)

    monkeypatch.setattr(AppTest, "__init__", begin_as_somebody)


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The gateway that this test's playground talks to, in place of the embedded one."""
    get_runtime().shutdown()
    monkeypatch.setenv("SPEKO_DATA_DIR", str(tmp_path / "data"))
    with StandIn() as server:
        runtime = get_runtime()
        for look in ("ensure", "ready"):
            monkeypatch.setattr(runtime.gateway, look, lambda: (server.base_url, KEY))
        yield server
    get_runtime().shutdown()


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """The module's playground, with the demo fleet; override it for one in each test."""
    with demo_playground(tmp_path_factory.mktemp("data")) as runtime:
        yield runtime


@contextmanager
def demo_playground(data: Path) -> Iterator[Runtime]:
    """A playground with a gateway of its own: the demo fleet at once, no local model."""
    get_runtime().shutdown()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPEKO_DATA_DIR", str(data))
        patch.setenv("SPEKO_FLEET", "demo")
        patch.setenv("SPEKO_PACE", "0")
        runtime = get_runtime()
        runtime.gateway.ensure()
        yield runtime
        runtime.shutdown()
