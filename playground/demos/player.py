"""Where a demo stands: a state machine over caption, message, answer, caption. Pure.

Its owner passes in the time (``look``) and how a turn ended (``answered``, ``failed``); in the
stage ``sending`` the owner sends the message and says so (``sent``). Every method returns the next
state, and the same state where it means nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from playground.demos.script import DemoScript, DemoTurn

Stage = Literal["before", "typing", "sending", "answering", "failed", "after", "over", "stopped"]

SPEEDS: Final = (0.5, 1.0, 2.0, 4.0)
LEFT_ALONE_SECONDS: Final = 3.0
"""A demo that nobody has looked at for so long has paused: its page was closed."""

ENDED: Final[frozenset[Stage]] = frozenset({"over", "stopped"})
_TIMED: Final[frozenset[Stage]] = frozenset({"before", "typing", "after"})
_CHARACTERS_READ: Final = 15.0
_CHARACTERS_SKIMMED: Final = 35.0
_CHARACTERS_TYPED: Final = 30.0
"""A second: as fast as subtitles are read, an answer is skimmed, and a message seems typed."""

_FIRST_TOKEN: Final = 0.4
_CHARACTERS_STREAMED: Final = 350.0
_REPLY_LENGTH: Final = 350


@dataclass(frozen=True, slots=True)
class Player:
    """``place`` is the turn, from 0; ``spent`` the seconds of this stage that are over, at 1x."""

    script: DemoScript
    place: int = 0
    stage: Stage = "before"
    playing: bool = True
    speed: float = 1.0
    spent: float = 0.0
    looked_at: float | None = None
    problem: str | None = None

    @property
    def turn(self) -> DemoTurn:
        """The script's current turn."""
        return self.script.turns[self.place]

    @property
    def ended(self) -> bool:
        """Whether it was played to its end, or stopped."""
        return self.stage in ENDED

    @property
    def typed(self) -> str:
        """The part of the message that is typed by now."""
        if self.stage == "before":
            return ""
        if self.stage != "typing":
            return self.turn.message
        share = self.spent / stage_seconds(self.turn, "typing")
        return self.turn.message[: round(share * len(self.turn.message))]

    def look(self, now: float) -> Player:
        """Let the time pass since the last look; ``now`` is in seconds, and never goes back."""
        passed = 0.0 if self.looked_at is None else max(0.0, now - self.looked_at)
        seen = replace(self, looked_at=now)
        if passed > LEFT_ALONE_SECONDS:
            return seen.pause()
        if not seen.playing or seen.stage not in _TIMED:
            return seen
        moved = replace(seen, spent=seen.spent + passed * seen.speed)
        while moved.stage in _TIMED and moved.spent >= stage_seconds(moved.turn, moved.stage):
            rest = moved.spent - stage_seconds(moved.turn, moved.stage)
            moved = replace(moved._next_stage(), spent=rest)
        return moved if moved.stage in _TIMED else replace(moved, spent=0.0)

    def play(self) -> Player:
        """Continue; after an error, try the turn again."""
        if self.ended:
            return self
        return replace(self.retry(), playing=True)

    def pause(self) -> Player:
        """Stop here for now; an answer that has begun still arrives."""
        return replace(self, playing=False)

    def step(self) -> Player:
        """Go to the next caption and pause; after an error, skip that turn."""
        match self.stage:
            case "before" | "typing":
                return replace(self, stage="sending", spent=0.0, playing=False)
            case "after" | "failed":
                return replace(self._next_turn(), playing=False)
            case _:
                return self.pause()

    def at_speed(self, speed: float) -> Player:
        """Captions, typing and pauses so many times as fast; answers keep their own speed."""
        return replace(self, speed=speed) if speed in SPEEDS else self

    def stop(self) -> Player:
        """End it here."""
        return self if self.ended else replace(self._reset(), stage="stopped", playing=False)

    def sent(self) -> Player:
        """The message was sent."""
        return replace(self, stage="answering") if self.stage == "sending" else self

    def answered(self) -> Player:
        """The answer has arrived."""
        if self.stage not in ("sending", "answering"):
            return self
        return replace(self._reset(), stage="after")

    def failed(self, problem: str) -> Player:
        """The turn failed; wait for what the person decides."""
        if self.stage not in ("sending", "answering"):
            return self
        return replace(self, stage="failed", playing=False, problem=problem)

    def retry(self) -> Player:
        """Send the message of a turn that failed again."""
        if self.stage != "failed":
            return self
        return replace(self._reset(), stage="sending", playing=True)

    def _next_stage(self) -> Player:
        match self.stage:
            case "before":
                return replace(self, stage="typing")
            case "typing":
                return replace(self, stage="sending")
            case _:
                return self._next_turn()

    def _next_turn(self) -> Player:
        if self.place + 1 == len(self.script.turns):
            return replace(self._reset(), stage="over", playing=False)
        return replace(self._reset(), stage="before", place=self.place + 1)

    def _reset(self) -> Player:
        return replace(self, spent=0.0, problem=None)


def stage_seconds(turn: DemoTurn, stage: Stage) -> float:
    """How long a stage lasts at 1x; only what is timed here."""
    caption = turn.caption
    match stage:
        case "before":
            return _reading(caption.before)
        case "typing":
            return min(4.0, max(1.0, len(turn.message) / _CHARACTERS_TYPED))
        case "after":
            caption_read = max(_reading(caption.after), _reading(caption.failed_over))
            answer = len(turn.reply or "x" * _REPLY_LENGTH) / _CHARACTERS_SKIMMED
            return max(caption_read, answer) + turn.pause
        case _:
            return 0.0


def estimated_seconds(script: DemoScript) -> float:
    """About how long the whole demo lasts at 1x, the answers at the demo fleet's speed."""
    return sum(
        sum(stage_seconds(turn, stage) for stage in _TIMED) + _answering(turn)
        for turn in script.turns
    )


def _answering(turn: DemoTurn) -> float:
    length = len(turn.reply) if turn.reply else _REPLY_LENGTH
    return _FIRST_TOKEN + length / _CHARACTERS_STREAMED


def _reading(text: str) -> float:
    return 1.5 + len(text) / _CHARACTERS_READ
