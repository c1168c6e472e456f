"""What servers have answered, for some seconds: the tabs of all visitors ask the same questions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

AnswerT = TypeVar("AnswerT")

_KEPT: Final = 500


class Remembered:
    """Answers by their questions; safe from several threads. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[Hashable, tuple[Future[Any], float]] = {}

    def answer(self, question: Hashable, seconds: float, ask: Callable[[], AnswerT]) -> AnswerT:
        """The answer of at most ``seconds`` ago, else what ``ask`` returns now.

        Those with the same question wait for the one who asks. What ``ask`` raises is raised for
        all of them, and not kept.
        """
        with self._lock:
            asked, until = self._answers.get(question, (None, 0.0))
            mine: Future[AnswerT] = Future()
            if asked is None or self._clock() >= until:
                asked = None
                self._answers[question] = mine, float("inf")
        return asked.result() if asked else self._asked(question, seconds, ask, mine)

    def forget(self) -> None:
        """Ask anew from now on."""
        with self._lock:
            self._answers.clear()

    def _asked(
        self,
        question: Hashable,
        seconds: float,
        ask: Callable[[], AnswerT],
        mine: Future[AnswerT],
    ) -> AnswerT:
        try:
            answer = ask()
        except BaseException as error:
            self._keep(question, mine, None)
            mine.set_exception(error)
            raise
        self._keep(question, mine, seconds)
        mine.set_result(answer)
        return answer

    def _keep(self, question: Hashable, mine: Future[Any], seconds: float | None) -> None:
        """None: not at all. What was forgotten while it was asked for stays forgotten."""
        now = self._clock()
        with self._lock:
            if self._answers.get(question, (None,))[0] is mine:
                del self._answers[question]
                if seconds is not None:
                    self._answers[question] = mine, now + seconds
            if len(self._answers) > _KEPT:
                self._answers = {key: kept for key, kept in self._answers.items() if kept[1] > now}
