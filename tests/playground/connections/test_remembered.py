"""What many ask at once is asked once, and no answer is kept for too long."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from playground.connections.remembered import Remembered
from tests.patience import PATIENCE


class Server:
    """Answers with the number of the question; ``clock`` is its time."""

    def __init__(self) -> None:
        self.asked, self.now = 0, 0.0

    def clock(self) -> float:
        """Seconds."""
        return self.now

    def ask(self) -> int:
        """How often it was asked by now."""
        self.asked += 1
        return self.asked


def test_an_answer_is_kept_for_its_seconds_and_each_question_has_its_own() -> None:
    server = Server()
    remembered = Remembered(server.clock)
    assert [remembered.answer("a", 5, server.ask) for _ in range(3)] == [1, 1, 1]
    assert remembered.answer("b", 5, server.ask) == 2
    server.now = 5.0
    assert remembered.answer("a", 5, server.ask) == 3


def test_forgotten_it_is_asked_again() -> None:
    server = Server()
    remembered = Remembered(server.clock)
    remembered.answer("a", 5, server.ask)
    remembered.forget()
    assert remembered.answer("a", 5, server.ask) == 2


def test_what_is_forgotten_while_it_is_asked_for_stays_forgotten() -> None:
    server = Server()
    remembered = Remembered(server.clock)

    def ask() -> int:
        remembered.forget()
        return server.ask()

    assert remembered.answer("a", 5, ask) == 1
    assert remembered.answer("a", 5, server.ask) == 2


def test_a_failure_is_raised_and_not_kept() -> None:
    server = Server()
    remembered = Remembered(server.clock)
    with pytest.raises(ZeroDivisionError):
        remembered.answer("a", 5, lambda: 1 // 0)
    assert remembered.answer("a", 5, server.ask) == 1


def test_those_who_ask_at_once_wait_for_one_answer() -> None:
    server, remembered = Server(), Remembered()
    asked, go_on = threading.Event(), threading.Event()

    def slow() -> int:
        asked.set()
        assert go_on.wait(PATIENCE)
        return server.ask()

    with ThreadPoolExecutor(8) as tabs:
        first = tabs.submit(remembered.answer, "a", 60, slow)
        assert asked.wait(PATIENCE)
        others = [tabs.submit(remembered.answer, "a", 60, server.ask) for _ in range(7)]
        go_on.set()
        assert {each.result(PATIENCE) for each in (first, *others)} == {1}
