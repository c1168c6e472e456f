"""A value that was looked for, or why there is none. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class Found(Generic[ValueT]):
    """``problem`` says in a sentence why there is no ``value``; both None: there simply is none."""

    value: ValueT | None = None
    problem: str | None = None

    @classmethod
    def by(cls, look: Callable[[], ValueT | None], *errors: type[Exception]) -> Self:
        """What ``look`` returns; one of these ``errors`` is the problem, any other is raised."""
        try:
            return cls(look())
        except errors as error:
            return cls(problem=str(error))
