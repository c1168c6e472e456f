"""How one gateway process was asked to run."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from speko_client.addresses import AllowPrivate, is_loopback
from speko_client.models import FleetChoice
from speko_gateway.errors import SetupError
from speko_gateway.limits import Limits

KEY_VARIABLE = "SPEKO_GATEWAY_KEY"
PRIVATE_URLS_VARIABLE = "SPEKO_ALLOW_PRIVATE_URLS"

WordsChoice = Literal["auto", "scripted"]


@dataclass(frozen=True, slots=True)
class Config:
    """The choices of the command line. ``pace`` scales simulated waits; 0 is none.

    ``snapshot`` is the name of one that ships here, or a file's path. ``private_urls``: base URLs
    that come with a request may be private addresses.
    ``drills``: requests may have faults injected.
    """

    fleet: FleetChoice = "auto"
    words: WordsChoice = "auto"
    pace: float = 1.0
    snapshot: str | None = None
    private_urls: bool = False
    drills: bool = False
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class GatewayKey:
    """The bearer key; ``made`` says that none was set and this one is new."""

    value: str
    made: bool

    def __repr__(self) -> str:
        return "GatewayKey(***)"


def gateway_key(environment: Mapping[str, str]) -> GatewayKey:
    """The key from the environment, or a new random one."""
    if given := environment.get(KEY_VARIABLE, "").strip():
        return GatewayKey(given, made=False)
    return GatewayKey(secrets.token_urlsafe(24), made=True)


def private_urls_allowed(flag: bool, environment: Mapping[str, str], bound: str) -> bool:
    """Whether requests may bring private addresses, at a gateway bound to the address ``bound``.

    By default only where all callers are on this machine. Raises SetupError.
    """
    setting = environment.get(PRIVATE_URLS_VARIABLE, "").strip().lower() or "auto"
    if setting not in get_args(AllowPrivate):
        raise SetupError(f"{PRIVATE_URLS_VARIABLE} takes auto, true or false.")
    if flag or setting != "auto":
        return flag or setting == "true"
    return is_loopback(bound)


def drills_taken(flag: bool | None, bound: str) -> bool:
    """Whether requests may have faults injected, at a gateway bound to the address ``bound``.

    By default (no ``flag``) only where all callers are on this machine.
    """
    return is_loopback(bound) if flag is None else flag
