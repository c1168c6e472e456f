"""Puts a gateway together from its choices: snapshot, fleet, health, limits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence

from speko_client.models import ChatMessage
from speko_gateway.candidates import Candidate
from speko_gateway.config import Config
from speko_gateway.failover import Limits
from speko_gateway.fleet import Fleet
from speko_gateway.gateway import Gateway
from speko_gateway.health import HealthGate
from speko_gateway.providers.base import Finish, Provider, TextDelta
from speko_gateway.providers.simulated import Engine, SimulatedProvider, Stage
from speko_gateway.scores import Snapshot, load_snapshot

LOCAL = Candidate("local", "smollm2-135m-instruct")


def build_gateway(config: Config, engine: Engine, local: Provider | None) -> Gateway:
    """A gateway ready to be served."""
    snapshot = load_snapshot(config.snapshot or "demo")
    fleet = _demo_fleet(config, snapshot, engine, local)
    return Gateway(
        fleet=fleet,
        snapshot=snapshot,
        health=HealthGate(time.monotonic),
        limits=Limits(),
        clock=time.monotonic,
        weights_present=engine.present,
    )


def _demo_fleet(
    config: Config, snapshot: Snapshot, engine: Engine, local: Provider | None
) -> Fleet:
    stage = Stage(
        snapshot=snapshot,
        engine=engine,
        clock=time.monotonic,
        sleep=asyncio.sleep,
        pace=config.pace,
        scripted=config.words == "scripted",
    )
    candidates = [each for each in snapshot.candidates() if each.provider != LOCAL.provider]
    providers: dict[str, Provider] = {
        each.provider: SimulatedProvider(each.provider, stage) for each in candidates
    }
    if local is not None:
        providers[LOCAL.provider] = local
        candidates.append(LOCAL)
    return Fleet(demo=True, providers=providers, candidates=candidates)


class NoEngine:
    """Stands in until the local model is wired in."""

    model_name = "none"

    def present(self) -> bool:
        """Never."""
        return False

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        temperature: float | None,
        max_tokens: int | None,
        seed: int | None,
    ) -> AsyncGenerator[TextDelta | Finish]:
        """Nothing."""
        yield Finish()

    async def count_tokens(self, text: str) -> int | None:
        """Unknown."""
        return None
