"""Snapshots of one's own as files: whose they are, what is written, what a full disk says."""

from __future__ import annotations

import errno
import os
import stat
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.scores import own_files
from playground.scores.own_files import ScoresError
from playground.teams.owner import MACHINE_OWNER, Owner
from speko_client.models import SnapshotFile, SnapshotOrigin, SnapshotRow

ANN, BOB = Owner("browser:ann"), Owner("browser:bob")


def snapshot(label: str = "My run", origin: SnapshotOrigin = "measured") -> SnapshotFile:
    """A snapshot of one row."""
    return SnapshotFile(
        id="any",
        label=label,
        source="measured here",
        date=date(2026, 11, 26),
        origin=origin,
        rows=(SnapshotRow(provider="openai", model="gpt-6", quality=80, n=15),),
    )


def test_what_was_saved_is_read_again_under_its_new_id(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "scores"
    made = own_files.save(snapshot(), folder, MACHINE_OWNER)
    assert made.startswith("measured-my-run-")
    assert own_files.own(folder, MACHINE_OWNER) == {made}
    again = own_files.read(made, folder, MACHINE_OWNER)
    assert again == snapshot().model_copy(update={"id": made})


def test_only_this_user_can_read_the_file_and_no_draft_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "scores"
    own_files.save(snapshot(), folder, ANN)
    (path,) = folder.iterdir()
    assert path.suffix == ".json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nobody_sees_reads_or_deletes_another_visitors(tmp_path: Path) -> None:
    made = own_files.save(snapshot(), tmp_path, ANN)
    assert own_files.own(tmp_path, BOB) == frozenset()
    assert own_files.of_others(tmp_path, BOB) == {made}
    assert own_files.of_others(tmp_path, ANN) == frozenset()
    for act in (own_files.read, own_files.delete):
        with pytest.raises(ScoresError, match="not here"):
            act(made, tmp_path, BOB)
    assert own_files.own(tmp_path, ANN) == {made}


def test_neither_the_id_nor_the_name_of_the_file_tells_the_owner(tmp_path: Path) -> None:
    made = own_files.save(snapshot(), tmp_path, ANN)
    assert "ann" not in made
    assert all("ann" not in path.name for path in tmp_path.iterdir())


def test_the_hosts_files_are_nobodys(tmp_path: Path) -> None:
    (tmp_path / "house.json").write_bytes(own_files.as_json(snapshot()))
    assert own_files.own(tmp_path, ANN) == own_files.of_others(tmp_path, ANN) == frozenset()


def test_a_deleted_one_can_be_put_back_under_its_id(tmp_path: Path) -> None:
    made = own_files.save(snapshot(), tmp_path, ANN)
    before = own_files.read(made, tmp_path, ANN)
    own_files.delete(made, tmp_path, ANN)
    assert own_files.own(tmp_path, ANN) == frozenset()
    own_files.keep(before, tmp_path, ANN)
    assert own_files.read(made, tmp_path, ANN) == before


@pytest.mark.parametrize("wanted", ["../x", "/etc/passwd", "a/b", "..", "", "a\nb", "x" * 5 + "/"])
def test_an_id_leads_nowhere_else(wanted: str, tmp_path: Path) -> None:
    with pytest.raises(ScoresError, match="not here"):
        own_files.read(wanted, tmp_path, ANN)
    with pytest.raises(ScoresError, match="not here"):
        own_files.delete(wanted, tmp_path, ANN)


@given(label=st.text(min_size=1, max_size=200))
def test_any_label_gives_an_id_that_a_snapshot_may_have(
    label: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("scores")
    made = own_files.save(snapshot(label, "votes"), folder, ANN)
    assert own_files.read(made, folder, ANN).label == label


def test_there_is_a_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_files, "MOST", 2)
    for _ in range(2):
        own_files.save(snapshot(), tmp_path, ANN)
    with pytest.raises(ScoresError, match="Delete one first"):
        own_files.save(snapshot(), tmp_path, ANN)
    assert own_files.save(snapshot(), tmp_path, BOB)


@pytest.mark.parametrize("name", ["MOST_IN_ALL", "MOST_BYTES_IN_ALL"])
def test_there_is_a_most_for_all_together(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_files.save(snapshot(), tmp_path, ANN)
    monkeypatch.setattr(own_files, name, 1)
    with pytest.raises(ScoresError, match="ask the host"):
        own_files.save(snapshot(), tmp_path, BOB)


def test_a_snapshot_that_is_too_large_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_files, "MOST_BYTES", 10)
    with pytest.raises(ScoresError, match="Leave out some rows"):
        own_files.save(snapshot(), tmp_path, ANN)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EROFS, "is read-only"),
        (errno.EACCES, "may not be written"),
        (errno.EIO, "could not be saved"),
    ],
)
def test_a_disk_that_takes_nothing_is_a_sentence_and_leaves_nothing(
    code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ScoresError, match=said):
        own_files.save(snapshot(), tmp_path, ANN)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    place = tmp_path / "scores"
    place.write_text("not a folder")
    with pytest.raises(ScoresError, match="could not be saved"):
        own_files.save(snapshot(), place, ANN)


def test_a_damaged_file_is_a_sentence_and_can_be_deleted(tmp_path: Path) -> None:
    made = own_files.save(snapshot(), tmp_path, ANN)
    (path,) = tmp_path.iterdir()
    path.write_text("{")
    with pytest.raises(ScoresError, match="damaged"):
        own_files.read(made, tmp_path, ANN)
    own_files.delete(made, tmp_path, ANN)
    assert own_files.own(tmp_path, ANN) == frozenset()
