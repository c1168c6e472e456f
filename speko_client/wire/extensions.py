"""Extensions of the embedded gateway: the vendors it can ask, with whose key, their health; drills.

A drill has faults on purpose, and a demonstration has scripted replies. Their bounds and defaults
are the gateway's own; the pages offer no others.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from speko_client.base_urls import DialectName
from speko_client.wire.base import Entry, HeaderModel, Many, Share, SpekoModel

CONNECTIONS_HEADER = "X-Speko-Connections"
FLEET_HEADER = "X-Speko-Fleet"
REASONING_HEADER = "X-Speko-Reasoning"
"""``true`` asks for what the model thinks: ``reasoning`` events, and the field of the answer."""
MAX_CONNECTIONS_BYTES = 16 * 1024
"""The most that the embedded gateway takes in ``X-Speko-Connections``."""

FleetChoice = Literal["auto", "demo", "live"]


class VendorCredentials(SpekoModel):
    """*Extension.* A caller's own credentials for one vendor; no repr shows the key.

    ``name`` and ``models`` are for a server that is not in the catalogue. ``base_url`` None means
    the vendor's own address, ``models`` None the models that are offered by default.
    """

    key: SecretStr | None = None
    base_url: str | None = None
    name: str | None = None
    models: Many[str] | None = None


class RequestConnections(SpekoModel):
    """*Extension.* What the header ``X-Speko-Connections`` holds, as base64url of JSON.

    ``public_only``: the base URLs in it may be anybody's, so none of them may lead to a private
    address, even at a gateway that allows those.
    """

    vendors: dict[str, VendorCredentials] = Field(default_factory=dict)
    public_only: bool = False


class LearntHabits(SpekoModel):
    """*Extension.* What a vendor's answers have told about the requests that a model takes.

    ``takes`` are fields it wants in place of those sent at first, ``refuses`` those that are left
    out since: ``stream_options``, or with the value that was refused, ``temperature 1.5``.
    ``model`` is None for one that is not on offer here.
    """

    model: str | None = None
    takes: list[str] = Field(default_factory=list)
    refuses: list[str] = Field(default_factory=list)


class VendorConnection(SpekoModel):
    """*Extension.* One vendor at the embedded gateway, and whether this request could use it.

    ``source`` says where its credentials come from; ``reason`` why it is not usable. ``running``
    is None where it was not checked: only local servers are.
    """

    id: str
    name: str
    dialect: DialectName
    needs_key: bool
    key_env: Many[str] = Field(default_factory=list)
    base_url: str
    source: Literal["environment", "request"] | None = None
    configured: bool = False
    reason: str | None = None
    local: bool = False
    running: bool | None = None
    learnt: list[LearntHabits] = Field(default_factory=list)


class VendorConnections(SpekoModel):
    """*Extension.* Every vendor the gateway knows, and those that came with the request."""

    vendors: Many[VendorConnection] = Field(default_factory=list)


class VendorTest(SpekoModel):
    """*Extension.* The result of asking a vendor for its models; ``latency_ms`` is milliseconds.

    ``message`` is plain words; ``code`` is a ``FailureCode`` where it failed.
    """

    ok: bool
    message: str
    code: str | None = None
    latency_ms: float
    models: Many[str] = Field(default_factory=list)


class ProviderFailure(SpekoModel):
    """*Extension.* The last thing that went wrong; ``at`` is an ISO time in UTC."""

    code: str
    message: str
    at: str


class ProviderHealth(SpekoModel):
    """*Extension.* One model's recent calls; ``error_rate`` is 0..1.

    ``unhealthy`` is out of the pool, until ``retry_at`` where the vendor named a time. ``probing``
    gets a few calls, to see whether it has recovered.
    """

    provider: str
    model: str
    calls: int
    error_rate: float
    state: Literal["healthy", "unhealthy", "probing"]
    last_error: ProviderFailure | None = None
    retry_at: str | None = None


class ProvidersHealth(SpekoModel):
    """*Extension.* The health of all models called; rates cover the last ``window_seconds``."""

    window_seconds: float
    providers: Many[ProviderHealth] = Field(default_factory=list)


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

    faults: Annotated[Many[Fault], Field(min_length=1, max_length=100)]


class DemoReply(HeaderModel):
    """A scripted answer for one request; only the demo fleet gives it."""

    text: Annotated[str, Field(min_length=1, max_length=8_000)]
