"""An import in the background: it previews, stores what was chosen, and can be cancelled."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator

import pytest

from playground.imports.files import JsonFile, Look
from playground.imports.job import ImportJob, ImportQueue
from playground.imports.preview import summary
from playground.sessions.database import StoreError
from playground.sessions.turns import Conversation
from tests.patience import PATIENCE
from tests.playground.imports.exports_of_others import (
    NOW,
    as_json,
    chatgpt,
    chatgpt_branched,
    claude,
    node,
)


class Shelf:
    """A store that remembers what was put into it, and fails where it is told to."""

    def __init__(self) -> None:
        self.conversations: list[Conversation] = []
        self.here: set[str] = set()
        self.full_after: int | None = None

    def load(self, conversation_id: str) -> Conversation | None:
        return None

    def origins(self, some: Iterable[str]) -> set[str]:
        return self.here & {*some}

    def put(self, conversations: Iterable[Conversation]) -> None:
        if len(self.conversations) == self.full_after:
            raise StoreError("The disk is full.")
        self.conversations += conversations


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def _job(data: bytes, shelf: Shelf, queue: ImportQueue | None = None) -> ImportJob:
    job = ImportJob(io.BytesIO(data), "export.json", shelf, queue or ImportQueue(), lambda: NOW)
    job.read()
    return job


def _read(data: bytes, shelf: Shelf) -> ImportJob:
    job = _job(data, shelf)
    assert job.wait(PATIENCE)
    return job


TWO = as_json(
    chatgpt_branched(title="Deploys"),
    chatgpt(node("a", "a", "user", "x"), title="Circle"),
    claude(),
    claude(),
)


def test_the_preview_says_what_would_come_and_stores_nothing(shelf: Shelf) -> None:
    shelf.here = {"claude:c1a0-de"}
    job = _read(TWO, shelf)
    assert job.preview is not None
    (new,) = job.preview.new
    assert (new.title, new.tool, new.turns, new.branches) == ("Deploys", "ChatGPT", 3, 2)
    assert [each.known for each in job.preview.known] == ["here", "here"]
    assert [each.problem for each in job.preview.broken] == [
        "Its messages follow each other in a circle."
    ]
    assert summary(job.preview) == (
        "1 conversation from ChatGPT, with 3 turns, 24 Aug 2025 to 24 Aug 2025."
    )
    assert not shelf.conversations


def test_what_comes_twice_is_imported_once(shelf: Shelf) -> None:
    job = _read(TWO, shelf)
    assert job.preview is not None
    assert [each.known for each in job.preview.candidates] == [None, None, "twice"]


def test_only_what_was_chosen_is_stored(shelf: Shelf) -> None:
    job = _read(TWO, shelf)
    assert job.preview is not None
    job.store([job.preview.new[1].number])
    assert job.wait(PATIENCE)
    assert [each.title for each in shelf.conversations] == ["Two cities"]
    assert job.report is not None
    (outcome,) = job.report.imported
    assert outcome.conversation_id == shelf.conversations[0].id
    assert outcome.notes == ("1 image or file left out",)


def test_a_full_disk_stops_it_and_says_so(shelf: Shelf) -> None:
    shelf.full_after = 1
    job = _read(as_json(*(claude(uuid=f"c{number}") for number in range(9))), shelf)
    job.store([each.number for each in job.preview.new] if job.preview else [])
    assert job.wait(PATIENCE)
    assert job.report is not None
    assert len(job.report.imported) == 1
    assert [each.problem for each in job.report.left_out] == ["The disk is full."] * 3
    assert job.report.stopped == "The disk is full."


def test_a_file_that_cannot_be_read_is_a_sentence(shelf: Shelf) -> None:
    job = _read(b"PK\x05\x06" + b"\0" * 18, shelf)
    assert job.problem == "This ZIP has no JSON file. Choose the ZIP of the export as it came."
    assert job.preview is None


def test_cancelling_ends_the_reading(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def endless(file: io.BytesIO, name: str, look: Look) -> Iterator[JsonFile]:
        def pieces() -> Iterator[bytes]:
            while True:
                begun.set()
                assert go_on.wait(PATIENCE)
                look(1, 10)
                yield as_json(claude())

        yield JsonFile(name, pieces())

    monkeypatch.setattr("playground.imports.reading.json_files", endless)
    job = _job(b"", shelf)
    assert begun.wait(PATIENCE)
    assert job.running
    job.cancel()
    go_on.set()
    assert job.wait(PATIENCE)
    assert job.cancelled
    assert job.preview is None
    assert not shelf.conversations


def test_one_import_runs_at_a_time_and_one_that_waits_can_be_cancelled(shelf: Shelf) -> None:
    queue = ImportQueue()
    with queue.lock:
        job = _job(TWO, shelf, queue)
        assert job.running
        job.cancel()
        assert job.wait(PATIENCE)
        assert job.cancelled
    assert queue.lock.acquire(blocking=False)


def test_a_bug_does_not_hide(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: object) -> Iterator[JsonFile]:
        raise ZeroDivisionError

    monkeypatch.setattr("playground.imports.reading.json_files", failing)
    job = _read(TWO, shelf)
    assert job.problem is not None
    assert "its log says why" in job.problem
    assert "An import failed" in caplog.text


def test_a_bug_in_one_conversation_does_not_lose_the_others(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("playground.imports.claude._add", failing)
    job = _read(TWO, shelf)
    assert job.preview is not None
    assert [each.title for each in job.preview.new] == ["Deploys"]
    assert [each.title for each in job.preview.broken] == ["Circle", "Two cities", "Two cities"]


@pytest.mark.parametrize("keep_dates", [True, False])
def test_where_old_sessions_are_deleted_it_counts_as_used_now(
    shelf: Shelf, keep_dates: bool
) -> None:
    file, queue = io.BytesIO(as_json(claude())), ImportQueue()
    job = ImportJob(file, "x.json", shelf, queue, lambda: NOW, keep_dates=keep_dates)
    job.read()
    assert job.wait(PATIENCE)
    job.store([0])
    assert job.wait(PATIENCE)
    (stored,) = shelf.conversations
    assert (stored.updated_at == NOW) is not keep_dates
    assert stored.turns[0].created_at.year == 2025
