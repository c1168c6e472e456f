"""The starters of the first screen and what a conversation can go on with. Pure.

``samples.json`` has them per language: the starter, then its follow-ups. The demo fleet's answers
to all of them are written (``speko_gateway/data/written``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playground.sessions.turns import TurnSettings
from speko_client.models import OptimizeFor, Vertical


@dataclass(frozen=True)
class Sample:
    """A message with its intent; ``language`` is without a region."""

    message: str
    follow_ups: tuple[str, ...]
    language: str
    vertical: Vertical
    optimize_for: OptimizeFor

    def intent_in(self, form: TurnSettings) -> TurnSettings:
        """The form with the sample's intent; a language of it with a region stays."""
        is_spoken = form.language.split("-")[0] == self.language
        language = form.language if is_spoken else self.language
        intent = {"vertical": self.vertical, "optimize_for": self.optimize_for}
        return form.model_copy(update={"language": language, **intent})


def _samples() -> Iterator[Sample]:
    for each in json.loads(Path(__file__).with_name("samples.json").read_text("utf-8")):
        for language in ("en", "es"):
            message, *follow_ups = each[language]
            intent = (language, each["vertical"], each["optimize_for"])
            yield Sample(message, tuple(follow_ups), *intent)


SAMPLES = tuple(_samples())
_BY_MESSAGE = {sample.message: sample for sample in SAMPLES}


def samples_for(language: str) -> Sequence[Sample]:
    """Spanish ones for a Spanish form; else English ones, and one in Spanish to compare."""
    if language.split("-")[0] == "es":
        return [each for each in SAMPLES if each.language == "es"]
    return [each for each in SAMPLES if each.language == "en" or each.vertical == "finance"]


def next_messages(messages: Sequence[str]) -> Sequence[str]:
    """The follow-ups not asked yet, where all messages since a starter are its own follow-ups."""
    later: set[str] = set()
    for message in reversed(messages):
        if (sample := _BY_MESSAGE.get(message)) is not None:
            is_thread = later <= set(sample.follow_ups)
            return [each for each in sample.follow_ups if is_thread and each not in later]
        later.add(message)
    return []
