"""``python -m speko_gateway``: starting, ending, and what it prints for people."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from itertools import chain
from pathlib import Path

import httpx
import pytest

from tests.gateway.process import COMMAND, FAST_DEMO, KEY, ROOT, Running, environment, running
from tests.gateway.providers.vendor_server import wire
from tests.gateway.routing.snapshot_files import write
from tests.gateway.served import BODY
from tests.loopback_server import LoopbackServer
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A gateway for those tests that ask it something and leave it as it was."""
    with running(tmp_path_factory.mktemp("gateway"), *FAST_DEMO) as gateway:
        yield gateway


def run(data: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environment(data, **env),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def get(url: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.get(url, headers=headers, timeout=PATIENCE)


def test_it_says_where_it_listens_and_answers_there(gateway: Running) -> None:
    assert gateway.said == (f"Listening on {gateway.url}",)
    assert gateway.url.startswith("http://127.0.0.1:")
    assert get(f"{gateway.url}/healthz").json() == {"status": "ok"}
    answer = httpx.post(
        f"{gateway.url}/v1/complete",
        json=BODY,
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=PATIENCE,
    ).json()
    assert answer["simulated"] is True
    assert answer["words"] == "scripted"
    assert answer["usage"]["estimated"] is True


def test_headers_without_an_end_are_not_taken_in(gateway: Running) -> None:
    with httpx.Client(base_url=gateway.url, timeout=PATIENCE) as client:
        padded = {f"X-Header-{number}": "a" * 40_000 for number in range(4)}
        body = {**BODY, "systemPrompt": "a" * 1_000_000}
        for _ in range(2):
            headers = padded | {"Authorization": f"Bearer {KEY}"}
            assert client.post("/v1/complete", json=body, headers=headers).status_code == 200
        host, port = gateway.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as caller:
            caller.sendall(b"GET /healthz HTTP/1.1\r\nX-Endless: ")
            refused = _sent_until_answered(caller)
        assert b"The headers are larger than 192 KiB" in refused


def _sent_until_answered(caller: socket.socket) -> bytes:
    """Part of a header, again and again, until the server says something."""
    for _ in range(1_000):
        if select.select([caller], [], [], 0)[0]:
            break
        try:
            caller.sendall(b"a" * 1_000)
        except ConnectionError:  # it has answered and hung up in between
            break
    return caller.recv(4096)


@pytest.mark.parametrize("upgrade", ["h2c", "websocket"])
@pytest.mark.parametrize("after", ["", "close, "])
def test_an_offered_upgrade_is_passed_over_and_the_body_read(
    gateway: Running, upgrade: str, after: str
) -> None:
    offer = {"Connection": f"{after}Upgrade, HTTP2-Settings", "Upgrade": upgrade}
    headers = {"Authorization": f"Bearer {KEY}", "HTTP2-Settings": "AAEAAEAA", **offer}
    with httpx.Client(base_url=gateway.url, timeout=PATIENCE) as client:
        for _ in range(2):
            answer = client.post("/v1/complete", json=BODY, headers=headers)
            assert (answer.status_code, answer.json()["simulated"]) == (200, True)
        asked = client.build_request("CONNECT", "/", headers=offer)
        assert client.send(asked).status_code == 400


def test_without_a_key_it_makes_one_and_prints_it(tmp_path: Path) -> None:
    env = environment(tmp_path)
    del env["SPEKO_GATEWAY_KEY"]
    with running(tmp_path, *FAST_DEMO, env=env) as gateway:
        key = gateway.said[0].rsplit(" ", 1)[1]
        headers = {"Authorization": f"Bearer {key}"}
        assert get(f"{gateway.url}/v1/fleet", headers).status_code == 200
        assert get(f"{gateway.url}/v1/fleet").status_code == 401


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_without_noise(tmp_path: Path, how: signal.Signals) -> None:
    with running(tmp_path, *FAST_DEMO) as gateway:
        gateway.process.send_signal(how)
        rest = gateway.output.read()
        gateway.process.wait(PATIENCE)
    assert rest == ""


def test_it_ends_with_its_standard_input_when_asked_to(tmp_path: Path) -> None:
    with running(tmp_path, *FAST_DEMO, "--exit-with-stdin") as gateway:
        assert gateway.process.stdin is not None
        gateway.process.stdin.close()
        assert gateway.process.wait(PATIENCE) == 0
        assert gateway.output.read() == ""


def test_answers_under_way_do_not_hold_up_its_end(tmp_path: Path) -> None:
    options = ("--fleet", "demo", "--words", "scripted", "--pace", "1000", "--exit-with-stdin")
    with running(tmp_path, *options) as gateway, socket.socket() as caller:
        host, port = gateway.url.removeprefix("http://").split(":")
        caller.connect((host, int(port)))
        request = httpx.Request("POST", f"{gateway.url}/v1/complete", json=BODY)
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        start = f"POST /v1/complete HTTP/1.1\r\nAuthorization: Bearer {KEY}\r\n{head}\r\n"
        caller.sendall(start.encode() + request.read())
        get(f"{gateway.url}/healthz")
        assert gateway.process.stdin is not None
        gateway.process.stdin.close()
        assert gateway.process.wait(PATIENCE) == 0
        assert b"The gateway is stopping" in caller.recv(4096)
        assert gateway.output.read() == ""


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(tmp_path, "serve", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose" in done.stderr


@pytest.mark.parametrize(
    "wrong",
    [("--port", "70000"), ("--port", "x"), ("--pace", "-1"), ("--pace", "nan"), ("--fleet", "my")],
)
def test_wrong_options_are_told(tmp_path: Path, wrong: tuple[str, str]) -> None:
    done = run(tmp_path, "serve", *wrong)
    assert done.returncode == 2
    assert f"argument {wrong[0]}" in done.stderr


def test_an_address_that_cannot_be_meant_is_told_at_the_start(tmp_path: Path) -> None:
    wrong = "http://127.0.0.1:99999/v1"
    env = environment(tmp_path, SPEKO_VLLM_BASE_URL=wrong)
    with running(tmp_path, env=env) as gateway:
        bearer = {"Authorization": f"Bearer {KEY}"}
        known = get(f"{gateway.url}/v1/providers/known", bearer).json()["llm"]
        said = chain(gateway.said, gateway.output)
        told = next(line for line in said if "cannot be called" in line)
    reason = "its base URL has a port that no server has: they are 1 to 65535"
    assert f"vLLM cannot be called: {reason}." in told
    assert [row["reason"] for row in known if row["id"] == "vllm"] == [reason]


def test_providers_lists_the_demo_fleet_and_why_the_local_model_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path, "providers")
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert lines["openai:gpt-6.1-sol"].split()[1:] == ["simulated", "available"]
    assert "pull-model" in lines["local:smollm2-135m-instruct"]


def test_a_key_turns_the_demo_fleet_off_unless_asked_for(tmp_path: Path) -> None:
    live = run(tmp_path, "providers", OPENAI_API_KEY="fake").stdout
    assert "openai:gpt-4o " in live
    assert "simulated" not in live
    assert "needs a key (XAI_API_KEY)" in live
    assert "fake" not in live
    demo = run(tmp_path, "providers", "--fleet", "demo", OPENAI_API_KEY="fake").stdout
    assert "live" not in demo


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_has_seen_enough_of_the_list_is_no_error(
    unbuffered: str, tmp_path: Path
) -> None:
    """As ``| head`` is."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "providers"],
        cwd=ROOT,
        env=environment(tmp_path, PYTHONUNBUFFERED=unbuffered),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(writing)
    assert (done.stderr, done.returncode) == ("", 0)


def test_a_model_file_that_cannot_be_fetched_is_reported_in_json(tmp_path: Path) -> None:
    missing = str(tmp_path / "no.gguf")
    done = run(tmp_path, "pull-model", "--progress", "json", SPEKO_MODEL_PATH=missing)
    assert done.returncode == 1
    assert done.stdout.startswith('{"error": ')
    assert missing in done.stdout


def test_it_ranks_by_a_snapshot_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    figures = {"provider": "acme", "model": "m1", "quality": 1, "ttftMs": 1, "usdPerMinute": 1}
    about = {"id": "own-1", "label": "Own", "source": "me", "date": "2026-01-01"}
    own.write_text(json.dumps({**about, "rows": [figures]}))
    done = run(tmp_path, "providers", "--fleet", "demo", "--snapshot", str(own))
    assert done.stdout.split()[:3] == ["acme:m1", "simulated", "available"]


def test_a_snapshot_that_is_no_good_is_told_in_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"id": "own-1"}')
    done = run(tmp_path, "serve", "--port", "0", "--snapshot", str(bad))
    assert done.returncode == 1
    assert done.stderr == f"Snapshot {bad}, label: Field required\n"


def test_a_price_list_that_is_no_good_is_told_in_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "prices.json"
    bad.write_text('{"openai:gpt-4o": {"inputUsdPerMillion": "much", "outputUsdPerMillion": 1}}')
    by_flag = run(tmp_path, "serve", "--port", "0", "--prices", str(bad))
    by_variable = run(tmp_path, "serve", "--port", "0", SPEKO_PRICES=str(bad))
    assert by_flag.returncode == by_variable.returncode == 1
    assert by_flag.stderr == by_variable.stderr
    assert by_flag.stderr.startswith(f"Price list {bad}, openai:gpt-4o.inputUsdPerMillion: ")
    assert by_flag.stderr.count("\n") == 1


class Vendor(LoopbackServer):
    """Answers every call with the same stream."""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        request.rfile.read(int(request.headers.get("content-length", 0)))
        request.send_response(200)
        request.send_header("content-type", "text/event-stream")
        request.end_headers()
        request.wfile.write(wire("openai-text"))


def _answers_in(file: Path) -> int:
    """How many answers of the first candidate are kept there."""
    return len(json.loads(file.read_text())["times"][0]["ms"]) if file.exists() else 0


def test_what_it_has_measured_outlives_kill_9(tmp_path: Path) -> None:
    only = {"constraints": {"allowedProviders": {"llm": ["openai:gpt-6-luna"]}}}
    headers = {"Authorization": f"Bearer {KEY}", "Accept": "text/event-stream"}
    file = tmp_path / "measured-times.json"
    with Vendor() as vendor:
        url = {"SPEKO_OPENAI_BASE_URL": vendor.base_url, "OPENAI_API_KEY": "secret-key"}
        env = environment(tmp_path, **url)
        with running(tmp_path, env=env) as gateway:
            for _ in range(5):
                answer = httpx.post(
                    f"{gateway.url}/v1/complete",
                    json=BODY | only,
                    headers=headers,
                    timeout=PATIENCE,
                )
                assert "event: done" in answer.text
            due = time.monotonic() + PATIENCE
            while _answers_in(file) < 5:
                assert time.monotonic() < due
                get(f"{gateway.url}/healthz")
            gateway.process.kill()
            gateway.process.wait(PATIENCE)
        assert "secret-key" not in file.read_text()
        with running(tmp_path, env=env) as gateway:
            asked = (
                f"{gateway.url}/v1/routing/preview?language=en&allowed_provider=openai:gpt-6-luna"
            )
            axes = get(asked, headers).json()["winner"]["axes"]
    assert [each["n"] for each in axes["sources"] if each["axis"] == "latency"] == [5]


def test_a_snapshot_in_its_folder_is_used_by_the_next_request(tmp_path: Path) -> None:
    folder = tmp_path / "my-scores"
    headers = {"Authorization": f"Bearer {KEY}"}
    with running(tmp_path, *FAST_DEMO, "--scores-folder", str(folder)) as gateway:
        own = headers | {"X-Speko-Scores": "mine-1"}
        assert get(f"{gateway.url}/v1/fleet", own).status_code == 400
        write(folder)
        (folder / "bad.json").write_text("{")
        assert get(f"{gateway.url}/v1/fleet", own).json()["snapshot"]["label"] == "Mine"
        told = get(f"{gateway.url}/v1/scores", headers).json()
    assert [each["file"] for each in told["problems"]] == ["bad.json"]
    assert "mine-1" in [each["id"] for each in told["snapshots"]]
