"""What the preview promises, what the router does and what the contract says are the same thing.

Random snapshots, intents, allow-lists, what-ifs and faults; the contract's rules are reckoned once
more in ``reckoning``, and the playground's receipt is made of what came over the wire.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st

from speko_client.models import CompleteResult, RoutingPreview, WhatIf
from speko_gateway.app import create_app
from speko_gateway.candidates import Candidate
from speko_gateway.fleet import Fleet
from speko_gateway.gateway import Gateway
from speko_gateway.health import HealthGate
from speko_gateway.limits import Limits
from speko_gateway.scores import SnapshotFile, index_snapshot
from tests.gateway.fleet_doubles import PlayedProvider, SteppedClock, failure, said
from tests.gateway.reckoning import Name, Reckoned, reckon, scope_of
from tests.gateway.served import AUTH, KEY

VENDORS, MODELS = ("ash", "birch", "cedar"), ("x", "y")
NAMES: list[Name] = [(vendor, model) for vendor in VENDORS for model in MODELS]
PRESETS = ("balanced", "accuracy", "latency", "cost")
SCOPES = st.tuples(
    st.sampled_from(["en", "es", "es-MX", "de"]),
    st.sampled_from(["general", "healthcare"]),
    st.sampled_from(["global", "europe-west3"]),
)
# Coarse, so that candidates are level often: there the contract wants their names to decide.
QUALITY, TTFT, PRICE = st.integers(40, 44), st.sampled_from([200, 300, 400]), st.integers(1, 4)


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A snapshot's rows: English general for most, others for some, now and then a status."""
    wanted = [(name, ("en", "general", "global")) for name in NAMES if draw(st.integers(0, 5))]
    wanted += draw(st.lists(st.tuples(st.sampled_from(NAMES), SCOPES), max_size=8))
    return [
        {
            **named(name, scope),
            "quality": draw(QUALITY),
            "ttftMs": draw(TTFT),
            "usdPerMinute": draw(PRICE) * 0.00023,
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
    name: Name, scope: tuple[str, str, str], quality: int, ttft: int, price: int
) -> dict[str, Any]:
    """All three figures of one candidate in one scope."""
    figures = {"quality": quality, "ttftMs": ttft, "usdPerMinute": price * 0.00023}
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
                QUALITY,
                TTFT,
                PRICE,
            ),
            max_size=3,
            unique_by=whose,
        ),
        "without": st.lists(ENTRIES, max_size=2),
    }
)


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
                {**edit, "cost": edit["usdPerMinute"] / 230 * 1_000_000} for edit in plain["edits"]
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
    candidates = [Candidate(*name) for name in NAMES]
    fleet = Fleet(False, providers, {}, candidates)
    gateway = Gateway(
        fleet=fleet,
        snapshot=index_snapshot(file),
        health=HealthGate(clock),
        limits=Limits(attempts=len(NAMES)),
        clock=clock,
        weights_present=lambda: False,
        words=lambda: "scripted",
    )
    return gateway, providers


async def asked(
    gateway: Gateway, intent: dict[str, str], allowed: list[str] | None, what_if: WhatIf | None
) -> tuple[RoutingPreview, httpx.Response]:
    """The preview, then the answer."""
    told = {"X-Speko-What-If": what_if.to_header()} if what_if else {}
    transport = httpx.ASGITransport(create_app(gateway, KEY))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://gateway", headers=AUTH | told
    ) as client:
        params = {**intent, "optimize_for": intent["optimizeFor"]}
        listed = [("allowed_provider", entry) for entry in allowed or ()]
        preview = await client.get("/v1/routing/preview", params=[*params.items(), *listed])
        assert preview.status_code == 200, preview.text
        body: dict[str, Any] = {"messages": [{"role": "user", "content": "Hi"}], "intent": intent}
        if allowed:
            body["constraints"] = {"allowedProviders": {"llm": allowed}}
        answer = await client.post("/v1/complete", json=body)
    return RoutingPreview.model_validate(preview.json()), answer


@given(
    table=rows().filter(bool),
    intent=INTENTS,
    allowed=st.none() | st.lists(ENTRIES, min_size=1, max_size=4),
    what_if=WHAT_IFS,
    down=st.sets(st.sampled_from(NAMES)),
    unavailable=st.sets(st.sampled_from(VENDORS), max_size=1),
)
def test_preview_router_and_contract_agree(
    table: list[dict[str, Any]],
    intent: dict[str, str],
    allowed: list[str] | None,
    what_if: dict[str, Any] | None,
    down: set[Name],
    unavailable: set[str],
) -> None:
    gateway, providers = gateway_of(table, down, unavailable)
    tried = wire_what_if(what_if) if what_if else None
    preview, answer = asyncio.run(asked(gateway, intent, allowed, tried))
    reckoned = reckon(
        table,
        intent,
        allowed=allowed,
        unavailable=[name for name in NAMES if name[0] in unavailable],
        what_if=what_if,
    )
    previewed = promised(preview, reckoned)
    follows(answer, previewed, down, providers)


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


def follows(
    answer: httpx.Response,
    order: list[Name],
    down: set[Name],
    providers: dict[str, PlayedProvider],
) -> None:
    """The answer went down that very order, up to the first that is not down."""
    tried = [(vendor, call.model) for vendor, each in providers.items() for call in each.asked]
    if answer.status_code != 200:
        assert answer.status_code == 500
        assert sorted(tried) == sorted(order)
        assert down.issuperset(order)
        return
    result = CompleteResult.model_validate(answer.json())
    first = next(place for place, name in enumerate(order) if name not in down)
    attempts = [(each.provider, each.model) for each in result.attempts or ()]
    assert attempts == order[: first + 1]
    assert sorted(tried) == sorted(attempts)
    assert (result.provider, result.model) == order[first]
    assert result.failover_count == first
