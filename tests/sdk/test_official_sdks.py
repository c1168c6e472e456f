"""The official SDKs, unchanged and as published, against the gateway as people start it.

Three versions of one package: each is installed into a folder of its own, kept between test runs,
and runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import OUTSIDE_ENVIRONMENT
from tests.gateway.process import FAST_DEMO, KEY, Running, running

TALK = Path(__file__).parent / "talk.py"

INSTALL = (sys.executable, "-m", "pip", "install", "--quiet", "--upgrade")
# From 0.2 on the package imports its voice stack at once, so that one needs all its dependencies.
OPTIONS = {
    "0.0.1": ["--no-deps", "spekoai==0.0.1"],
    "0.1.3": ["--no-deps", "spekoai==0.1.3"],
    "0.2.2": ["spekoai==0.2.2"],
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data"), *FAST_DEMO) as process:
        yield process


@pytest.fixture(scope="module", params=OPTIONS)
def sdk(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Path:
    """The folder with this version of the SDK."""
    folder = pytestconfig.cache.mkdir(f"spekoai-{request.param}")
    whole = folder / "installed"
    if not whole.exists():
        subprocess.run(
            [*INSTALL, "--target", str(folder), *OPTIONS[request.param]],
            env=OUTSIDE_ENVIRONMENT,
            check=True,
        )
        whole.touch()
    return folder


@pytest.fixture(scope="module")
def talk(sdk: Path, gateway: Running) -> dict[str, Any]:
    """What this SDK got from the gateway."""
    done = subprocess.run(
        [sys.executable, str(TALK), gateway.url, KEY],
        env={**os.environ, "PYTHONPATH": str(sdk)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert f"spekoai-{told['version']}" == sdk.name.removeprefix("d"), "another version ran"
    return told


def test_it_completes(talk: dict[str, Any]) -> None:
    for way in ("complete", "async"):
        result = talk[way]
        assert result["text"]
        assert result["provider"] in {"openai", "anthropic", "google", "xai"}
        assert result["usage"]["prompt_tokens"] > 0
        assert result["usage"]["completion_tokens"] > 0
        assert result["failover_count"] == 0
        assert "illustrative" in result["scores_run_id"]
    assert talk["capped"]["usage"]["completion_tokens"] <= 4


def test_it_pins(talk: dict[str, Any]) -> None:
    assert (talk["pinned"]["provider"], talk["pinned"]["model"]) == (
        "anthropic",
        "claude-3-5-haiku",
    )


def test_its_vertical_is_heeded_where_it_sends_one(talk: dict[str, Any]) -> None:
    # Only the first version has a vertical; in healthcare the script books with the doctor named.
    booked = "Dr. Chen" in talk["complete"]["text"]
    assert booked == (talk["version"] == "0.0.1")


def test_it_streams_where_it_can(talk: dict[str, Any]) -> None:
    if talk["version"] < "0.2":
        assert talk["events"] == []
        return
    events = talk["events"]
    kinds = [event["type"] for event in events]
    assert kinds == ["meta", *["delta"] * (len(kinds) - 2), "done"]
    assert "".join(event["text"] for event in events[1:-1]) == events[-1]["text"]
    assert events[0]["provider"] == events[-1]["provider"]


def test_it_gets_its_errors(talk: dict[str, Any]) -> None:
    # 0.1.3 reads errors only from within a stream, where there is no status but the stream's.
    only_events = talk["version"] == "0.1.3"
    refused = ["SpekoApiError", 200, "UNAUTHORIZED"]
    assert talk["unauthorized"] == (
        refused if only_events else ["SpekoAuthError", 401, "AUTH_ERROR"]
    )
    assert talk["invalid"] == ["SpekoApiError", 200 if only_events else 400, "VALIDATION_ERROR"]
    assert talk["nobody"] == ["SpekoApiError", 200 if only_events else 500, "COMPLETE_FAILED"]
