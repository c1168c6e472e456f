"""Which sessions are meant: by their words, by who answered and how, by time, or by name. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Place = Literal["library", "archive", "bin"]
Mark = Literal["failovers", "errors", "compared", "imported"]

LABELS: Final = {
    "providers": "provider",
    "models": "model",
    "languages": "language",
    "verticals": "vertical",
    "presets": "preset",
    "kinds": "kind",
    "tags": "tag",
}
"""A selection's lists, and the name that each has among a session's labels."""

MOST_IDS: Final = 200
"""So many sessions can be named one by one."""

LONGEST_QUERY: Final = 400
"""So many characters of what is typed into the search box count."""


class Selection(BaseModel):
    """Sessions that fit all of it; of a list, any of its values. Empty: all that are in ``place``.

    ``since`` and ``until`` are days in UTC, both included; they are about the last turn. ``ids``
    name single sessions, which then have to fit the rest as well.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    place: Place = "library"
    query: str = Field(default="", max_length=LONGEST_QUERY)
    providers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    verticals: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    since: date | None = None
    until: date | None = None
    ids: tuple[str, ...] = Field(default=(), max_length=MOST_IDS)

    @property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """The labels to have, by name; one of each name."""
        return {name: wanted for field, name in LABELS.items() if (wanted := getattr(self, field))}

    @property
    def filters(self) -> int:
        """How many filters are set; the words and the place are none."""
        return (
            len(self.labels) + len(self.marks) + (self.since is not None) + (self.until is not None)
        )

    @property
    def begin(self) -> float | None:
        """The first moment, in Unix seconds."""
        return _midnight(self.since) if self.since else None

    @property
    def end(self) -> float | None:
        """The moment after the last, in Unix seconds."""
        return _midnight(self.until) + timedelta(days=1).total_seconds() if self.until else None


def as_text(selection: Selection) -> str:
    """The selection for a URL."""
    return selection.model_dump_json(exclude_defaults=True)


def from_text(text: str) -> Selection | None:
    """The selection that a URL names; None where it names none that can be read."""
    try:
        return Selection.model_validate_json(text)
    except ValidationError:
        return None


def _midnight(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()
