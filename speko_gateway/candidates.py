"""A candidate (one model of one provider), and the lists that name several of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Candidate(NamedTuple):
    """A provider (the vendor) and one of its models; both are ids."""

    provider: str
    model: str

    @property
    def id(self) -> str:
        """The form an allow-list names it by: ``vendor:model``."""
        return f"{self.provider}:{self.model}"

    def __str__(self) -> str:
        return f"{self.provider}/{self.model}"


@dataclass(frozen=True, slots=True)
class Selection:
    """Entries of the form ``vendor`` (any of its models) or ``vendor:model`` (only that one).

    An empty selection covers nobody. Model ids may hold colons themselves, so entries are
    compared whole and never taken apart.
    """

    entries: frozenset[str]

    @classmethod
    def of(cls, entries: Iterable[str]) -> Selection:
        """The selection of these entries."""
        return cls(frozenset(entries))

    @classmethod
    def parse(cls, header: str) -> Selection:
        """The selection of a comma separated list; blanks around and between are ignored."""
        return cls(frozenset(entry for part in header.split(",") if (entry := part.strip())))

    def covers(self, candidate: Candidate) -> bool:
        """Whether one of the entries names this candidate or its vendor."""
        return candidate.provider in self.entries or candidate.id in self.entries


NOBODY = Selection(frozenset())


def allow_list(entries: Sequence[str] | None) -> Selection | None:
    """The selection an allow-list makes; None allows everyone, and so does an empty list."""
    return Selection.of(entries) if entries else None


def is_model_id(text: str) -> bool:
    """Whether a caller's text can be a model's id: it is not blank and can be printed.

    It goes into headers and log lines.
    """
    return bool(text.strip()) and text.isprintable()
