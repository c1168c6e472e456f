"""Sessions as many people would leave them, in six scripts: data for ``benchmarks.library``.

The words are made up, and as frequent as words are (Zipf). A few are planted, so that what a search
has to find is known.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from playground.sessions.turns import Answer, Conversation, Turn, TurnSettings
from speko_client.models import Attempt, CompleteUsage, OptimizeFor, Timing, Vertical

TURNS = 20
WORDS = 6_000
WORDS_PER_MESSAGE = 14
WORDS_PER_ANSWER = 90
BEGINNING = datetime(2025, 1, 1, 9, tzinfo=UTC)
SERVED = (
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("google", "gemini-2.0-flash"),
    ("anthropic", "claude-3-5-haiku"),
    ("xai", "grok-2"),
)
PRESETS: Sequence[OptimizeFor] = ("balanced", "accuracy", "latency", "cost")
VERTICALS: Sequence[Vertical] = ("general", "healthcare", "finance", "legal")
TAGS = ("work", "private", "draft", "keep")


@dataclass(frozen=True)
class Script:
    """A way of writing: its letters, how long its words are, and what stands between them."""

    language: str
    letters: str
    longest: int
    between: str = " "


SCRIPTS = (
    Script("en", "abcdefghijklmnoprstuvwy", 9),
    Script("ru", "абвгдежзийклмнопрстуфхцчшщыэюя", 9),
    Script("ar", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي", 7),
    Script("hi", "अआइईउऊएकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह", 6),
    Script("zh", "".join(map(chr, range(0x4E00, 0x4E00 + 2_500))), 2, ""),
    Script("th", "กขคงจฉชซญดตถทนบปผฝพฟมยรลวศสหอะาีูเแโ", 5, ""),
)


class Words:
    """The words of one script, as frequent as words are."""

    def __init__(self, script: Script, dice: random.Random) -> None:
        self.script = script
        lengths = [min(1 + place // 40, script.longest) for place in range(WORDS)]
        self.words = ["".join(dice.choices(script.letters, k=length)) for length in lengths]
        self._weights = list(accumulate(1 / (place + 2) for place in range(WORDS)))
        self._dice = dice

    def text(self, count: int) -> str:
        """So many words."""
        drawn = self._dice.choices(self.words, cum_weights=self._weights, k=count)
        return self.script.between.join(drawn)


def conversations(count: int, seed: int = 1) -> Iterator[Conversation]:
    """So many sessions, the same ones for the same seed, a little over an hour apart."""
    dice = random.Random(seed)  # noqa: S311 (nothing is kept secret by it)
    vocabularies = [Words(script, dice) for script in SCRIPTS]
    for number in range(count):
        yield conversation(number, vocabularies[number % len(vocabularies)], dice)


def conversation(number: int, words: Words, dice: random.Random) -> Conversation:
    """One session of ``TURNS`` turns, one after the other."""
    begun = BEGINNING + timedelta(minutes=67 * number)
    turns: list[Turn] = []
    for place in range(TURNS):
        parent = turns[-1].id if turns else None
        turns.append(turn(number, place, parent, words, dice, begun))
    return Conversation(
        id=f"s{number}",
        title=words.text(6),
        tags=tuple(dice.sample(TAGS, k=dice.choice((0, 0, 1, 2)))),
        origin=f"chatgpt:{number}" if number % 11 == 0 else None,
        pinned_at=begun if number % 997 == 0 else None,
        comparison='{"seats": []}' if number % 13 == 0 else None,
        leaf_id=turns[-1].id,
        turns=tuple(turns),
        created_at=begun,
        updated_at=turns[-1].created_at,
    )


def turn(
    number: int, place: int, parent: str | None, words: Words, dice: random.Random, begun: datetime
) -> Turn:
    """One turn; every ninth failed over, every 40th failed."""
    provider, model = SERVED[(number // 6 + place // 7) % len(SERVED)]
    attempts = [Attempt(provider=provider, model=model, outcome="answered", duration_ms=400.0)]
    if (number + place) % 9 == 0:
        attempts.insert(0, attempts[0].model_copy(update={"outcome": "failed", "code": "TIMEOUT"}))
    failed = (number * 7 + place) % 40 == 0
    answer = Answer(
        text="" if failed else words.text(WORDS_PER_ANSWER),
        provider=provider,
        model=model,
        kind="live" if number % 3 else "simulated",
        simulated=number % 3 == 0,
        usage=CompleteUsage(prompt_tokens=140 + place, completion_tokens=160),
        failover_count=len(attempts) - 1,
        attempts=tuple(attempts),
        timing=Timing(ttft_ms=380.0, total_ms=900.0),
        cost_usd=0.0002,
        price_source="benchmark",
    )
    return Turn(
        id=f"s{number}t{place}",
        conversation_id=f"s{number}",
        parent_id=parent,
        message=words.text(WORDS_PER_MESSAGE),
        settings=TurnSettings(
            language=words.script.language,
            vertical=VERTICALS[number % len(VERTICALS)],
            optimize_for=PRESETS[number // 5 % len(PRESETS)],
        ),
        connection="Embedded gateway",
        status="failed" if failed else "done",
        answer=answer,
        created_at=begun + timedelta(minutes=place),
        finished_at=begun + timedelta(minutes=place, seconds=1),
    )
