"""Who is asked in a comparison, and by which settings. Pure.

A seat is the router or a pinned vendor; it takes the page's settings until it is unlinked. A
pinned seat never fails over to somebody else: its failure is its answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from string import ascii_lowercase
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from playground.sessions.turns import Conversation, Run, Turn, TurnSettings
from speko_client.models import OptimizeFor, WhatIf

Threads = Literal["own", "winner", "shared"]
"""What a seat is sent before the next message: its own answers, the winner's, or everybody's."""

FEWEST: Final = 2
MOST: Final = 6
_LETTERS: Final = frozenset(ascii_lowercase)

_PIN = re.compile(r"[\w.-]{1,64}(:[^\s;,&]{1,200})?")
_ROUTER: Final = "router"
WHAT_IF: Final = "what_if"
"""In a URL, a seat's saved what-if, by its id."""
NO_WHAT_IFS: Final[Mapping[str, WhatIf]] = {}
_OWN: Final = {"language", "vertical", "region", "temperature", "max_tokens"}
"""What of a seat's own settings goes into a URL: no text of a person's, and no key."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class Seat(_Value):
    """One of those who are asked. ``id`` is a letter that stays with it.

    ``pin`` is ``vendor`` or ``vendor:model``; None: the router chooses. ``optimize_for`` replaces
    the page's, ``what_if`` is what the router ranks by (saved under ``what_if_id``), and ``own``
    are its settings once it is unlinked.
    """

    id: str = Field(pattern="^[a-z]$")
    pin: str | None = None
    optimize_for: OptimizeFor | None = None
    what_if: WhatIf | None = None
    what_if_id: str | None = None
    own: TurnSettings | None = None

    @field_validator("pin")
    @classmethod
    def _is_a_pin(cls, pin: str | None) -> str | None:
        if pin is not None and not may_be_pinned(pin):
            raise ValueError("A pinned seat is vendor or vendor:model.")
        return pin

    def settings(self, page: TurnSettings) -> TurnSettings:
        """What this seat's turn is sent with, ``page`` being the page's settings."""
        base = self.own or page
        if self.pin is not None:
            return base.model_copy(update={"allowed": (self.pin,), "what_if": None})
        if self.what_if is not None:
            base = base.model_copy(update={"what_if": self.what_if})
        return base.model_copy(update={"optimize_for": self.optimize_for or base.optimize_for})


class Comparison(_Value):
    """The seats in their order on the page, and what each is sent of the turns before.

    ``winner`` is the turn that all go on from where ``threads`` says so. ``blind`` hides who is
    who until a person has voted: two seats are drawn for each message, the last two by ``chance``
    (0..1), and ``prompts`` is the list to judge, where there is one.
    """

    seats: tuple[Seat, ...] = Field(default=(), max_length=MOST)
    threads: Threads = "own"
    winner: str | None = None
    blind: bool = False
    chance: float | None = None
    prompts: tuple[str, ...] = ()

    @field_validator("seats")
    @classmethod
    def _ids_differ(cls, seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
        if len({seat.id for seat in seats}) < len(seats):
            raise ValueError("Two seats have the same id.")
        return seats

    def seat(self, seat_id: str | None) -> Seat | None:
        """The seat with this id."""
        return next((seat for seat in self.seats if seat.id == seat_id), None)

    def added(self, *new: Seat, used: Iterable[str | None] = ()) -> Comparison:
        """With these at the end, as far as there is room; each gets a letter of its own.

        Not one of those ``used`` by seats of earlier: it would take over their answers.
        """
        seats, used = list(self.seats), set(used)
        for seat in new[: MOST - len(seats)]:
            free = _LETTERS - {each.id for each in seats}
            letter = min(free - used or free)
            seats.append(seat.model_copy(update={"id": letter}))
        return self._with(seats)

    def exchanged(self, old: str, new: Seat, used: Iterable[str | None] = ()) -> Comparison:
        """With another seat in the place of this one."""
        place = next((i for i, seat in enumerate(self.seats) if seat.id == old), None)
        if place is None:
            return self
        added = self.removed(old).added(new, used=used)
        return added.moved(added.seats[-1].id, place + 1 - len(added.seats))

    def removed(self, seat_id: str) -> Comparison:
        """Without this seat; its answers stay in the session."""
        return self._with(seat for seat in self.seats if seat.id != seat_id)

    def replaced(self, seat: Seat) -> Comparison:
        """With this seat in the place of the one with its id."""
        return self._with(seat if each.id == seat.id else each for each in self.seats)

    def moved(self, seat_id: str, by: int) -> Comparison:
        """With this seat so many places further right, as far as that goes."""
        seats = list(self.seats)
        place = next((i for i, seat in enumerate(seats) if seat.id == seat_id), None)
        if place is None:
            return self
        seat = seats.pop(place)
        seats.insert(min(max(place + by, 0), len(seats)), seat)
        return self._with(seats)

    def _with(self, seats: Iterable[Seat]) -> Comparison:
        return self.model_copy(update={"seats": tuple(seats)})


def may_be_pinned(pin: str) -> bool:
    """Whether a seat, and a URL, can name this candidate."""
    return _PIN.fullmatch(pin) is not None


def read(stored: str | None) -> Comparison | None:
    """A stored comparison; None where there is none, or none that this version can read."""
    try:
        return Comparison.model_validate_json(stored) if stored else None
    except ValidationError:
        return None


def is_blind(conversation: Conversation | None) -> bool:
    """Whether this session is judged blind: no page may show its answers beside their names."""
    comparison = read(conversation.comparison) if conversation else None
    return comparison is not None and comparison.blind


def differs(seat: Seat, page: TurnSettings) -> dict[str, Any]:
    """The settings in which an unlinked seat differs from the page's, by name."""
    if seat.own is None:
        return {}
    own, shared = seat.own.model_dump(), page.model_dump()
    return {name: value for name, value in own.items() if value != shared[name]}


def as_token(seat: Seat) -> str:
    """The seat for a URL: never a key, nor a text of a person's.

    ``router``, ``openai:gpt-4o`` or, with settings of its own, ``router;temperature=0.2``.
    """
    parts = [seat.pin or _ROUTER]
    if seat.optimize_for:
        parts.append(f"optimize_for={seat.optimize_for}")
    if seat.what_if_id:
        parts.append(f"{WHAT_IF}={seat.what_if_id}")
    if seat.own is not None:
        own = seat.own.model_dump(include=_OWN, exclude_none=True)
        parts += [f"{name}={value}" for name, value in own.items()]
    return ";".join(parts)


def from_tokens(
    tokens: Sequence[str], page: TurnSettings, what_ifs: Mapping[str, WhatIf] = NO_WHAT_IFS
) -> Comparison:
    """The seats that a URL names, with the saved what-ifs by their ids.

    What cannot be read in it is left out.
    """
    seats = [seat for token in tokens[:MOST] if (seat := _seat(token, page, what_ifs)) is not None]
    return Comparison().added(*seats)


def _seat(token: str, page: TurnSettings, what_ifs: Mapping[str, WhatIf]) -> Seat | None:
    who, *fields = token.split(";")
    given = dict(field.split("=", 1) for field in fields if "=" in field)
    tried = given.pop(WHAT_IF, None)
    if tried is not None and tried not in what_ifs:
        return None
    base = {"id": "a", "what_if": what_ifs[tried], "what_if_id": tried} if tried else {"id": "a"}
    preset = given.pop("optimize_for", None)
    own = {name: value for name, value in given.items() if name in _OWN}
    try:
        settings = TurnSettings.model_validate({**page.model_dump(), **own}) if own else None
        pin = None if who == _ROUTER else who
        return Seat.model_validate({**base, "pin": pin, "optimize_for": preset, "own": settings})
    except ValidationError:
        return None


def with_runs(conversation: Conversation, runs: Iterable[Run]) -> Conversation:
    """The conversation as stored, with the newest state of all these runs in it."""
    latest = {run.turn.id: run.turn for run in runs}
    stored = [latest.pop(turn.id, turn) for turn in conversation.turns]
    return conversation.model_copy(update={"turns": (*stored, *latest.values())})


def messages(turns: Sequence[Turn]) -> list[list[Turn]]:
    """The turns of a comparison by message, the first message first; a retry stands after."""
    by_message: dict[str, list[Turn]] = {}
    for turn in turns:
        by_message.setdefault(turn.message_id or turn.id, []).append(turn)
    return list(by_message.values())


def parent_of(comparison: Comparison, seat: Seat, turns: Sequence[Turn]) -> str | None:
    """The turn that this seat's next one follows; None where it is the first, or judged blind."""
    if comparison.blind:
        return None
    known = {turn.id for turn in turns}
    if comparison.threads == "winner" and comparison.winner in known:
        return comparison.winner
    own = [turn.id for turn in turns if turn.seat == seat.id]
    if own:
        return own[-1]
    # A seat that came later, or a comparison that began in the chat: what was there before it.
    before = [turn.id for turn in turns if turn.seat is None]
    return before[-1] if before else None


def shared_history(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Everybody's answers so far, one turn a message: each answer under its seat's letter."""
    return tuple(_joined(answers) for answers in messages(turns))


def _joined(turns: Sequence[Turn]) -> Turn:
    latest = {turn.seat: turn for turn in turns if turn.answer.text}
    if len(latest) < 2:
        return next(iter(latest.values()), turns[-1])
    text = "\n\n".join(
        f"Answer {(seat or '').upper()}:\n{turn.answer.text}" for seat, turn in latest.items()
    )
    last = turns[-1]
    return last.model_copy(update={"answer": last.answer.model_copy(update={"text": text})})
