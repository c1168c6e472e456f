"""The snapshots there are, as this visitor sees them, each in words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from playground.look import words
from playground.look.parts import Tone
from speko_client.models import ScoresList, ScoresProblem, ScoresSnapshot, SnapshotOrigin

_ORIGINS: Final[dict[SnapshotOrigin, tuple[str, Tone]]] = {
    "shipped": ("shipped", ""),
    "file": ("file", "info"),
    "measured": ("measured", "good"),
    "votes": ("from votes", "good"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A snapshot in the list. ``mine``: this visitor made it or brought it, and may delete it."""

    snapshot: ScoresSnapshot
    mine: bool
    in_force: bool

    @property
    def origin(self) -> tuple[str, Tone]:
        """Where it is from, in a word or two, and how that is drawn."""
        word, tone = _ORIGINS[self.snapshot.origin]
        if self.snapshot.origin == "shipped":
            return word, tone
        return (f"your own, {word}" if self.mine else f"{word}, the host's"), tone

    @property
    def coverage(self) -> str:
        """For how many candidates and languages it has figures."""
        found = self.snapshot
        return (
            f"figures for {words.counted(found.candidates, 'candidate')} in "
            f"{words.counted(found.languages, 'language')}"
        )

    @property
    def at_a_glance(self) -> str:
        """Its date, its licence and what it covers, in a line."""
        found = self.snapshot
        return " · ".join(filter(None, (found.date, self.coverage, found.licence)))

    @property
    def more(self) -> Iterator[tuple[str, str]]:
        """What is rarely asked of it: names and values."""
        scale = self.snapshot.scale
        if scale:
            yield "Quality is", scale
        yield "Id", self.snapshot.id
        for note in self.snapshot.notes:
            yield "Note", note


def shown(found: ScoresList, own: Collection[str], of_others: Collection[str]) -> list[Shown]:
    """In the server's order; this visitor's own last, other visitors' not at all."""
    every = [
        Shown(each, mine=each.id in own, in_force=each.id == found.in_force)
        for each in found.snapshots
        if each.id not in of_others
    ]
    return sorted(every, key=lambda each: each.mine)


def problems(found: ScoresList, of_others: Collection[str]) -> list[str]:
    """Files that cannot be used, in sentences; other visitors' are not named."""
    return [
        _problem(each)
        for each in found.problems
        if not any(each.file.startswith(f"{other}.") for other in of_others)
    ]


def labels(every: Sequence[Shown]) -> dict[str, str]:
    """What each is called in a choice, by id; where two have one label, with the id."""
    names = [each.snapshot.label for each in every]
    return {
        each.snapshot.id: each.snapshot.label
        if names.count(each.snapshot.label) == 1
        else f"{each.snapshot.label} ({each.snapshot.id})"
        for each in every
    }


def _problem(problem: ScoresProblem) -> str:
    field = f", {problem.field}" if problem.field else ""
    return f"{problem.file}{field}: {problem.message.rstrip('.')}. The others go on working."
