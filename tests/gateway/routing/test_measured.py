"""Measured times: the last 200 real answers by candidate and region, kept over restarts."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import statistics
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_gateway.candidates import Candidate
from speko_gateway.routing import measured
from speko_gateway.routing.figures import FROM_ANSWERS, LiveFigures, MeasuredTimes
from speko_gateway.routing.live_scores import LiveScores
from speko_gateway.routing.measured import MOST_ANSWERS, MOST_CANDIDATES, Place, TimesKept
from speko_gateway.routing.scores import load_snapshot
from tests.patience import PATIENCE

LUNA = Candidate("openai", "gpt-6-luna")
HERE = Place(LUNA, "global")
TODAY = date(2026, 11, 26)


def kept(path: Path | None = None) -> TimesKept:
    return TimesKept(path, lambda: TODAY)


@given(st.lists(st.floats(0.001, 600), min_size=1, max_size=450))
def test_it_is_the_median_of_the_last_200(seconds: list[float]) -> None:
    times = kept()
    for each in seconds:
        times.note(HERE, each)
    found = times.at(HERE)
    assert found is not None
    assert found.n == min(len(seconds), MOST_ANSWERS)
    assert found.until == "2026-11-26"
    last = statistics.median(seconds[-MOST_ANSWERS:]) * 1000
    assert found.p50_ms == pytest.approx(last, abs=0.1)


def test_regions_and_addresses_are_told_apart() -> None:
    times = kept()
    times.note(HERE, 0.3)
    times.note(Place(LUNA, "europe-west3"), 0.5)
    elsewhere = times.through({"openai": "http://127.0.0.1:9/v1"})
    elsewhere.note("global", LUNA, 0.001)
    own = times.through({"xai": "http://127.0.0.1:9/v1"})
    assert [own.ttft(LUNA, region) for region in ("global", "europe-west3", "us-east4")] == [
        (300.0, 1, "2026-11-26"),
        (500.0, 1, "2026-11-26"),
        None,
    ]
    assert elsewhere.ttft(LUNA, "global") == (1.0, 1, "2026-11-26")
    assert elsewhere.ttft(LUNA, "europe-west3") is None


def test_a_time_is_used_from_five_answers_on() -> None:
    times = kept()
    seen: MeasuredTimes = times.through({})
    live = LiveFigures(times=seen)
    revisions = {seen.revision}
    for number in range(FROM_ANSWERS):
        assert live.latency(LUNA, "global") is None, number
        times.note(HERE, 0.4)
        revisions.add(seen.revision)
    figure = live.latency(LUNA, "global")
    assert figure is not None
    assert (figure.value, figure.n, figure.date) == (400.0, FROM_ANSWERS, "2026-11-26")
    assert len(revisions) == FROM_ANSWERS + 1


def test_they_are_kept_over_restarts_but_not_those_of_callers_addresses(tmp_path: Path) -> None:
    path = tmp_path / "data" / "measured-times.json"
    times = kept(path)
    for number in range(MOST_ANSWERS + 3):
        times.note(HERE, number / 1000)
    times.note(Place(LUNA, "global", "http://user:secret@box/v1"), 0.001)
    times.save()
    assert "secret" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    again = kept(path)
    assert again.at(HERE) == times.at(HERE)
    assert again.at(Place(LUNA, "global", "http://user:secret@box/v1")) is None
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_the_environments_own_addresses_are_kept_too_unless_they_hold_a_secret(
    tmp_path: Path,
) -> None:
    proxy, secret = "https://proxy.example/v1", "https://me:secret@proxy.example/v1"
    times = TimesKept(tmp_path / "times.json", lasting=[proxy, secret])
    for address in (proxy, secret):
        times.note(Place(LUNA, "global", address), 0.1)
    times.save()
    again = kept(tmp_path / "times.json")
    assert again.at(Place(LUNA, "global", proxy)) is not None
    assert again.at(Place(LUNA, "global", secret)) is None
    assert again.at(HERE) is None
    assert "secret" not in (tmp_path / "times.json").read_text()


def test_two_processes_may_share_the_file(tmp_path: Path) -> None:
    path, grok = tmp_path / "times.json", Place(Candidate("xai", "grok-4.7"), "global")
    first, second = kept(path), kept(path)
    first.note(HERE, 0.1)
    first.save()
    second.note(grok, 0.2)
    second.save()
    first.note(HERE, 0.1)
    first.save()
    again = kept(path)
    assert (again.at(HERE), again.at(grok)) == (first.at(HERE), second.at(grok))


NAMES = st.text(max_size=4) | st.text("a", min_size=199, max_size=202)


@given(st.lists(st.tuples(NAMES, NAMES, NAMES, st.floats(0, 1e5)), min_size=1, max_size=4))
def test_whatever_was_noted_can_be_read_again(noted: list[tuple[str, str, str, float]]) -> None:
    path = Path(os.environ["SPEKO_DATA_DIR"]) / "noted-times.json"
    path.unlink(missing_ok=True)
    times, usual = kept(path), Place(Candidate("xai", "grok-4.7"), "global")
    for provider, model, region, seconds in noted:
        times.note(Place(Candidate(provider, model), region), seconds)
    times.note(usual, 0.5)
    times.save()
    assert kept(path).at(usual) == times.at(usual)


def test_there_is_no_end_of_candidates_but_of_what_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "times.json"
    times = kept(path)
    for number in range(MOST_CANDIDATES + 5):
        times.note(Place(Candidate("custom", f"m{number}"), "global"), 0.1)
    assert times.at(Place(Candidate("custom", "m4"), "global")) is None
    assert times.at(Place(Candidate("custom", "m5"), "global")) is not None
    times.save()
    assert kept(path).at(Place(Candidate("custom", "m5"), "global")) is not None


GOOD = {
    "provider": "openai",
    "model": "gpt-6-luna",
    "region": "global",
    "until": "2026-11-25",
    "ms": [1, 2.5],
}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        json.dumps({"version": 2, "times": []}).encode(),
        json.dumps({"version": 1, "times": [{**GOOD, "ms": []}]}).encode(),
        json.dumps({"version": 1, "times": [{**GOOD, "ms": [-1]}]}).encode(),
        json.dumps({"version": 1, "times": [{**GOOD, "region": ""}]}).encode(),
        json.dumps({"version": 1, "times": [GOOD] * (MOST_CANDIDATES + 1)}).encode(),
        b" " * (measured.MOST_BYTES + 1),
    ],
)
def test_a_damaged_file_is_logged_once_and_replaced(
    content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "times.json"
    path.write_bytes(content)
    times = kept(path)
    assert len(caplog.records) == 1
    assert "Measured times of earlier runs are lost" in caplog.text
    times.note(HERE, 0.2)
    times.save()
    assert kept(path).at(HERE) == (200.0, 1, "2026-11-26")


@given(
    st.binary(max_size=200)
    | st.builds(
        lambda ms: json.dumps({"version": 1, "times": [{**GOOD, "ms": ms}]}).encode(),
        st.lists(st.floats() | st.integers() | st.none(), max_size=4),
    )
)
def test_any_bytes_are_times_or_none(content: bytes) -> None:
    logging.disable(logging.WARNING)
    path = Path(os.environ["SPEKO_DATA_DIR"]) / "some-times.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    try:
        kept(path)
    finally:
        logging.disable(logging.NOTSET)
        path.unlink()


def test_a_pipe_in_the_files_place_is_not_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    os.mkfifo(tmp_path / "times.json")
    kept(tmp_path / "times.json")
    assert "it is no regular file" in caplog.text


def test_where_it_cannot_be_written_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "no-folder").write_text("")
    times = kept(tmp_path / "no-folder" / "times.json")
    caplog.clear()
    for _ in range(3):
        times.note(HERE, 0.2)
        times.save()
    assert len(caplog.records) == 1
    assert "Measured times cannot be kept in" in caplog.text
    assert times.at(HERE) is not None


async def test_it_is_written_while_the_gateway_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured, "SAVE_SECONDS", 0.0)
    path = tmp_path / "times.json"
    times = kept(path)
    keeping = asyncio.ensure_future(times.keep())
    times.note(HERE, 0.2)
    async with asyncio.timeout(PATIENCE):
        while not await asyncio.to_thread(path.exists):
            pass
    keeping.cancel()
    await asyncio.wait([keeping])
    assert kept(path).at(HERE) is not None


def test_a_snapshot_with_times_is_the_same_one_each_time() -> None:
    demo, published = load_snapshot("demo"), load_snapshot("published")
    scores = LiveScores(kept())
    assert scores.on(demo, {}) is scores.on(demo, {})
    assert scores.on(demo, {}) is not scores.on(demo, {"openai": "http://127.0.0.1:9"})
    assert scores.on(published, {}).id == published.id
    again = load_snapshot("demo")
    assert scores.on(again, {}).file is again.file
