"""A demo script: a short session that plays by itself. Pure.

``docs/demo-scripts.md`` shows one, ``script_files`` reads it. Only title, turns, and each turn's
message are needed. Faults last until a later turn has others, or ``faults: clear``.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from playground.compare.seats import FEWEST, MOST, Comparison, from_tokens
from playground.sessions.turns import TurnSettings
from speko_client.models import (
    Fault,
    FaultKind,
    FaultSeconds,
    Language,
    OptimizeFor,
    Region,
    Share,
    Vertical,
)

CAPTION_WORDS: Final = frozenset(
    {"served", "provider", "failed", "ttft", "total", "failovers", "first", "cheapest"}
)
CLOSING_WORDS: Final = frozenset({"turns", "answered", "providers", "failovers"})
"""The words in braces that a caption, and the closing line, may hold; see ``stage``."""

_BRACES = re.compile(r"\{([^{}]*)\}")


def _known_words(known: frozenset[str]) -> AfterValidator:
    def checked(text: str) -> str:
        for word in _BRACES.findall(text):
            if word not in known:
                allowed = ", ".join(f"{{{each}}}" for each in sorted(known))
                raise ValueError(f"{{{word}}} is unknown here; there are {allowed}")
        return text

    return AfterValidator(checked)


def _faults(given: Any) -> Any:
    if isinstance(given, str):
        if given != "clear":
            raise ValueError("write “clear”, or a list of faults: “- {target: openai, kind: down}”")
        return ()
    return given


def _are_seats(tokens: tuple[str, ...]) -> tuple[str, ...]:
    for token in tokens:
        if not from_tokens([token], TurnSettings()).seats:
            raise ValueError(f"“{token}” is no seat; write router, vendor, or vendor:model")
    if len(tokens) in range(1, FEWEST) or len(tokens) > MOST:
        raise ValueError(f"a comparison has {FEWEST} to {MOST} seats, not {len(tokens)}")
    return tokens


_Caption = Annotated[str, Field(max_length=280), _known_words(CAPTION_WORDS)]
_Entry = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s,]+$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class DemoIntent(_Part):
    """What the router chooses by, as in a turn's settings."""

    language: Language = "en"
    vertical: Vertical = "general"
    optimise_for: OptimizeFor = Field(
        default="balanced", validation_alias=AliasChoices("optimise_for", "optimize_for")
    )
    region: Region | None = None


class DemoFault(_Part):
    """A fault of the drill; see ``speko_client.models.Fault``."""

    target: _Entry
    kind: FaultKind = "down"
    seconds: FaultSeconds | None = None
    rate: Share | None = None

    def fault(self) -> Fault:
        """As it travels."""
        return Fault(target=self.target, kind=self.kind, seconds=self.seconds, rate=self.rate)


class DemoCaption(_Part):
    """What to look at, before the message is sent and after the answer.

    ``failed_over`` is shown in place of ``after`` where the first choice did not answer.
    """

    before: _Caption = ""
    after: _Caption = ""
    failed_over: _Caption = ""


class DemoTurn(_Part):
    """One message and what belongs to it. ``pause``: more seconds after the answer.

    ``faults`` None: those of the turn before go on; empty (``clear``): they end here.
    """

    message: Annotated[str, Field(min_length=1, max_length=1_000)]
    intent: DemoIntent = DemoIntent()
    allowed: Annotated[tuple[_Entry, ...], Field(max_length=50)] = ()
    faults: (
        Annotated[tuple[DemoFault, ...], Field(max_length=20), BeforeValidator(_faults)] | None
    ) = None
    caption: DemoCaption = DemoCaption()
    reply: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    pause: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = 0.0


class DemoScript(_Part):
    """A session to play. With ``seats``, named as in a URL, all of them are asked each message."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    description: Annotated[str, Field(max_length=300)] = ""
    seats: Annotated[tuple[_Entry, ...], AfterValidator(_are_seats)] = ()
    turns: Annotated[tuple[DemoTurn, ...], Field(min_length=1, max_length=30)]
    closing: Annotated[str, Field(max_length=280), _known_words(CLOSING_WORDS)] = ""

    def faults_at(self, place: int) -> tuple[Fault, ...]:
        """The faults in force at turn ``place``, from 0: the latest that were set up to there."""
        for turn in reversed(self.turns[: place + 1]):
            if turn.faults is not None:
                return tuple(each.fault() for each in turn.faults)
        return ()

    def settings_at(self, place: int, *, drills: bool) -> TurnSettings:
        """What turn ``place`` is sent with; without its faults where the server takes no drills."""
        turn = self.turns[place]
        return TurnSettings(
            language=turn.intent.language,
            vertical=turn.intent.vertical,
            optimize_for=turn.intent.optimise_for,
            region=turn.intent.region,
            allowed=turn.allowed,
            drill=self.faults_at(place) if drills else (),
            reply=turn.reply,
        )

    def compared(self, settings: TurnSettings) -> Comparison | None:
        """The seats, each by these settings or its own; None where the script has none."""
        return from_tokens(self.seats, settings) if self.seats else None
