"""The share of our own simple questions that the local model answers correctly.

Run ``python -m benchmarks.local_quality``. The questions and the answers accepted for them are in
``local_quality.json``; each is asked as the playground would ask it, with its defaults. They range
from a child's questions to some that take several steps, because easy ones alone would make a tiny
model look as good as large ones. This is the local model's "quality" in the scores snapshots; it is
not the index that is published for the vendors' models.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path

from speko_client.models import ChatMessage, RoutingIntent
from speko_gateway.local_model.engine import LocalEngine
from speko_gateway.local_model.model_file import installed_path
from speko_gateway.local_model.prompt import system_prompt_for
from speko_gateway.provider import TextDelta

QUESTIONS = Path(__file__).with_suffix(".json")
MAX_TOKENS = 80


@dataclass(frozen=True, slots=True)
class Question:
    """``accept``: one of these words must be in the answer; ``accept_whole``: must be the answer.

    An answer that contains one of ``reject`` is wrong, whatever else it says.
    """

    ask: str
    accept: tuple[str, ...] = ()
    accept_whole: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()

    def right(self, answer: str) -> bool:
        """Whether the answer is accepted; case and punctuation do not matter."""
        said = f" {plain(answer)} "
        if any(f" {plain(text)} " in said for text in self.reject):
            return False
        if self.accept_whole:
            return said.strip() in map(plain, self.accept_whole)
        return any(f" {plain(text)} " in said for text in self.accept)


def plain(text: str) -> str:
    """Lower case words with single blanks between."""
    return re.sub(r"\W+", " ", text).strip().lower()


def questions() -> list[Question]:
    """All questions of the exam."""
    return [
        Question(row["ask"], *(tuple(row.get(key, ())) for key in KEYS))
        for row in json.loads(QUESTIONS.read_text(encoding="utf-8"))
    ]


KEYS = ("accept", "accept_whole", "reject")


async def answered(engine: LocalEngine, question: Question, seed: int) -> str:
    """The model's answer in a conversation of its own."""
    asked = [
        ChatMessage(role="system", content=system_prompt_for(RoutingIntent(language="en"))),
        ChatMessage(role="user", content=question.ask),
    ]
    stream = engine.stream(asked, temperature=None, max_tokens=MAX_TOKENS, seed=seed)
    return "".join([event.text async for event in stream if isinstance(event, TextDelta)])


async def run(rounds: int, show_answers: bool) -> None:
    """Ask everything ``rounds`` times and print the share of right answers."""
    engine, exam, right = LocalEngine(installed_path), questions(), 0
    for seed in range(1, rounds + 1):
        for question in exam:
            answer = await answered(engine, question, seed)
            right += question.right(answer)
            if show_answers:
                print("right" if question.right(answer) else "WRONG", question.ask, "->", answer)
    asked = rounds * len(exam)
    print(f"{engine.model_name}: {right} of {asked} right ({len(exam)} questions, {rounds} rounds)")
    print(f"share of our own questions answered right: {right / asked:.0%}")
    await engine.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--show-answers", action="store_true")
    options = parser.parse_args()
    asyncio.run(run(options.rounds, options.show_answers))
