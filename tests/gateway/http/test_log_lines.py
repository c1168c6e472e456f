"""The gateway's log: a line per request, and never a content or a key."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
from dataclasses import replace
from typing import Any

import pytest

from speko_client.models import DRILL_HEADER, Drill, Fault
from speko_gateway.errors import SetupError
from speko_gateway.failover.staging import DrillRules
from speko_gateway.http.log_lines import (
    MOST_LINES,
    JsonLines,
    LogSettings,
    PatientStream,
    TextLines,
)
from speko_gateway.provider import FailureCode, TextDelta
from tests.gateway.fleet_doubles import Hang, PlayedProvider, failure, gateway, said
from tests.gateway.served import AUTH, BODY, STREAM, serving
from tests.patience import PATIENCE

REQUESTS = "speko_gateway.requests"
URL = "/v1/complete"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """The request lines so far, as JSON gives them."""
    caplog.set_level(logging.DEBUG, logger=REQUESTS)

    def read() -> list[dict[str, Any]]:
        found = [record for record in caplog.records if record.name == REQUESTS]
        return [json.loads(JsonLines().format(record)) for record in found]

    return read


async def test_an_answer_has_one_line_with_ids_and_times(lines: Any) -> None:
    provider = PlayedProvider({"a": [failure()], "b": said("Hi")})
    async with serving(gateway(provider)) as client:
        response = await client.post(URL, json=BODY, headers={"X-Request-Id": "mine-1"})
    assert response.headers["x-request-id"] == "mine-1"
    (line,) = lines()
    assert line.pop("time").endswith("Z")
    assert line.pop("totalMs") > 0
    assert line == {
        "level": "info",
        "event": "request",
        "requestId": "mine-1",
        "method": "POST",
        "path": "/v1/complete",
        "status": 200,
        "outcome": "answered",
        "provider": "acme",
        "model": "b",
        "failoverCount": 1,
        "attempts": ["acme/a SERVER_ERROR", "acme/b answered"],
        "form": "json",
        "simulated": False,
        "ttftMs": 0.0,
    }


async def test_a_drills_faults_are_told_from_a_candidates_own(lines: Any) -> None:
    provider = PlayedProvider({"a": said("Hi"), "b": [failure()], "c": said("Hi")})
    drill = Drill(faults=[Fault(target="acme:a", kind="rate_limited")])
    async with serving(replace(gateway(provider), drill_rules=DrillRules())) as client:
        await client.post(URL, json=BODY, headers={DRILL_HEADER: drill.to_header()})
    (line,) = lines()
    assert line["drill"] is True
    assert line["attempts"] == [
        "acme/a RATE_LIMITED (drill)",
        "acme/b SERVER_ERROR",
        "acme/c answered",
    ]


@pytest.mark.parametrize(
    ("steps", "headers", "body", "ending"),
    [
        ([failure()], STREAM, BODY, ("failed", "ALL_PROVIDERS_FAILED", 500)),
        ([TextDelta("Hi"), failure()], STREAM, BODY, ("failed", "SERVER_ERROR", 200)),
        ([failure(FailureCode.INVALID_REQUEST)], AUTH, BODY, ("rejected", "VALIDATION_ERROR", 400)),
        ([], AUTH, {}, ("rejected", "VALIDATION_ERROR", 400)),
    ],
)
async def test_an_error_has_its_code(
    lines: Any, steps: list[Any], headers: dict[str, str], body: Any, ending: tuple[str, str, int]
) -> None:
    async with serving(gateway(PlayedProvider({"a": steps}))) as client:
        await client.post(URL, json=body, headers=headers)
    (line,) = lines()
    assert (line["outcome"], line["code"], line["status"]) == ending


async def test_a_caller_who_left_is_noted(lines: Any) -> None:
    provider = PlayedProvider({"a": [Hang()]})
    async with serving(gateway(provider)) as client:
        call = asyncio.ensure_future(client.post(URL, json=BODY))
        await provider.hanging.wait()
        call.cancel()
        await asyncio.wait({call})
        await asyncio.wait_for(provider.ended.wait(), PATIENCE)
    (line,) = lines()
    assert line["outcome"] == "cancelled"
    assert line["attempts"] == ["acme/a cancelled"]
    assert "status" not in line


@pytest.mark.parametrize("given", ["", "with blank", "x" * 65, "a\u00e9"])
async def test_a_senseless_id_is_replaced(lines: Any, given: str) -> None:
    async with serving(gateway(PlayedProvider({"a": said("Hi")}))) as client:
        headers = {"X-Request-Id": given.encode()}
        answered = await client.get("/v1/fleet", headers=headers)  # type: ignore[arg-type]
    made = answered.headers["x-request-id"]
    assert made != given
    assert len(made) == 32
    assert [line["requestId"] for line in lines()] == [made]


async def test_what_stands_in_an_unknown_path_is_not_logged(lines: Any) -> None:
    async with serving(gateway(PlayedProvider({"a": said("Hi")}))) as client:
        await client.get("/sk-secret")
        await client.get("/v1/fleet", headers={"authorization": "Bearer wrong"})
        await client.get("/healthz")
    assert [(line["path"], line["status"], line["level"]) for line in lines()] == [
        ("(none of this gateway)", 404, "info"),
        ("/v1/fleet", 401, "info"),
        ("/healthz", 200, "debug"),
    ]


async def test_neither_contents_nor_keys_get_into_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = {**BODY, "messages": [{"role": "user", "content": "my own words"}]}
    async with serving(gateway(PlayedProvider({"a": said("its own words")}))) as client:
        assert "its own words" in (await client.post(URL, json=body)).text
    for record in caplog.records:
        line = JsonLines().format(record)
        assert "own words" not in line
        assert AUTH["authorization"] not in line


def broken(secret: str) -> logging.LogRecord:
    """A record of an exception that quotes what went through."""
    try:
        raise ValueError(f"it said {secret}")
    except ValueError:
        return logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "%s failed", (secret,), sys.exc_info()
        )


def test_an_exception_is_told_by_type_and_place() -> None:
    for formatter in (JsonLines(("sk-fake",)), TextLines(("sk-fake",))):
        line = formatter.format(broken("sk-fake"))
        assert "[key] failed" in line
        assert "ValueError" in line
        assert "test_log_lines.py" in line
        assert "sk-fake" not in line
        assert "it said" not in line
        assert "\n" not in line


def test_text_is_for_people() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "request", (), None)
    record.request = {"path": "/v1/complete", "attempts": ["a/b OK", "c/d OK"], "totalMs": 1.5}
    line = TextLines().format(record)
    assert line.endswith("INFO path=/v1/complete attempts=a/b OK,c/d OK totalMs=1.5")


def test_settings_come_from_flags_or_the_environment() -> None:
    env = {"SPEKO_LOG_LEVEL": "DEBUG", "SPEKO_LOG_FORMAT": ""}
    assert LogSettings.read(None, None, env) == LogSettings("debug", "json")
    assert LogSettings.read("error", "text", env) == LogSettings("error", "text")
    with pytest.raises(SetupError, match="SPEKO_LOG_LEVEL is 'loud'"):
        LogSettings.read(None, None, {"SPEKO_LOG_LEVEL": "loud"})


class BlockedPipe(io.StringIO):
    """Nobody reads: the first write waits until ``opened``."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Event()
        self.opened = threading.Event()

    def write(self, text: str) -> int:
        self.entered.set()
        self.opened.wait()
        return super().write(text)


def test_nobody_reading_the_log_holds_nobody_up() -> None:
    pipe = BlockedPipe()
    stream = PatientStream(pipe)
    stream.write("first\n")
    pipe.entered.wait()
    for number in range(MOST_LINES + 5):
        stream.write(f"{number}\n")
    pipe.opened.set()
    stream.close()
    written = pipe.getvalue().splitlines()
    assert written[:2] == ["first", "5"]
    assert len(written) == MOST_LINES + 1


def test_a_closed_stream_is_no_error() -> None:
    target = io.StringIO()
    target.close()
    stream = PatientStream(target)
    stream.write("lost\n")
    stream.close()
