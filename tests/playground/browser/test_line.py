"""Pages that show nothing yet come before those that are drawn again, and nobody waits for good."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from playground.browser.line import Line
from tests.patience import PATIENCE

MANY = 20


def test_alone_nobody_stands_back() -> None:
    Line(few=1, longest=PATIENCE).stand_back()


def test_what_is_drawn_again_waits_for_a_page_that_shows_nothing_yet() -> None:
    line, done = Line(few=1, slow=PATIENCE, longest=PATIENCE), []

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
    line, lock, drawing, seen = (
        Line(few=2, slow=PATIENCE, longest=PATIENCE),
        threading.Lock(),
        [0],
        [],
    )

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
    line = Line(few=1, slow=0.01, longest=PATIENCE)
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


def test_who_has_nothing_yet_comes_before_who_is_drawn_again() -> None:
    line, done = Line(few=1, slow=PATIENCE, longest=PATIENCE), []

    def first() -> None:
        with line.drawing():
            done.append("first")

    def again() -> None:
        line.stand_back()
        with line.drawing():
            done.append("again")

    with ThreadPoolExecutor(2) as tabs:
        with line.drawing():
            waiting = [tabs.submit(again)]
            while not line._again:
                threading.Event().wait(0.001)
            waiting.append(tabs.submit(first))
            while not line._first:
                threading.Event().wait(0.001)
        for each in waiting:
            each.result(PATIENCE)
    assert done == ["first", "again"]


def test_nothing_is_drawn_again_while_many_wait_for_first_words() -> None:
    line, waiting, enough = Line(few=1, longest=PATIENCE), threading.Semaphore(0), threading.Event()

    def ask() -> None:
        line.asked()
        waiting.release()
        enough.wait(PATIENCE)
        line.has_words()

    with ThreadPoolExecutor(3) as tabs:
        asking = [tabs.submit(ask) for _ in range(2)]
        for _ in asking:
            waiting.acquire(timeout=PATIENCE)
        assert line.is_crowded()
        again = tabs.submit(line.stand_back)
        while not line._again:
            threading.Event().wait(0.001)
        with line.drawing():  # a page that shows nothing yet need not wait
            assert not again.done()
        enough.set()
        again.result(PATIENCE)
    assert not line.is_crowded()


def test_words_that_do_not_come_are_not_waited_for() -> None:
    line, both = Line(few=1, longest=0.05), threading.Barrier(2)

    def ask(_: int) -> None:
        line.asked()
        both.wait(PATIENCE)

    with ThreadPoolExecutor(2) as tabs:
        assert [*tabs.map(ask, range(2))] == [None, None]
    line.stand_back()
    assert not line.is_crowded()


def test_nobody_waits_for_longer_than_the_longest() -> None:
    line = Line(few=1, slow=PATIENCE, longest=0.05)
    with line.drawing():
        other = threading.Thread(target=line.stand_back)
        other.start()
        other.join(PATIENCE)
        assert not other.is_alive()


def test_of_many_answers_each_is_drawn_less_often() -> None:
    line = Line()
    with ExitStack() as answers:
        answers.enter_context(line.following())
        assert line.pause(0.1) == 0.1
        for _ in range(49):
            answers.enter_context(line.following())
        assert line.pause(0.1) == pytest.approx(0.5)
    assert line.pause(0.1) == 0.1
