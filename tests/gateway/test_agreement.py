"""What the preview promises, what the router does and what the contract says are the same thing.

Random snapshots, intents, allow-lists, what-ifs and faults; the contract's rules are reckoned once
more in ``reckoning``, and the playground's receipt is made of what came over the wire.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.receipts.receipt import receipt
from playground.servers.connection import embedded
from playground.sessions.asking import ranking_for, run_turn
from playground.sessions.turn_words import failed_attempts, turn_error
from playground.sessions.turns import Answer, Turn, TurnSettings
from speko_client.errors import SpekoApiError
from speko_client.models import RoutingPreview, SnapshotFile, WhatIf
from speko_gateway.candidates import Candidate
from speko_gateway.config import Limits
from speko_gateway.fleet.fleet import Fleet
from speko_gateway.gateway import Gateway
from speko_gateway.http.app import create_app
from speko_gateway.routing.health import HealthGate
from speko_gateway.routing.scores import index_snapshot
from tests import turns
from tests.gateway.fleet_doubles import PlayedProvider, SteppedClock, failure, said
from tests.gateway.routing.reckoning import Name, Reckoned, reckon, scope_of
from tests.gateway.served import KEY, serving_app

VENDORS, MODELS = ("ash", "birch", "cedar"), ("x", "y")
NAMES: list[Name] = [(vendor, model) for vendor in VENDORS for model in MODELS]
PRESETS = ("balanced", "accuracy", "latency", "cost")
SCOPES = st.tuples(
    st.sampled_from(["en", "es", "es-MX", "de"]),
    st.sampled_from(["general", "healthcare"]),
    st.sampled_from(["global", "europe-west3"]),
)
# Coarse, so that candidates are level often: there the contract wants their names to decide.
QUALITY, TTFT = st.integers(40, 44), st.sampled_from([200, 300, 400])
PRICE = st.sampled_from([0.00023, 0.00046, 0.00069, 0.00092])


def maybe(figure: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A figure, or now and then none."""
    return st.integers(0, 3).flatmap(lambda dice: figure if dice else st.none())


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A snapshot's rows: English general for most, others for some, now and then a status or a
    figure less."""
    wanted = [(name, ("en", "general", "global")) for name in NAMES if draw(st.integers(0, 5))]
    wanted += draw(st.lists(st.tuples(st.sampled_from(NAMES), SCOPES), max_size=8))
    return [
        {
            **named(name, scope),
            "quality": draw(maybe(QUALITY)),
            "ttftMs": draw(maybe(TTFT)),
            "usdPerMinute": draw(maybe(PRICE)),
            "status": draw(st.sampled_from(["production"] * 6 + ["warned", "provisional"])),
        }
        for name, scope in dict.fromkeys(wanted)
    ]


def named(name: Name, scope: tuple[str, str, str]) -> dict[str, str]:
    """Whose figures, and where they hold."""
    vendor, model = name
    language, vertical, region = scope
    return {
        "provider": vendor,
        "model": model,
        "language": language,
        "vertical": vertical,
        "region": region,
    }


def edit(
    name: Name,
    scope: tuple[str, str, str],
    quality: int | None,
    ttft: int | None,
    price: float | None,
) -> dict[str, Any]:
    """Figures of one candidate in one scope; None stays as it is."""
    figures = {"quality": quality, "ttftMs": ttft, "usdPerMinute": price}
    return {**named(name, scope), **figures}


def whose(row: Any) -> tuple[str, ...]:
    """What there is one row of."""
    return (row["provider"], row["model"], *scope_of(row))


INTENTS = st.builds(
    lambda scope, preset: {
        "language": scope[0],
        "vertical": scope[1],
        "region": scope[2],
        "optimizeFor": preset,
    },
    SCOPES,
    st.sampled_from(PRESETS),
)
ENTRIES = st.sampled_from([*VENDORS, *(f"{vendor}:{model}" for vendor, model in NAMES)])
WEIGHTS = st.sampled_from([("1", "0", "0"), ("0.25", "0.25", "0.5"), ("0", "0.5", "0.5")])
WHAT_IFS = st.none() | st.fixed_dictionaries(
    {
        "weights": st.dictionaries(st.sampled_from(PRESETS), WEIGHTS, max_size=2),
        "edits": st.lists(
            st.builds(
                edit,
                st.sampled_from(NAMES),
                SCOPES,
                maybe(QUALITY),
                maybe(TTFT),
                maybe(PRICE),
            ),
            max_size=3,
            unique_by=whose,
        ),
        "without": st.lists(ENTRIES, max_size=2),
    }
)


def per_million(usd_per_minute: float) -> float:
    """A price as a what-if has it."""
    return usd_per_minute / 230 * 1_000_000


def wire_what_if(plain: dict[str, Any]) -> WhatIf:
    """The what-if as it travels; prices there are per million tokens."""
    axes = ("accuracy", "latency", "cost")
    return WhatIf.model_validate(
        {
            "weights": {
                preset: dict(zip(axes, map(float, weights), strict=True))
                for preset, weights in plain["weights"].items()
            },
            "edits": [
                {
                    **edit,
                    "cost": None if (price := edit["usdPerMinute"]) is None else per_million(price),
                }
                for edit in plain["edits"]
            ],
            "without": plain["without"],
        }
    )


def gateway_of(
    table: list[dict[str, Any]], down: set[Name], unavailable: set[str]
) -> tuple[Gateway, dict[str, PlayedProvider]]:
    """A gateway over this snapshot whose candidates fail, or cannot be called, as named."""
    providers = {
        vendor: PlayedProvider(
            {model: [failure()] if (vendor, model) in down else said("Hello") for model in MODELS},
            unavailable="has no key" if vendor in unavailable else None,
        )
        for vendor in VENDORS
    }
    file = SnapshotFile.model_validate(
        {"id": "s", "label": "S", "source": "drawn", "date": "2026-01-01", "rows": table}
    )
    clock = SteppedClock()
    fleet = Fleet(False, providers, {}, [Candidate(*name) for name in NAMES])
    gateway = Gateway(
        fleet=fleet,
        snapshot=index_snapshot(file),
        health=HealthGate(clock),
        limits=Limits(attempts=len(NAMES)),
        clock=clock,
        has_model_file=lambda: False,
        words=lambda: "scripted",
    )
    return gateway, providers


class Stage:
    """One server, over real HTTP, for one gateway after the other."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        assert self.app is not None
        await self.app(scope, receive, send)

    async def play(self, gateway: Gateway, settings: TurnSettings) -> Turn:
        """A turn as the playground plays it: its ranking, then its answer."""
        self.app = create_app(gateway, KEY)
        connection = embedded(self.url, KEY)
        turn = turns.turn(
            "t",
            answer=Answer(),
            settings=settings,
            connection=connection.name,
            ranking=await ranking_for(connection, settings, within=60),
        )
        try:
            async for answer in run_turn(connection, (), turn.message, settings):
                turn = turn.model_copy(update={"answer": answer})
        except SpekoApiError as error:
            answer = Answer(attempts=failed_attempts(error))
            return turn.model_copy(
                update={
                    "answer": answer,
                    "status": "failed",
                    "error": turn_error(error, connection),
                }
            )
        return turn


Play = Callable[[Gateway, TurnSettings], Turn]


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    """Plays a turn at a gateway."""
    stage = Stage()
    with asyncio.Runner() as runner:
        served = serving_app(stage)
        stage.url = str(runner.run(served.__aenter__()).base_url)
        yield lambda gateway, settings: runner.run(stage.play(gateway, settings))
        runner.run(served.__aexit__(None, None, None))


@given(
    table=rows().filter(bool),
    intent=INTENTS,
    allowed=st.none() | st.lists(ENTRIES, min_size=1, max_size=4),
    what_if=WHAT_IFS,
    down=st.sets(st.sampled_from(NAMES)),
    unavailable=st.sets(st.sampled_from(VENDORS), max_size=1),
)
def test_preview_router_receipt_and_contract_agree(
    play: Play,
    table: list[dict[str, Any]],
    intent: dict[str, str],
    allowed: list[str] | None,
    what_if: dict[str, Any] | None,
    down: set[Name],
    unavailable: set[str],
) -> None:
    gateway, providers = gateway_of(table, down, unavailable)
    settings = TurnSettings.model_validate(
        {
            "language": intent["language"],
            "vertical": intent["vertical"],
            "region": intent["region"],
            "optimize_for": intent["optimizeFor"],
            "allowed": allowed or (),
            "what_if": wire_what_if(what_if) if what_if else None,
        }
    )
    turn = play(gateway, settings)
    reckoned = reckon(
        table,
        intent,
        allowed=allowed,
        unavailable=[name for name in NAMES if name[0] in unavailable],
        what_if=what_if,
    )
    assert turn.ranking is not None
    order = promised(turn.ranking, reckoned)
    asked = [(vendor, call.model) for vendor, each in providers.items() for call in each.asked]
    follows(turn, order, down, asked)
    receipted(turn, order, reckoned)


def promised(preview: RoutingPreview, reckoned: Reckoned) -> list[Name]:
    """The preview's order, which is the reckoned one, then those without any figures."""
    placed = [*filter(None, [preview.winner]), *preview.runners_up]
    order = [(each.provider_id, each.model_id) for each in placed]
    scored = [each for each in placed if each.axes is not None]
    assert [(each.provider_id, each.model_id) for each in scored] == reckoned.order
    for each in scored:
        exact = reckoned.scores[each.provider_id, each.model_id]
        assert abs(each.score - float(exact)) < 1e-9
    assert order[len(scored) :] == sorted(order[len(scored) :])
    out = {(each.provider_id, each.model_id): each.code for each in preview.filtered_out or ()}
    assert {name: out.get(name) for name in reckoned.out} == reckoned.out
    assert len(order) + len(out) == len(NAMES)
    return order


def follows(turn: Turn, order: list[Name], down: set[Name], asked: list[Name]) -> None:
    """The answer went down that very order, up to the first that is not down."""
    attempts = [(each.provider, each.model) for each in turn.answer.attempts]
    assert sorted(asked) == sorted(attempts)
    first = next((place for place, name in enumerate(order) if name not in down), None)
    if first is None:
        assert turn.status == "failed"
        assert turn.error is not None
        assert turn.error.code == ("ALL_PROVIDERS_FAILED" if order else "COMPLETE_FAILED")
        assert attempts == order
        return
    assert attempts == order[: first + 1]
    assert (turn.answer.provider, turn.answer.model) == order[first]
    assert turn.answer.failover_count == first


def receipted(turn: Turn, order: list[Name], reckoned: Reckoned) -> None:
    """The receipt says the same: the pool as reckoned, and what became of each who was asked."""
    found = receipt(turn)
    attempts = [(each.provider, each.model) for each in turn.answer.attempts]
    assert [each.candidate for each in found.pool] == order
    assert [each.candidate for each in found.steps] == attempts
    scores = {each.candidate: each.score for each in found.pool if each.score is not None}
    assert scores == pytest.approx({name: float(each) for name, each in reckoned.scores.items()})
    assert found.first_choice == (order[0] if order else None)
    if turn.status == "failed":
        assert (found.verdict, found.served) == ("nobody", None)
    else:
        assert found.served == attempts[-1]
        assert (found.verdict == "first_choice") == (len(attempts) == 1)
