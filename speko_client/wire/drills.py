"""Extensions of the embedded gateway for demonstrations: faults on purpose, scripted replies.

The bounds and defaults here are the gateway's own; the pages offer no others.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from speko_client.wire.base import Entry, HeaderModel, Share, SpekoModel

DRILL_HEADER = "X-Speko-Drill"
REPLY_HEADER = "X-Speko-Reply"
OUTAGE_HEADER = "X-Speko-Simulate-Outage"

FaultKind = Literal["down", "rate_limited", "slow", "stall", "empty", "break", "flaky"]
FaultSeconds = Annotated[float, Field(gt=0, le=600)]

DRILL_PATIENCE = 5.0
"""Seconds of silence after which a stall, or a first token that never comes, is given up.

The ordinary limits may be far longer, and here somebody is watching.
"""
FLAKY_RATE = 0.5
"""How often a flaky candidate is down where the fault does not say."""


class Fault(SpekoModel):
    """A fault to inject: ``target`` is ``vendor`` or ``vendor:model``.

    ``seconds`` is how long a ``slow`` first token takes, ``rate`` (0..1) how often a ``flaky``
    candidate is down; None means the gateway's default.
    """

    target: Entry
    kind: FaultKind = "down"
    seconds: FaultSeconds | None = None
    rate: Share | None = None

    @property
    def down_rate(self) -> float:
        """How often a ``flaky`` candidate is down, 0..1."""
        return FLAKY_RATE if self.rate is None else self.rate


class Drill(HeaderModel):
    """The faults of one request; where two name the same candidate, the first counts."""

    faults: Annotated[list[Fault], Field(min_length=1, max_length=100)]


class DemoReply(HeaderModel):
    """A scripted answer for one request; only the demo fleet gives it."""

    text: Annotated[str, Field(min_length=1, max_length=8_000)]
