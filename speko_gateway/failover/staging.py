"""What a request wants to see happen: a simulated outage, a drill, a given reply.

Only the demo fleet simulates outages and says given replies. A drill puts faults before any
provider, in a gateway that takes drills.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from speko_client.models import (
    DRILL_HEADER,
    DRILL_PATIENCE,
    OUTAGE_HEADER,
    REPLY_HEADER,
    DemoReply,
    Drill,
    Fault,
)
from speko_gateway.candidates import NOBODY, Candidate, Selection
from speko_gateway.failover.faults import FaultyProvider, limits_under
from speko_gateway.failover.relay import Option
from speko_gateway.headers import bad_header, read_header
from speko_gateway.limits import Limits
from speko_gateway.provider import Provider
from speko_gateway.providers.stand_ins.simulated import SimulatedProvider

_NO_DRILLS = "this gateway takes no drills, because others may be using it. --drills allows them"
_HEADERS = (OUTAGE_HEADER.lower(), DRILL_HEADER.lower(), REPLY_HEADER.lower())
_OUTAGE = "is down (simulated outage)"


@dataclass(frozen=True, slots=True)
class Staging:
    """``outage`` candidates are down; ``faults`` are the drill's; ``reply`` is what to say."""

    outage: Selection = NOBODY
    faults: tuple[Fault, ...] = ()
    reply: str | None = None


NOTHING_STAGED = Staging()


@dataclass(frozen=True, slots=True)
class DrillRules:
    """How drills run in a gateway that takes them.

    ``chance`` gives 0 to 1 at random, ``patience`` is how many seconds of silence are waited out.
    """

    chance: Callable[[], float] = random.random
    patience: float = DRILL_PATIENCE


def staging_in(headers: Mapping[str, str], *, drills: bool) -> Staging:
    """What these headers (names in lower case) ask to see; NOTHING_STAGED where nothing.

    Raises GatewayError, 400, where a header cannot be used or a drill is not allowed.
    """
    if not any(header in headers for header in _HEADERS):
        return NOTHING_STAGED
    drill = read_header(headers, DRILL_HEADER, Drill)
    if drill is not None and not drills:
        raise bad_header(DRILL_HEADER, _NO_DRILLS)
    reply = read_header(headers, REPLY_HEADER, DemoReply)
    return Staging(
        outage=Selection.parse(headers.get(OUTAGE_HEADER.lower(), "")),
        faults=tuple(drill.faults) if drill else (),
        reply=reply.text if reply else None,
    )


def staged(
    options: Sequence[Option],
    staging: Staging,
    limits: Limits,
    drill_rules: DrillRules | None,
    *,
    demo: bool,
) -> Sequence[Option]:
    """The same candidates, each with its staged fault or reply; ``demo``: the demo fleet is on."""
    if demo:
        options = [_simulated(option, staging) for option in options]
    if drill_rules is None:
        return options
    return [_drilled(option, staging.faults, limits, drill_rules) for option in options]


def _simulated(option: Option, staging: Staging) -> Option:
    if staging.outage.covers(option.candidate):
        return replace(option, provider=FaultyProvider(option.provider, _DOWN, _OUTAGE))
    return replace(option, provider=_saying(option.provider, staging.reply))


_DOWN = Fault(target="outage")


def _saying(provider: Provider, reply: str | None) -> Provider:
    """A simulated provider that says this reply; any other provider ignores it."""
    if reply is not None and isinstance(provider, SimulatedProvider):
        return replace(provider, reply=reply)
    return provider


def _drilled(
    option: Option, faults: Sequence[Fault], limits: Limits, drill_rules: DrillRules
) -> Option:
    """A flaky candidate is down, or not, for the whole request."""
    fault = next((each for each in faults if _is_target(each, option.candidate)), None)
    if fault is None or (fault.kind == "flaky" and drill_rules.chance() >= fault.down_rate):
        return option
    live = option.provider.kind == "live"
    return Option(
        option.candidate,
        FaultyProvider(option.provider, fault),
        drill=limits_under(fault, limits, live=live, patience=drill_rules.patience),
    )


def _is_target(fault: Fault, candidate: Candidate) -> bool:
    return fault.target in (candidate.provider, candidate.id)
