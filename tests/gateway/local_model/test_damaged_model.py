"""A model file that is not what it should be: scripted words and a sentence, never an error."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from speko_gateway.config import Config
from speko_gateway.gateway import build_gateway
from speko_gateway.local_model import model_file
from speko_gateway.local_model.model_file import SHIPPED, present
from tests.gateway.served import BODY, serving

Make = Callable[[Path], object]


def sparse(size: int, beginning: bytes = b"GGUF") -> Make:
    """Makes a file of this size that takes no room on the disk."""

    def make(path: Path) -> None:
        path.write_bytes(beginning)
        os.truncate(path, size)

    return make


FAULTS: dict[str, Make] = {
    "another content": sparse(SHIPPED.size),
    "cut short": sparse(SHIPPED.size // 2),
    "empty": sparse(0, b""),
    "no model at all": sparse(SHIPPED.size, b"PK"),
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
}
"""What may stand in the file's place."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the model belongs."""
    monkeypatch.delenv("SPEKO_MODEL_PATH", raising=False)
    monkeypatch.setenv("SPEKO_DATA_DIR", str(tmp_path))
    path = model_file.model_path()
    path.parent.mkdir()
    return path


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_demo_fleet_speaks_scripted_words(place: Path, fault: str) -> None:
    FAULTS[fault](place)
    async with serving(build_gateway(Config(fleet="demo", pace=0), {})) as client:
        answer = await client.post("/v1/complete", json=BODY)
        fleet = (await client.get("/v1/fleet")).json()
        known = (await client.get("/v1/providers/known")).json()["llm"]
    assert answer.status_code == 200
    assert answer.json()["words"] == "scripted"
    assert (fleet["weightsPresent"], fleet["words"]) == (False, "scripted")
    local = next(row for row in known if row["vendor"] == "local" and row["model"])
    assert "fetch it" in local["reason"]


@pytest.mark.parametrize("fault", ["cut short", "no model at all", "another content"])
async def test_a_model_of_ones_own_that_cannot_be_loaded_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    FAULTS[fault](tmp_path / "own.gguf")
    monkeypatch.setenv("SPEKO_MODEL_PATH", str(tmp_path / "own.gguf"))
    async with serving(build_gateway(Config(fleet="demo", pace=0), {})) as client:
        first, second = [(await client.post("/v1/complete", json=BODY)).json() for _ in range(2)]
        fleet = (await client.get("/v1/fleet")).json()
    assert (first["words"], second["words"]) == ("scripted", "scripted")
    assert first["failoverCount"] == 0
    assert "own.gguf is" in first["notes"][-1]
    assert fleet["weightsPresent"] is False


def test_the_hash_is_looked_at_once_until_the_file_changes(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Path] = []
    real = Path.open

    def counted(path: Path, *args: object) -> object:
        reads.append(path)
        return real(path, *args)  # type: ignore[call-overload]

    sparse(SHIPPED.size)(place)
    monkeypatch.setattr(Path, "open", counted)
    assert [present() for _ in range(3)] == [False] * 3
    assert len(reads) == 1
    os.utime(place, ns=(1, 1))
    assert not present()
    assert len(reads) == 2


async def test_a_model_that_is_cut_short_while_it_speaks_goes_on_speaking(
    place: Path, model_file: Path
) -> None:
    shutil.copyfile(model_file, place)
    async with serving(build_gateway(Config(fleet="demo", pace=0), {})) as client:
        first = (await client.post("/v1/complete", json=BODY)).json()
        os.truncate(place, 1000)
        second = (await client.post("/v1/complete", json=BODY)).json()
    assert first["words"] == second["words"] == "SmolLM2-135M-Instruct"
    assert second["text"]
