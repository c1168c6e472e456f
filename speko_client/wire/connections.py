"""Extensions of the embedded gateway: the vendors it can ask, with whose key, and their health."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from speko_client.wire.base import SpekoModel

CONNECTIONS_HEADER = "X-Speko-Connections"
FLEET_HEADER = "X-Speko-Fleet"
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
    models: list[str] | None = None


class RequestConnections(SpekoModel):
    """*Extension.* What the header ``X-Speko-Connections`` holds, as base64url of JSON.

    ``public_only``: the base URLs in it may be anybody's, so none of them may lead to a private
    address, even at a gateway that allows those.
    """

    vendors: dict[str, VendorCredentials] = Field(default_factory=dict)
    public_only: bool = False


class VendorConnection(SpekoModel):
    """*Extension.* One vendor at the embedded gateway, and whether this request could use it.

    ``source`` says where its credentials come from; ``reason`` why it is not usable. ``running``
    is None where it was not checked: only local servers are.
    """

    id: str
    name: str
    dialect: str
    needs_key: bool
    key_env: list[str] = Field(default_factory=list)
    base_url: str
    source: Literal["environment", "request"] | None = None
    configured: bool = False
    reason: str | None = None
    local: bool = False
    running: bool | None = None


class VendorConnections(SpekoModel):
    """*Extension.* Every vendor the gateway knows, and those that came with the request."""

    vendors: list[VendorConnection] = Field(default_factory=list)


class VendorTest(SpekoModel):
    """*Extension.* The result of asking a vendor for its models; ``latency_ms`` is milliseconds.

    ``message`` is plain words; ``code`` is a ``FailureCode`` where it failed.
    """

    ok: bool
    message: str
    code: str | None = None
    latency_ms: float
    models: list[str] = Field(default_factory=list)


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
    providers: list[ProviderHealth] = Field(default_factory=list)
