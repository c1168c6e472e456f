"""Pages that show nothing yet come before those that are drawn again, and nobody waits for good."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from playground.browser.line import Line
from tests.patience import PATIENCE

MANY = 20


def test_alone_nobody_stands_back() -> None:
    Line(few=1, longest=PATIENCE).stand_back()


def test_what_is_drawn_again_waits_for_a_page_that_shows_nothing_yet() -> None:
    line, done = Line(few=1, longest=PATIENCE), []

    def draw_again() -> None:
        line.stand_back()
        done.append("again")

    other = threading.Thread(target=draw_again)
    with line.drawing():
        other.start()
        done.append("first")
    other.join(PATIENCE)
    assert done == ["first", "again"]


def test_of_many_that_are_drawn_again_few_draw_at_once_and_all_of_them_in_the_end() -> None:
    line, lock, drawing, seen = Line(few=2, longest=PATIENCE), threading.Lock(), [0], []

    def draw_again(number: int) -> int:
        line.stand_back()
        with line.drawing():
            with lock:
                drawing[0] += 1
                seen.append(drawing[0])
            with lock:
                drawing[0] -= 1
            return number

    with ThreadPoolExecutor(MANY) as tabs:
        assert [*tabs.map(draw_again, range(MANY))] == [*range(MANY)]
    assert max(seen) <= 2


def test_who_waits_for_something_slow_holds_nobody_up() -> None:
    line = Line(few=1, longest=0.01)
    with line.drawing():
        other = threading.Thread(target=line.stand_back)
        other.start()
        other.join(PATIENCE)
        assert not other.is_alive()


def test_a_page_that_breaks_off_lets_the_next_one_in() -> None:
    line = Line(few=1, longest=PATIENCE)
    with pytest.raises(RuntimeError), line.drawing():
        raise RuntimeError
    line.stand_back()
