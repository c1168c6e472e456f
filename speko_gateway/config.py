"""How one gateway process was asked to run."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

KEY_VARIABLE = "SPEKO_GATEWAY_KEY"

FleetChoice = Literal["demo", "live", "auto"]
WordsChoice = Literal["auto", "scripted"]
SnapshotChoice = Literal["demo", "published"]


@dataclass(frozen=True, slots=True)
class Config:
    """The choices of the command line. ``pace`` scales simulated waits; 0 is none."""

    fleet: FleetChoice = "auto"
    words: WordsChoice = "auto"
    pace: float = 1.0
    snapshot: SnapshotChoice | None = None


@dataclass(frozen=True, slots=True)
class GatewayKey:
    """The bearer key; ``made`` says that nobody had set one."""

    value: str
    made: bool

    def __repr__(self) -> str:
        return "GatewayKey(***)"


def gateway_key(environment: Mapping[str, str]) -> GatewayKey:
    """The key from the environment, or a new random one."""
    if given := environment.get(KEY_VARIABLE, "").strip():
        return GatewayKey(given, made=False)
    return GatewayKey(secrets.token_urlsafe(24), made=True)
