"""The embedded gateway's process: it starts once, comes back, and never outlives the playground."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from playground.servers import local_gateway
from playground.servers.local_gateway import GatewayStartError, LocalGateway, ModelFetchError
from playground.settings import Settings
from tests.patience import PATIENCE

DOUBLE = Path(__file__).with_name("gateway_double.py")
Gateway = Callable[[str], LocalGateway]


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """Makes a gateway that behaves as named; its data folder is the test's."""
    monkeypatch.setenv("SPEKO_DATA_DIR", str(tmp_path))
    made: list[LocalGateway] = []

    def make(behaviour: str) -> LocalGateway:
        settings = Settings(fleet="demo", pace=0.5)
        made.append(LocalGateway(settings, command=(sys.executable, str(DOUBLE), behaviour)))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def told(base_url: str, folder: Path) -> dict[str, Any]:
    """What the double was started with."""
    found: dict[str, Any] = json.loads((folder / f"{urlsplit(base_url).port}.json").read_text())
    return found


def wait_until_gone(pid: int) -> None:
    """Wait for a process that is not our child (it may be left as a zombie of nobody's)."""
    status = Path(f"/proc/{pid}/stat")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        threading.Event().wait(0.02)
    raise AssertionError(f"process {pid} still runs")


def wait_until_started(local: LocalGateway) -> None:
    """Wait for a start in the background to end, well or badly."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not local.starting:
            return
        threading.Event().wait(0.02)
    raise AssertionError("the gateway still starts")


def test_it_starts_once_and_tells_where_it_is(gateway: Gateway, tmp_path: Path) -> None:
    local = gateway("serve")
    base_url, key = local.ensure()
    assert base_url.startswith("http://127.0.0.1:")
    assert len(key) >= 32
    assert local.ensure() == (base_url, key)
    assert len(list(tmp_path.glob("*.json"))) == 1


def test_many_threads_start_one(gateway: Gateway, tmp_path: Path) -> None:
    local = gateway("serve")
    found: list[tuple[str, str]] = []
    threads = [threading.Thread(target=lambda: found.append(local.ensure())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(list(tmp_path.glob("*.json"))) == 1


def test_a_look_does_not_wait_for_it(gateway: Gateway, tmp_path: Path) -> None:
    local = gateway("serve")
    assert local.ready() is None
    assert local.starting
    where = local.ensure()
    assert local.ready() == where
    assert len(list(tmp_path.glob("*.json"))) == 1


def test_a_failed_start_is_told_once_and_the_next_look_begins_another(gateway: Gateway) -> None:
    local = gateway("refuse")
    assert local.ready() is None
    wait_until_started(local)
    with pytest.raises(GatewayStartError, match="ended at once"):
        local.ready()
    assert local.ready() is None


def test_its_key_passes_through_the_environment_only(gateway: Gateway, tmp_path: Path) -> None:
    base_url, key = gateway("serve").ensure()
    started = told(base_url, tmp_path)
    assert started["environment"]["SPEKO_GATEWAY_KEY"] == key
    assert key not in " ".join(started["options"])


def test_it_gets_the_settings_and_the_vendors_keys_but_not_the_other_servers(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k-vendor")
    monkeypatch.setenv("SPEKO_DATABASE_URL", "postgresql://me:k-db@host/db")
    base_url, _ = gateway("serve").ensure()
    started = told(base_url, tmp_path)
    assert started["options"] == [
        *("serve", "--port", "0", "--exit-with-stdin"),
        *("--fleet", "demo", "--pace", "0.5"),
        *("--scores-folder", str(tmp_path / "scores"), "--data-folder", str(tmp_path)),
    ]
    assert started["environment"]["OPENAI_API_KEY"] == "k-vendor"
    assert started["environment"]["SPEKO_DATA_DIR"] == str(tmp_path)
    assert "SPEKO_DATABASE_URL" not in started["environment"]


def test_it_ranks_by_the_scores_that_are_set(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPEKO_SCORES", "published")
    started = told(gateway("serve").ensure()[0], tmp_path)
    options = started["options"]
    assert options[options.index("--snapshot") + 1] == "published"


def test_ctrl_c_in_the_terminal_does_not_reach_it(gateway: Gateway, tmp_path: Path) -> None:
    base_url, _ = gateway("serve").ensure()
    assert os.getpgid(told(base_url, tmp_path)["pid"]) != os.getpgid(0)


def test_one_that_died_is_replaced_with_a_new_key(gateway: Gateway, tmp_path: Path) -> None:
    local = gateway("serve")
    base_url, key = local.ensure()
    pid = told(base_url, tmp_path)["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    again, new_key = local.ensure()
    assert again != base_url
    assert new_key != key


def test_stop_ends_it_and_it_can_start_again(gateway: Gateway, tmp_path: Path) -> None:
    local = gateway("serve")
    base_url, _ = local.ensure()
    local.stop()
    wait_until_gone(told(base_url, tmp_path)["pid"])
    local.stop()
    assert local.ensure()[0] != base_url


def test_one_that_does_not_start_is_told_with_its_own_words_and_no_key(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k-vendor \n")
    monkeypatch.setenv("SOME_TOKEN", "s")
    with pytest.raises(GatewayStartError, match="ended at once") as caught:
        gateway("refuse").ensure()
    assert "The snapshot is broken." in str(caught.value)
    assert "keys: [key] [key]" in str(caught.value)


def test_one_that_never_listens_is_given_up(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_gateway, "START_SECONDS", 0.2)
    with pytest.raises(GatewayStartError, match="was not ready within"):
        gateway("silent").ensure()


def test_a_missing_interpreter_is_told(tmp_path: Path) -> None:
    missing = LocalGateway(Settings(), command=(str(tmp_path / "no-python"),))
    with pytest.raises(GatewayStartError, match="could not be started: No such file"):
        missing.ensure()
    with pytest.raises(ModelFetchError, match="could not be started: No such file"):
        list(missing.fetch_model())


def test_it_goes_with_a_playground_that_is_killed(tmp_path: Path) -> None:
    playground = f"""
import sys, time
from playground.servers.local_gateway import LocalGateway
from playground.settings import Settings
from tests.patience import PATIENCE
gateway = LocalGateway(Settings(), command=(sys.executable, {str(DOUBLE)!r}, "serve"))
print(gateway.ensure()[0], flush=True)
time.sleep(60)
"""
    environment = {**os.environ, "SPEKO_DATA_DIR": str(tmp_path), "PYTHONPATH": os.getcwd()}
    with subprocess.Popen(
        [sys.executable, "-c", playground], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = told(process.stdout.readline().strip(), tmp_path)["pid"]
        process.kill()
    wait_until_gone(pid)


def test_the_model_file_is_fetched_with_its_progress(gateway: Gateway) -> None:
    progress = list(gateway("fetch").fetch_model())
    assert [(p.done, p.total) for p in progress] == [(0, 100), (50, 100), (100, 100)]


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [("fetch-error", "hash does not match"), ("fetch-dies", "Killed by something")],
)
def test_a_fetch_that_fails_says_why(behaviour: str, said: str, gateway: Gateway) -> None:
    with pytest.raises(ModelFetchError, match=said):
        list(gateway(behaviour).fetch_model())


def test_a_fetch_that_is_given_up_ends_its_process(gateway: Gateway) -> None:
    fetching = gateway("fetch-waits").fetch_model()
    next(fetching)
    fetching.close()  # type: ignore[attr-defined]
    assert list(fetching) == []
