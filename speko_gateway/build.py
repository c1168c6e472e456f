"""Puts a gateway together from its choices: snapshot, fleet, health, limits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from speko_gateway.candidates import Candidate
from speko_gateway.config import Config
from speko_gateway.failover import Limits
from speko_gateway.fleet import Fleet
from speko_gateway.gateway import Gateway
from speko_gateway.health import HealthGate
from speko_gateway.local_engine import LocalEngine
from speko_gateway.providers.base import Provider
from speko_gateway.providers.catalogue import VENDORS
from speko_gateway.providers.live import LiveProvider, build_live_providers
from speko_gateway.providers.local import LocalProvider
from speko_gateway.providers.simulated import SimulatedProvider, Stage
from speko_gateway.providers.upstream import Upstream
from speko_gateway.scores import Snapshot, load_snapshot
from speko_gateway.weights import installed_path

LOCAL = Candidate("local", "smollm2-135m-instruct")
_LOCAL_NAME = "Local model"


@dataclass(frozen=True, slots=True)
class _Parts:
    """Providers on their way to a fleet: each with its vendor's name and its models."""

    providers: dict[str, Provider]
    names: dict[str, str]
    candidates: list[Candidate]


def build_gateway(config: Config, environment: Mapping[str, str]) -> Gateway:
    """A gateway ready to be served; ``environment`` has the live vendors' keys."""
    limits = Limits()
    engine = LocalEngine(_remembered(installed_path))
    upstream = Upstream(connect_seconds=limits.connect)
    live = build_live_providers(environment, upstream)
    demo = config.fleet == "demo" or (config.fleet == "auto" and not live)
    snapshot = load_snapshot(config.snapshot or ("demo" if demo else "published"))
    stage = Stage(
        snapshot=snapshot,
        engine=engine,
        clock=time.monotonic,
        sleep=asyncio.sleep,
        pace=config.pace,
        scripted=config.words == "scripted",
    )
    parts = _simulated(stage) if demo else _live(live, snapshot, upstream)
    return Gateway(
        fleet=Fleet(
            demo=demo,
            providers={**parts.providers, LOCAL.provider: LocalProvider(engine)},
            names={**parts.names, LOCAL.provider: _LOCAL_NAME},
            candidates=(*parts.candidates, LOCAL),
        ),
        snapshot=snapshot,
        health=HealthGate(time.monotonic),
        limits=limits,
        clock=time.monotonic,
        weights_present=engine.present,
        words=lambda: stage.words,
    )


def _simulated(stage: Stage) -> _Parts:
    """The demo fleet: every vendor of the snapshot, and no live one beside."""
    candidates = _vendors_candidates(stage.snapshot)
    vendors = dict.fromkeys(each.provider for each in candidates)
    return _Parts(
        providers={vendor: SimulatedProvider(vendor, stage) for vendor in vendors},
        names={vendor: VENDORS[vendor].name for vendor in vendors if vendor in VENDORS},
        candidates=candidates,
    )


def _live(configured: Mapping[str, LiveProvider], snapshot: Snapshot, upstream: Upstream) -> _Parts:
    """The configured vendors; beside them the snapshot's others, which say what they lack."""
    scored = _vendors_candidates(snapshot)
    lacking = {each.provider for each in scored if each.provider in VENDORS}.difference(configured)
    providers = dict(configured) | {
        vendor: LiveProvider(VENDORS[vendor], upstream) for vendor in sorted(lacking)
    }
    offered = [
        Candidate(vendor, model) for vendor in configured for model in configured[vendor].models
    ]
    return _Parts(
        providers=dict(providers),
        names={vendor: provider.vendor.name for vendor, provider in providers.items()},
        candidates=list(
            dict.fromkeys([*offered, *(each for each in scored if each.provider in providers)])
        ),
    )


def _remembered(find: Callable[[], Path | None]) -> Callable[[], Path | None]:
    """``find`` until it finds; every request asks, and the file stays where it is."""
    found: Path | None = None

    def look() -> Path | None:
        nonlocal found
        found = found or find()
        return found

    return look


def _vendors_candidates(snapshot: Snapshot) -> list[Candidate]:
    return [each for each in snapshot.candidates() if each.provider != LOCAL.provider]
