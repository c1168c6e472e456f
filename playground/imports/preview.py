"""What would come in from a file: which conversations, which are here already, which cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from playground.imports.reading import Ended, Found
from playground.imports.tree import Woven
from playground.look.words import counted
from playground.sessions.origins import tool_name

Known = Literal["here", "twice"]

KNOWN: Final[dict[Known, str]] = {
    "here": "It was imported before.",
    "twice": "It is in this file twice.",
}

_TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A conversation that can be imported; ``known`` says why it is left out all the same.

    ``number`` names it in both readings. ``branches`` are the ends that its tree has.
    """

    number: int
    title: str
    origin: str
    turns: int
    branches: int
    begun: datetime
    ended: datetime
    notes: tuple[str, ...]
    known: Known | None = None

    @property
    def tool(self) -> str:
        """The name of the tool that it comes from."""
        return tool_name(self.origin.partition(":")[0])


@dataclass(frozen=True, slots=True)
class Preview:
    """All that was found. ``broken`` are those that cannot be read, ``ended`` files that broke."""

    candidates: tuple[Candidate, ...] = ()
    broken: tuple[Found, ...] = ()
    ended: tuple[Ended, ...] = ()

    @property
    def new(self) -> list[Candidate]:
        """Those that would be imported."""
        return [each for each in self.candidates if each.known is None]

    @property
    def known(self) -> list[Candidate]:
        """Those that are left out, because they are here already or come twice."""
        return [each for each in self.candidates if each.known is not None]


def previewed(found: Iterable[Found | Ended], here: Callable[[list[str]], set[str]]) -> Preview:
    """The preview of a file; ``here`` says which of these origins are stored already."""
    candidates: list[Candidate] = []
    broken: list[Found] = []
    ended: list[Ended] = []
    for each in found:
        if isinstance(each, Ended):
            ended.append(each)
        elif each.woven is None:
            broken.append(each)
        else:
            candidates.append(_candidate(each.number, each.title, each.woven))
    stored = here([each.origin for each in candidates])
    return Preview(tuple(_marked(candidates, stored)), tuple(broken), tuple(ended))


def _candidate(number: int, title: str, woven: Woven) -> Candidate:
    turns = woven.conversation.turns
    return Candidate(
        number=number,
        title=title,
        origin=woven.origin,
        turns=len(turns),
        branches=len({turn.id for turn in turns} - {turn.parent_id for turn in turns}),
        begun=min(turn.created_at for turn in turns),
        ended=max(turn.finished_at or turn.created_at for turn in turns),
        notes=woven.notes,
    )


def _marked(candidates: Sequence[Candidate], stored: set[str]) -> Iterable[Candidate]:
    seen: set[str] = set()
    for each in candidates:
        if each.origin in stored:
            yield replace(each, known="here")
        elif each.origin in seen:
            yield replace(each, known="twice")
        else:
            yield each
        seen.add(each.origin)


def summary(preview: Preview) -> str:
    """What would come, in a sentence."""
    new = preview.new
    if not new:
        return _nothing(preview)
    tools = Counter(each.tool for each in new)
    named = ", ".join(name for name, _ in tools.most_common(_TOLD))
    days = f"{day(min(each.begun for each in new))} to {day(max(each.ended for each in new))}"
    return (
        f"{counted(len(new), 'conversation')} from {named}, with "
        f"{counted(sum(each.turns for each in new), 'turn')}, {days}."
    )


def _nothing(preview: Preview) -> str:
    if preview.known:
        return "Nothing new: every conversation in this file was imported before."
    if preview.broken:
        return "None of the conversations in this file can be imported."
    return (
        "There is no conversation in this file. It takes exports of ChatGPT, Claude, Open WebUI, "
        "LibreChat and this playground, ShareGPT files, and messages as JSONL."
    )


def day(moment: datetime) -> str:
    """A day as it is written on the page: ``3 Nov 2026``."""
    return f"{moment.day} {moment:%b %Y}"
