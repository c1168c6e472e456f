"""The shelf of snapshots: what is on it, whatever lies in its folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from speko_client.models import RoutingIntent
from speko_gateway.candidates import Candidate
from speko_gateway.errors import GatewayError
from speko_gateway.routing.ranking import PoolEntry, Shortlist
from speko_gateway.routing.scores import SHIPPED, Snapshot, load_snapshot
from speko_gateway.routing.shelf import LOOK_SECONDS, Shelf, ShelvedShortlists
from speko_gateway.routing.snapshot_folder import (
    MOST_BYTES,
    MOST_FILES,
    Fault,
    checked_snapshot,
    read_file,
)
from tests.gateway.fleet_doubles import SteppedClock
from tests.gateway.routing.snapshot_files import content, write

DEMO, PUBLISHED = load_snapshot("demo"), load_snapshot("published")


def shelf(folder: Path, clock: SteppedClock | None = None) -> Shelf:
    return Shelf([DEMO, PUBLISHED], folder=folder, clock=clock or SteppedClock())


def problems(folder: Path) -> dict[str, tuple[str, str]]:
    """What is wrong, by file."""
    return {each.file: (each.field, each.message) for each in shelf(folder).problems()}


def test_shipped_ones_and_ones_own_stand_side_by_side(tmp_path: Path) -> None:
    write(tmp_path)
    found = shelf(tmp_path).snapshots()
    assert [(each.id, each.origin) for each in found] == [
        (DEMO.id, "shipped"),
        (PUBLISHED.id, "shipped"),
        ("mine-1", "file"),
    ]
    own = found[-1]
    assert (own.label, own.date, own.candidates, own.languages) == ("Mine", "2026-11-01", 1, 1)


def test_every_shipped_snapshot_can_be_read() -> None:
    listed = Shelf(map(load_snapshot, SHIPPED)).snapshots()
    assert len({each.id for each in listed}) == len(SHIPPED)
    assert all(each.candidates and each.languages for each in listed)


def test_a_folder_that_is_not_there_is_an_empty_one(tmp_path: Path) -> None:
    here = shelf(tmp_path / "later")
    assert len(here.snapshots()) == 2
    assert not here.problems()
    write(tmp_path / "later")
    assert here.named("mine-1").file.label == "Mine"


def test_one_that_was_just_written_is_found_at_once(tmp_path: Path) -> None:
    here = shelf(tmp_path, SteppedClock())
    with pytest.raises(GatewayError) as refused:
        here.named("mine-1")
    assert refused.value.status == 400
    assert "X-Speko-Scores: there is no snapshot of this id here." in refused.value.message
    assert f"There are {DEMO.id}, {PUBLISHED.id}" in refused.value.message
    write(tmp_path)
    assert here.named("mine-1").id == "mine-1"


def test_a_visitors_snapshot_can_be_used_and_is_not_named_to_others(tmp_path: Path) -> None:
    write(tmp_path, "measured-mine-1", f"measured-mine-1.{'0a' * 16}.json")
    write(tmp_path, "everybodys")
    here = shelf(tmp_path)
    assert here.named("measured-mine-1")
    with pytest.raises(GatewayError) as refused:
        here.named("nobody")
    assert refused.value.message.endswith(f"There are {DEMO.id}, {PUBLISHED.id}, everybodys")


def test_a_changed_file_is_read_again_within_a_second(tmp_path: Path) -> None:
    clock = SteppedClock()
    write(tmp_path)
    here = shelf(tmp_path, clock)
    before = here.named("mine-1")
    write(tmp_path, label="Mine, with a longer name")
    clock.pass_(LOOK_SECONDS)
    assert here.named("mine-1").file.label == "Mine, with a longer name"
    assert before.file.label == "Mine"
    (tmp_path / "mine-1.json").unlink()
    clock.pass_(LOOK_SECONDS)
    assert here.find("mine-1") is None


def test_what_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    clock = SteppedClock()
    write(tmp_path)
    here = shelf(tmp_path, clock)
    first = here.named("mine-1")
    write(tmp_path, "mine-2")
    clock.pass_(LOOK_SECONDS)
    assert here.named("mine-2")
    assert here.named("mine-1") is first


def test_a_bad_file_is_named_with_its_field_and_the_others_go_on_working(tmp_path: Path) -> None:
    write(tmp_path, "good")
    write(tmp_path, "no-label", label="")
    (tmp_path / "no-json.json").write_text("{")
    (tmp_path / "no-text.json").write_bytes(b'{"id": "\xff"}')
    (tmp_path / "nan.json").write_text(content("nan").replace("99", "NaN"))
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "wide.json").write_text("[" + "{}," * 600_000)
    (tmp_path / "readme.txt").write_text("no snapshot, and none is looked for here")
    (tmp_path / ".draft.json").write_text("half of a snap")
    found = problems(tmp_path)
    assert set(found) == {
        *("no-label.json", "no-json.json", "no-text.json", "nan.json", "deep.json", "wide.json")
    }
    assert found["no-label.json"][0] == "label"
    assert found["no-text.json"] == ("the file", "it is no UTF-8 text: byte 9 is not")
    assert found["nan.json"][0] == "rows.0.quality"
    assert found["wide.json"] == ("the file", "it has more than 500,000 elements")
    assert shelf(tmp_path).named("good")


def test_ids_that_are_taken(tmp_path: Path) -> None:
    write(tmp_path, "twice", "1.json")
    write(tmp_path, "twice", "2.json")
    write(tmp_path, DEMO.id)
    write(tmp_path, "whatif-0123456789ab")
    assert {name: field for name, (field, _) in problems(tmp_path).items()} == {
        "2.json": "id",
        f"{DEMO.id}.json": "id",
        "whatif-0123456789ab.json": "id",
    }
    assert "1.json has this id too" in problems(tmp_path)["2.json"][1]
    assert shelf(tmp_path).named(DEMO.id) is DEMO


def test_the_file_that_is_in_force_may_lie_in_the_folder(tmp_path: Path) -> None:
    path = write(tmp_path)
    write(tmp_path, "other")
    named = load_snapshot(str(path))
    here = Shelf([DEMO], named, tmp_path, SteppedClock(), path)
    assert not here.problems()
    assert here.named("mine-1") is named
    assert [each.id for each in here.snapshots()] == [DEMO.id, "mine-1", "other"]


def test_two_rows_for_one_scope(tmp_path: Path) -> None:
    row = json.loads(content())["rows"][0]
    write(tmp_path, rows=[row, row])
    field, message = problems(tmp_path)["mine-1.json"]
    assert (field, message) == ("rows.1", "a second row for openai/gpt-6-luna in en/general/global")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with open(tmp_path / "huge.json", "wb") as file:
        file.truncate(100 * 1024 * 1024)
    assert problems(tmp_path) == {"huge.json": ("the file", "it is larger than 4 MiB")}


def test_files_that_are_large_together(tmp_path: Path) -> None:
    for number in range(9):
        with open(tmp_path / f"{number}.json", "wb") as file:
            file.truncate(MOST_BYTES)
    write(tmp_path, "z-last")
    found = problems(tmp_path)
    assert "may have 32 MiB together" in found["8.json"][1]
    assert "32 MiB together" in found["z-last.json"][1]


def test_no_end_of_files(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 5):
        (tmp_path / f"{number:04}.json").write_text("")
    found = problems(tmp_path)
    assert len(found) == MOST_FILES + 1
    assert "it and 4 more are not read: a folder may have 200 files" in found["0200.json"][1]


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "device.json").symlink_to("/dev/zero")
    (tmp_path / "nowhere.json").symlink_to(tmp_path / "nothing")
    (tmp_path / "round.json").symlink_to(tmp_path / "round.json")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link.json").symlink_to(write(tmp_path / "elsewhere", "linked"))
    found = {name: message for name, (_, message) in problems(tmp_path).items()}
    assert found == {
        "pipe.json": "it is no regular file",
        "folder.json": "it is no regular file",
        "device.json": "it is no regular file",
        "nowhere.json": "it cannot be read: No such file or directory",
        "round.json": "it cannot be read: Too many levels of symbolic links",
    }
    assert shelf(tmp_path).named("linked")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read(tmp_path: Path) -> None:
    write(tmp_path).chmod(0)
    assert problems(tmp_path)["mine-1.json"] == ("the file", "it cannot be read: Permission denied")


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    file = write(tmp_path)
    assert problems(file) == {str(file): ("the file", "it cannot be read: Not a directory")}


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.json")).write_text("{")
    (problem,) = shelf(tmp_path).problems()
    assert problem.model_dump_json()
    assert problem.file == "\ufffd.json"


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.integers(), st.lists).map(
        lambda value: json.dumps(value).encode()
    )
)
@example(b"\xef\xbb\xbf" + content().encode())
@example(content().encode() + b"\0")
@example(b'{"id": "\\ud800"}')
def test_any_bytes_are_a_snapshot_or_a_fault(some: bytes) -> None:
    assert isinstance(checked_snapshot(some), Snapshot | Fault)


@given(st.data())
def test_a_damaged_file_is_a_snapshot_or_a_fault(data: st.DataObject) -> None:
    whole = content().encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    damaged = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    found = checked_snapshot(damaged)
    assert isinstance(found, Snapshot) or (found.field and found.message)


def test_a_file_that_goes_while_it_is_looked_at(tmp_path: Path) -> None:
    assert read_file(tmp_path / "gone.json") == Fault(
        "the file", "it cannot be read: No such file or directory"
    )


def test_shortlists_are_those_of_the_snapshot_that_ranks() -> None:
    kept = ShelvedShortlists(most=1)
    intent, pool = RoutingIntent(language="en"), [PoolEntry(Candidate("openai", "gpt-4o"))]

    def found(snapshot: Snapshot) -> Shortlist:
        return kept.of(snapshot)(intent, None, snapshot, pool, {}, None)

    first = found(PUBLISHED)
    assert found(PUBLISHED) is first
    assert first.scores_run_id == PUBLISHED.id
    assert found(DEMO).scores_run_id == DEMO.id
    assert found(PUBLISHED) is not first


def test_a_new_snapshot_under_an_old_id_has_new_shortlists(tmp_path: Path) -> None:
    kept, clock = ShelvedShortlists(), SteppedClock()
    write(tmp_path)
    here = shelf(tmp_path, clock)
    old = here.named("mine-1")
    remembered = kept.of(old)
    assert kept.of(old) is remembered
    write(tmp_path, label="Mine, changed")
    clock.pass_(LOOK_SECONDS)
    assert kept.of(here.named("mine-1")) is not remembered
