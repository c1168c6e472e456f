"""How many calls a vendor gets at once, by a clock that is told."""

from __future__ import annotations

import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluations.pacing import FIRST_LIMIT, FIRST_PAUSE, LONGEST_PAUSE, TRUSTED, Pace


def started(pace: Pace, now: float = 0.0) -> int:
    """Start as many calls as may run now; returns how many those are."""
    count = 0
    while pace.wait(now) == 0:
        pace.start()
        count += 1
    return count


def kept_full(pace: Pace, answers: int, now: float = 0.0) -> int:
    """Start what may run, again after each of so many answers; returns how many run in the end."""
    started(pace, now)
    for _ in range(answers):
        pace.end()
        pace.answered()
        started(pace, now)
    return pace.in_flight


def test_it_doubles_with_each_round_until_it_is_told_to_stop() -> None:
    pace = Pace(60)
    assert [kept_full(pace, answers) for answers in (8, 16, 32)] == [16, 32, 60]


def test_answers_that_come_together_each_count() -> None:
    pace = Pace(64)
    for expected in (8, 16, 32, 64, 64):
        assert started(pace) == expected
        for _ in range(expected):
            pace.end()
            pace.answered()


def test_a_429_halves_it_and_its_pause_is_kept() -> None:
    pace = Pace(64, first=32)
    assert started(pace) == 32
    pace.end()
    pace.slowed(0.0, 10.0, retry_after=5.0)
    assert pace.limit == 16
    assert pace.wait(12.0) == pytest.approx(3.0)
    assert pace.wait(15.0) is None
    for _ in range(16):
        pace.end()
    assert pace.wait(15.0) == 0


def test_calls_that_were_on_their_way_together_halve_it_once() -> None:
    pace = Pace(64, first=32)
    started(pace)
    for late in range(10):
        pace.end()
        pace.slowed(0.0, 1.0 + late, retry_after=1.0)
    assert pace.limit == 16
    pace.slowed(12.0, 13.0, retry_after=1.0)
    assert pace.limit == 8


def test_after_a_429_it_grows_by_one_a_round() -> None:
    pace = Pace(64, first=16)
    started(pace)
    pace.slowed(0.0, 0.0, retry_after=0.0)
    for _ in range(16):
        pace.end()
    assert [kept_full(pace, answers, 1.0) for answers in (9, 10, 11)] == [9, 10, 11]


def test_without_a_pause_named_it_waits_longer_each_time() -> None:
    pace = Pace(8)
    now, pauses = 0.0, []
    for _ in range(9):
        pace.slowed(now, now)
        pauses.append(pace.paused_until - now)
        now = pace.paused_until
    assert pauses[:4] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE, 8 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE
    pace.answered()
    pace.slowed(now, now)
    assert pace.paused_until - now == FIRST_PAUSE


def test_an_idle_vendor_is_not_given_more_than_it_was_seen_to_take() -> None:
    pace = Pace(256)
    for _ in range(100):
        pace.start()
        pace.end()
        pace.answered()
    assert pace.limit == FIRST_LIMIT


moves = st.lists(
    st.tuples(
        st.sampled_from(["start", "answered", "slowed", "failed"]),
        st.floats(0, 5),
        st.none() | st.floats(-1, 1e9),
    ),
    max_size=200,
)


@given(st.integers(1, 300), st.floats(0.5, 300), moves)
def test_whatever_happens_one_may_run_and_never_more_than_the_most(
    most: int, first: float, happened: list[tuple[str, float, float | None]]
) -> None:
    pace, now, on_their_way = Pace(most, first), 0.0, list[float]()
    for move, seconds, retry_after in happened:
        now += seconds
        if move == "start":
            if pace.wait(now) == 0:
                pace.start()
                on_their_way.append(now)
        elif on_their_way:
            began = on_their_way.pop(0)
            pace.end()
            if move == "answered":
                pace.answered()
            elif move == "slowed":
                before = pace.limit
                pace.slowed(began, now, retry_after)
                assert pace.limit <= before
        assert 1 <= pace.limit <= max(1, most)
        assert 0 <= pace.in_flight <= max(1, most)
        assert pace.paused_until <= now + TRUSTED
    after = max(now, pace.paused_until)
    if not on_their_way:
        assert pace.wait(after) == 0


@given(st.integers(1, 60), st.floats(0.05, 2.0))
def test_it_settles_near_what_a_vendor_takes(width: int, takes: float) -> None:
    """A vendor that takes ``width`` at once, answers each in ``takes`` s, and refuses the rest."""
    pace, now = Pace(256), 0.0
    busy: list[tuple[float, float, bool]] = []
    refused = answered = 0
    while answered < 500:
        while pace.wait(now) == 0:
            pace.start()
            fits = sum(good for _, _, good in busy) < width
            heapq.heappush(busy, (now + (takes if fits else 0.001), now, fits))
        wait = pace.wait(now)
        if wait and (not busy or now + wait < busy[0][0]):
            now += wait
            continue
        now, began, good = heapq.heappop(busy)
        pace.end()
        if good:
            answered += 1
            pace.answered()
        else:
            refused += 1
            pace.slowed(began, now, retry_after=takes)
    ideal = answered * takes / width
    assert now <= 5 * ideal + 20 * takes
    assert refused <= answered
