"""Puts a gateway together from its choices: snapshots, fleets, health, limits."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from speko_gateway.config import Config
from speko_gateway.failover.staging import DrillRules
from speko_gateway.fleet.fleet import Fleets, demo_lineup, live_lineup
from speko_gateway.fleet.vendors import FleetRequest, Vendors
from speko_gateway.gateway import Gateway
from speko_gateway.local_model.engine import LocalEngine
from speko_gateway.local_model.model_file import installed_path
from speko_gateway.providers.stand_ins.local import LocalProvider
from speko_gateway.providers.stand_ins.simulated import Stage
from speko_gateway.providers.vendors.live import build_live_providers
from speko_gateway.providers.vendors.upstream import Upstream
from speko_gateway.routing.gating import RememberedShortlists
from speko_gateway.routing.health import HealthGate
from speko_gateway.routing.scores import load_snapshot


def build_gateway(config: Config, environment: Mapping[str, str]) -> Gateway:
    """A gateway ready to be served; ``environment`` has the live vendors' keys."""
    limits = config.limits
    engine = LocalEngine(_remembered(installed_path))
    local = LocalProvider(engine)
    upstream = Upstream(connect_seconds=limits.connect)
    vendors = Vendors(
        connected=build_live_providers(environment, upstream),
        upstream=upstream,
        public=Upstream(connect_seconds=limits.connect, public_only=True),
        private_urls=config.private_urls,
        salt=secrets.token_bytes(16),
    )
    stage = Stage(
        snapshot=load_snapshot(config.snapshot or "demo"),
        engine=engine,
        clock=time.monotonic,
        sleep=asyncio.sleep,
        pace=config.pace,
        scripted=config.words == "scripted",
    )
    fleets = Fleets(
        config.fleet,
        demo=demo_lineup(stage, local, vendors),
        live=live_lineup(vendors, load_snapshot(config.snapshot or "published"), local),
    )
    lineup = fleets.lineup(FleetRequest())
    return Gateway(
        fleet=lineup.fleet,
        snapshot=lineup.snapshot,
        health=HealthGate(time.monotonic).through(lineup.connections),
        limits=limits,
        clock=time.monotonic,
        has_model_file=engine.present,
        words=lambda: stage.words,
        vendors=lineup.vendors,
        fleets=fleets,
        drill_rules=DrillRules() if config.drills else None,
        shortlisting=RememberedShortlists(lineup.snapshot),
    )


def _remembered(find: Callable[[], Path | None]) -> Callable[[], Path | None]:
    """``find`` until it finds the file: every request asks, and the file stays where it is."""
    found: Path | None = None

    def look() -> Path | None:
        nonlocal found
        found = found or find()
        return found

    return look
