"""The official SDKs, unchanged and as published, against the gateway as people start it.

Every published version of one package: each is installed into a folder of its own, kept between
test runs, and runs in a process of its own. Our client does the same things beside them.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import speko_client
from tests.client.wire_server import WireServer, refused
from tests.conftest import OUTSIDE_ENVIRONMENT
from tests.gateway.process import FAST_DEMO, KEY, ROOT, Running, environment, running

TALK = Path(__file__).parent / "talk.py"
FAIL = Path(__file__).parent / "fail.py"

INSTALL = (sys.executable, "-m", "pip", "install", "--quiet", "--upgrade")
NEWEST = "0.2.2"
BEFORE_STREAMS = ("0.0.1", "0.1.1")
ERRORS_AS_EVENTS = ("0.1.2", "0.1.3")
OFFICIAL = (*BEFORE_STREAMS, *ERRORS_AS_EVENTS, "0.2.0", "0.2.1", NEWEST)
OURS = "ours"


@dataclass(frozen=True)
class Talk:
    """What one SDK got from the gateway."""

    sdk: str
    said: dict[str, Any]

    @property
    def has_stream(self) -> bool:
        """Whether its users can read a stream."""
        return self.sdk not in (*BEFORE_STREAMS, *ERRORS_AS_EVENTS)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data"), *FAST_DEMO) as process:
        yield process


def installed(config: pytest.Config, version: str) -> Path:
    """The folder with this version of the official SDK, installed by one process at a time."""
    folder = config.cache.mkdir(f"spekoai-{version}")
    with (folder / "installed").open("a+") as whole:
        fcntl.flock(whole, fcntl.LOCK_EX)
        if not whole.seek(0, os.SEEK_END):
            # From 0.2 on the package imports its voice stack at once; all use the newest one's.
            alone = [] if version == NEWEST else ["--no-deps"]
            subprocess.run(
                [*INSTALL, "--target", str(folder), *alone, f"spekoai=={version}"],
                env=OUTSIDE_ENVIRONMENT,
                check=True,
            )
            whole.write(version)
    return folder


@pytest.fixture(scope="module", params=[*OFFICIAL, OURS])
def talk(request: pytest.FixtureRequest, pytestconfig: pytest.Config, gateway: Running) -> Talk:
    """What this SDK got from the gateway."""
    sdk = request.param
    if sdk == OURS:
        said = printed([ROOT], TALK, "speko_client", gateway.url, KEY)
    else:
        needed = [sdk, NEWEST] if sdk.startswith("0.2.") else [sdk]
        folders = [installed(pytestconfig, each) for each in needed]
        said = printed(folders, TALK, "spekoai", gateway.url, KEY)
        assert sdk == said["version"], "another version ran"
    return Talk(sdk, said)


def printed(folders: Sequence[Path], script: Path, *arguments: str) -> Any:
    """What a script prints that finds its packages in these folders first."""
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_completes(talk: Talk) -> None:
    for way in ("complete", "async", "nobody named"):
        result = talk.said[way]
        assert result["text"]
        assert result["provider"] in {"openai", "anthropic", "google", "xai"}
        assert result["usage"]["prompt_tokens"] > 0
        assert result["usage"]["completion_tokens"] > 0
        assert result["failover_count"] == 0
        assert "illustrative" in result["scores_run_id"]
    assert talk.said["capped"]["usage"]["completion_tokens"] <= 4


def test_it_pins(talk: Talk) -> None:
    pinned = talk.said["pinned"]
    assert (pinned["provider"], pinned["model"]) == ("anthropic", "claude-haiku-5-5")


def test_its_vertical_is_heeded_where_it_sends_one(talk: Talk) -> None:
    # Only the first version has a vertical; in healthcare the script books with the doctor named.
    booked = "Dr. Chen" in talk.said["complete"]["text"]
    assert booked == (talk.sdk in ("0.0.1", OURS))


def test_it_streams_where_it_can(talk: Talk) -> None:
    for events in (talk.said["events"], talk.said["async events"]):
        if not talk.has_stream:
            assert events == []
            continue
        kinds = [event["type"] for event in events]
        assert kinds == ["meta", *["delta"] * (len(kinds) - 2), "done"]
        assert "".join(event["text"] for event in events[1:-1]) == events[-1]["text"]
        assert events[0]["provider"] == events[-1]["provider"]


def test_a_tool_for_the_server_is_taken_and_noted(talk: Talk) -> None:
    assert len(talk.said["tools"]) == (2 if talk.has_stream else 0)
    for answer in talk.said["tools"]:
        assert answer["text"]
        if talk.sdk == OURS:
            notes = " ".join(answer["notes"])
            assert "runs no tools" in notes
            assert "look_up" in notes
            assert "maxToolHops" in notes


def test_it_gets_its_errors(talk: Talk) -> None:
    # These read errors only from within a stream, where there is no status but the stream's.
    only_events = talk.sdk in ERRORS_AS_EVENTS
    refused = ["SpekoApiError", 200, "UNAUTHORIZED"]
    assert talk.said["unauthorized"][:3] == (
        refused if only_events else ["SpekoAuthError", 401, "AUTH_ERROR"]
    )
    invalid = ["SpekoApiError", 200 if only_events else 400, "VALIDATION_ERROR"]
    # Ours says so before it sends anything.
    if talk.sdk == OURS:
        invalid = ["SpekoRequestError", 0, "INVALID_REQUEST"]
    assert talk.said["invalid"][:3] == invalid
    nobody = ["SpekoApiError", 200 if only_events else 500, "COMPLETE_FAILED"]
    assert talk.said["nobody"][:3] == nobody
    assert "allow-list" in talk.said["nobody"][3]


def test_our_client_has_its_names(talk: Talk) -> None:
    """So that code moves by its import alone."""
    if talk.sdk == OURS:
        return
    assert {"ChatMessage", "RoutingIntent", "SpekoRateLimitError"} < set(talk.said["names"])
    if talk.has_stream:
        assert {"ChatTool", "ChatToolChoice", "ChatRole", "StreamError"} < set(talk.said["names"])
    assert not set(talk.said["names"]) - set(speko_client.__all__)
    assert all(hasattr(speko_client, name) for name in speko_client.__all__)


@pytest.mark.parametrize("sdk", [BEFORE_STREAMS[0], NEWEST])
def test_it_hears_how_long_to_wait_and_who_is_missing(
    sdk: str, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    with WireServer() as vendor:
        vendor.script(refused("429 Too Many Requests", "Slow down", "busy", Retry_After="7"))
        variables = {"SPEKO_CUSTOM_BASE_URL": vendor.url, "SPEKO_CUSTOM_MODELS": "m"}
        env = {**environment(tmp_path, **variables), "OPENAI_API_KEY": ""}
        with running(tmp_path, "--fleet", "live", env=env) as gateway:
            folder = installed(pytestconfig, sdk)
            first, second, missing = printed([folder], FAIL, gateway.url, KEY)
    assert first[:3] == ["SpekoRateLimitError", 429, 7]
    assert second[:2] == ["SpekoRateLimitError", 429]
    assert 0 < second[2] <= 7
    assert missing[:2] == ["SpekoApiError", 500]
    assert missing[3].count("OpenAI") + missing[3].count("openai") > 0
    assert "anthropic" not in missing[3]
