"""Votes as JSONL, to take along and to put together with other people's. Pure.

A line has ``model_a``, ``model_b`` (in the order of the alphabet), ``winner`` (``model_a``,
``model_b``, ``tie`` or ``both_bad``), ``side`` (where ``model_a`` stood), ``propensity``,
``intent`` and ``prompt_hash``; ``id`` and ``at`` tell votes apart. Texts come with it only where
they were asked for, and are never read back.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from playground.compare.ratings import Outcome
from playground.compare.votes import MOST, Asked, CastVote, Rated, Reason

MOST_BYTES: Final = 5_000_000
_MOST_NAMED: Final = 5
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)

Side = Literal["left", "right"]


class VoteFileError(Exception):
    """The file is too large, or no text; its words say what to do."""


@dataclass(frozen=True, slots=True)
class ReadVotes:
    """``broken`` are the numbers of the lines that are no votes, from 1."""

    votes: tuple[CastVote, ...]
    broken: tuple[int, ...]

    @property
    def problem(self) -> str | None:
        """The broken lines in a sentence; None where there is none."""
        if not self.broken:
            return None
        named = ", ".join(f"{number:,}" for number in self.broken[:_MOST_NAMED])
        more = f" and {len(self.broken) - _MOST_NAMED:,} more" if self.broken[_MOST_NAMED:] else ""
        if len(self.broken) == 1:
            return f"Line {named} is no vote and was left out."
        return f"Lines {named}{more} are no votes and were left out."


class _Line(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)

    id: str = Field(default="", max_length=64)
    at: datetime = _LONG_AGO
    model_a: str = Field(min_length=1, max_length=300)
    model_b: str = Field(min_length=1, max_length=300)
    winner: Literal["model_a", "model_b", "tie", "both_bad"]
    side: Side = "left"
    propensity: float | None = Field(default=None, gt=0, le=1)
    intent: Asked = Asked()
    prompt_hash: str = Field(default="", max_length=64)
    reason: Reason | None = None
    rated: Rated = "rated"

    @field_validator("at")
    @classmethod
    def _in_utc(cls, at: datetime) -> datetime:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def exported(votes: Iterable[CastVote], texts: Mapping[str, Sequence[str]] | None = None) -> str:
    """One line a vote; ``texts`` has the prompt, the left and the right answer by a vote's id."""
    lines = (_line(vote, (texts or {}).get(vote.id)) for vote in votes)
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)


def imported(content: bytes) -> ReadVotes:
    """The votes in a file. Raises VoteFileError; a broken line takes no other along."""
    if len(content) > MOST_BYTES:
        most = MOST_BYTES // 1_000_000
        raise VoteFileError(f"This file has more than {most} MB. Cut it into several.")
    try:
        lines = content.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise VoteFileError("This file is no text in UTF-8. Votes are in JSONL.") from None
    if len(lines) > MOST + 1:
        raise VoteFileError(
            f"This file has {len(lines):,} lines, and {MOST:,} is the most. Cut it into several."
        )
    seen: Counter[str] = Counter()
    read = [(number, _read(line, seen)) for number, line in enumerate(lines, 1) if line.strip()]
    return ReadVotes(
        tuple(vote for _, vote in read if vote is not None),
        tuple(number for number, vote in read if vote is None),
    )


def _line(vote: CastVote, texts: Sequence[str] | None) -> dict[str, Any]:
    swapped = vote.right < vote.left
    first, second = (vote.right, vote.left) if swapped else (vote.left, vote.right)
    side = "right" if swapped else "left"
    winner = {side: "model_a", "tie": "tie", "both_bad": "both_bad"}.get(vote.outcome, "model_b")
    line = {
        "id": vote.id,
        "at": vote.at.isoformat(),
        "model_a": first,
        "model_b": second,
        "winner": winner,
        "side": side,
        "propensity": vote.propensity,
        "intent": vote.intent.model_dump(exclude_none=True),
        "prompt_hash": vote.prompt_hash,
        "reason": vote.reason,
        "rated": vote.rated,
    }
    if texts is not None:
        prompt, left, right = texts
        answers = (right, left) if swapped else (left, right)
        line |= {"prompt": prompt, "answer_a": answers[0], "answer_b": answers[1]}
    return line


def _read(text: str, seen: Counter[str]) -> CastVote | None:
    try:
        line = _Line.model_validate(json.loads(text))
        seen[text] += 1
        return _vote(line, line.id or _made_id(text, seen[text]))
    except (ValidationError, ValueError, RecursionError, OverflowError):
        return None


def _made_id(text: str, time: int) -> str:
    """A file of others has no ids: the same line, read again, is the same vote."""
    return hashlib.sha256(f"{text.strip()}\0{time}".encode("utf-8", "replace")).hexdigest()


def _vote(line: _Line, vote_id: str) -> CastVote:
    swapped = line.side == "right"
    other: Side = "left" if swapped else "right"
    outcome = {"model_a": line.side, "model_b": other}.get(line.winner, line.winner)
    return CastVote(
        id=vote_id,
        at=line.at,
        left=line.model_b if swapped else line.model_a,
        right=line.model_a if swapped else line.model_b,
        outcome=cast("Outcome", outcome),
        reason=line.reason,
        rated=line.rated,
        propensity=line.propensity,
        intent=line.intent,
        prompt_hash=line.prompt_hash,
    )
