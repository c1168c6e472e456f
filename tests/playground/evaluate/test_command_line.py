"""Evaluate from the command line: what it says, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.evaluate.command_line import main
from playground.evaluations.live_runs import evaluations
from playground.runtime import get_runtime
from playground.suites.suite import Contains, Judge
from playground.suites.suite_files import write_suite
from playground.teams.owner import MACHINE_OWNER
from tests.playground.evaluations.asked import asked_for
from tests.playground.findings.made_cells import suite
from tests.playground.servers.wire_server import ThreadedWireServer, Wire, holds, says

KEY = "k-of-the-environment"


@pytest.fixture(autouse=True)
def settings(
    wire: ThreadedWireServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A data folder of its own, and the server in the environment."""
    monkeypatch.setenv("SPEKO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SPEKO_API_KEY", KEY)
    monkeypatch.setenv("SPEKO_BASE_URL", wire.base_url)
    get_runtime().shutdown()
    yield
    get_runtime().shutdown()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three cases, two arms, and a check that “Hello there.” passes."""
    path = tmp_path / "suite.yaml"
    path.write_bytes(write_suite(suite(3, 2, checks=(Contains(value="hello"),))))
    return path


def run_ids() -> list[str]:
    """The runs in the store, the latest first."""
    runtime = get_runtime()
    found = [head.id for head in evaluations(runtime).runs(MACHINE_OWNER).runs()]
    runtime.shutdown()
    return found


async def wrong_about_one(wire: Wire) -> None:
    """Fails the check of one case."""
    await says("No." if asked_for(wire) == "Say 1" else "Hello.")(wire)


async def wrong_about_all(wire: Wire) -> None:
    """Fails every check."""
    await says("No.")(wire)


def test_all_is_well(file: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["run", str(file), "--json", str(tmp_path / "out.json")]) == 0
    said = capsys.readouterr()
    [run_id] = run_ids()
    assert f"Capitals ({run_id}): done, 6 of 6 cells" in said.out
    assert "3 of 3 passed" in said.out
    assert "6 calls" in said.err
    assert "\r" not in said.err, "nobody is looking at a terminal"
    told = json.loads((tmp_path / "out.json").read_bytes())
    assert (told["run"]["id"], len(told["cells"])) == (run_id, 6)
    assert KEY not in (tmp_path / "out.json").read_text() + said.out + said.err


def test_what_a_judge_says_is_said(
    file: Path, wire: ThreadedWireServer, capsys: pytest.CaptureFixture[str]
) -> None:
    judge = Judge(pin="openai:judge", pairwise=True)
    file.write_bytes(write_suite(suite(2, 2, judge=judge)))
    assert main(["run", str(file)]) == 0
    assert "a1, judged against a0: 0 wins, 0 ties, 0 losses; 2 undecided" in capsys.readouterr().out


def test_a_failed_check_ends_with_100(file: Path, wire: ThreadedWireServer) -> None:
    wire.script = wrong_about_one
    assert main(["run", str(file)]) == 100


def test_only_a_regression_fails_where_that_is_asked_for(
    file: Path, wire: ThreadedWireServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(write_suite(suite(30, 1, checks=(Contains(value="hello"),))))
    assert main(["run", str(file), "--name", "Before"]) == 0
    [before] = run_ids()
    compare = ["run", str(file), "--baseline", before, "--fail-on", "regression"]
    wire.script = wrong_about_one
    assert main(compare) == 0
    assert f"Against Before ({before})" in capsys.readouterr().out
    wire.script = wrong_about_all
    assert main(compare) == 100


def test_a_run_that_stopped_at_its_cap_is_gone_on_with(
    file: Path, wire: ThreadedWireServer, capsys: pytest.CaptureFixture[str]
) -> None:
    pinned = suite(6, 1)
    known = pinned.arms[0].model_copy(update={"pin": "openai:gpt-4o"})
    file.write_bytes(write_suite(pinned.model_copy(update={"arms": (known,)})))
    assert main(["run", str(file), "--max-cost", "0.00001", "--concurrency", "1"]) == 1
    assert "--resume" in capsys.readouterr().err
    done = len(wire.asked)
    assert done < 6
    assert main(["run", str(file), "--resume", "--max-cost", "1"]) == 0
    assert len(wire.asked) == 6
    assert len(run_ids()) == 1


def test_without_anything_to_resume_a_new_run_begins(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(file), "--resume"]) == 0
    assert "a new one begins" in capsys.readouterr().err
    assert main(["run", str(file), "--resume"]) == 0
    assert len(run_ids()) == 2


def test_another_server_is_asked_with_the_key_of_the_environment(
    file: Path, wire: ThreadedWireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPEKO_BASE_URL")
    assert main(["run", str(file), "--server", f"{wire.base_url}/v1"]) == 0
    assert {each.headers["authorization"] for each in wire.asked} == {f"Bearer {KEY}"}


def test_runs_are_listed_shown_and_exported(
    file: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["list"]) == 0
    assert "No run yet" in capsys.readouterr().out
    assert main(["run", str(file), "--name", "Monday"]) == 0
    [run_id] = run_ids()
    capsys.readouterr()
    assert main(["list"]) == 0
    line = capsys.readouterr().out
    assert all(part in line for part in (run_id, "done", "6/6 cells", "Monday"))
    assert main(["show", run_id]) == 0
    assert "3 of 3 passed" in capsys.readouterr().out
    files = {name: tmp_path / f"run.{name}" for name in ("json", "junit", "csv", "html")}
    options = [each for name, path in files.items() for each in (f"--{name}", str(path))]
    assert main(["export", run_id, *options]) == 0
    assert len(json.loads(files["json"].read_bytes())["cells"]) == 6
    assert files["junit"].read_text().count("<testcase ") == 6
    assert len(files["csv"].read_text().splitlines()) == 7
    page = files["html"].read_text()
    assert "3 of 3 passed" in page
    assert "Hello there." in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "nothing.yaml"], "nothing.yaml"),
        (["run", "SUITE", "--baseline", "nothing"], "There is no run"),
        (["run", "SUITE", "--resume", "nothing"], "There is no run"),
        (["run", "SUITE", "--fail-on", "regression"], "--baseline"),
        (["run", "SUITE", "--max-cost", "-1"], "US dollars"),
        (["run", "SUITE", "--max-cost", "nan"], "US dollars"),
        (["run", "SUITE", "--concurrency", "1000"], "256"),
        (["run"], "suite"),
        (["show", "nothing"], "There is no run"),
        (["export", "nothing", "--json", "x.json"], "There is no run"),
        (["export", "nothing"], "--json"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_1(
    arguments: list[str], words: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(file) if each == "SUITE" else each for each in arguments]
    try:
        status = main(given)
    except SystemExit as ended:
        status = int(str(ended.code))
    said = capsys.readouterr()
    assert (status, said.out) == (1, "")
    assert words in said.err
    assert "Traceback" not in said.err


def test_a_suite_that_is_none_is_a_sentence(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("name: [")
    assert main(["run", str(file)]) == 1
    assert "suite.yaml" in capsys.readouterr().err


def test_a_server_that_is_gone_is_an_error(
    file: Path, wire: ThreadedWireServer, capsys: pytest.CaptureFixture[str]
) -> None:
    async def hangs_up(wire: Wire) -> None:
        wire.writer.close()

    wire.script = hangs_up
    assert main(["run", str(file)]) == 1
    assert "interrupted" in capsys.readouterr().err


def test_an_interrupt_ends_it_and_says_how_to_go_on(
    file: Path, wire: ThreadedWireServer, capsys: pytest.CaptureFixture[str]
) -> None:
    wire.script = holds("Par")
    # Who started the tests may have them ignore it, as a shell does for what runs behind it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def interrupt() -> None:
        wire.arrived.acquire()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    try:
        assert main(["run", str(file)]) == 1
    finally:
        signal.signal(signal.SIGINT, before)
    assert "--resume" in capsys.readouterr().err
    wire.script = says("Hello")
    assert main(["run", str(file), "--resume"]) == 0
