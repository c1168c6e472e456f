"""What the embedded gateway adds to a vendor's answer.

The same question goes to a mock vendor directly and through `python -m speko_gateway serve`, in
alternating rounds, from one load generator (this process, with aiohttp, the fastest we measured).
Vendor, gateway and load generator are three processes on one machine and share its cores, so the
rates show what one machine can do with all three on it; the processor time of each shows which one
is the limit. Latency is measured with one caller at a time. ``--beside`` measures the gateway of
another checkout in the same rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import uvloop

from benchmarks.litellm_proxy import litellm_proxy
from benchmarks.mock_upstream import MODEL, TEXT
from benchmarks.processes import Child, listening
from benchmarks.report import Row, median, p99, print_heading, print_table, verdict

AIM_BUFFERED_MS = 0.75
AIM_STREAM_MS = 1.3
AIM_P99_TIMES = 2.0
ROUNDS = 10
REQUESTS_PER_ROUND = 40
CALLERS = 32
RATE_ROUNDS = 3
RATE_SECONDS = 3.0
MANY = 10_000
AIM_TIMES_BUFFERED = 15.0
AIM_TIMES_STREAMED = 25.0

QUESTION = [{"role": "user", "content": "Book me an appointment for Tuesday."}]
GATEWAY_KEY = "benchmark"


@dataclass
class Route:
    """One way to ask; ``bodies`` and ``accepts`` are for a buffered (False) or streamed answer."""

    name: str
    url: str
    bodies: dict[bool, dict[str, object]]
    accepts: dict[bool, str]
    latencies: dict[bool, list[float]] = field(default_factory=lambda: {False: [], True: []})
    rates: dict[bool, list[float]] = field(default_factory=lambda: {False: [], True: []})

    async def ask(self, session: aiohttp.ClientSession, streamed: bool) -> bytes:
        """Ask one question and read the whole answer as it arrives."""
        headers = {"authorization": f"Bearer {GATEWAY_KEY}", "accept": self.accepts[streamed]}
        async with session.post(self.url, json=self.bodies[streamed], headers=headers) as response:
            pieces = [piece async for piece in response.content.iter_any()]
            assert response.status == 200, b"".join(pieces)
        return b"".join(pieces)


def chat_completions(name: str, server: Child) -> Route:
    """Straight to the vendor, or to a proxy that speaks the vendor's wire."""
    body: dict[str, object] = {"model": MODEL, "messages": QUESTION}
    return Route(
        name,
        f"{server.url}/v1/chat/completions",
        {False: body, True: {**body, "stream": True}},
        {False: "application/json", True: "text/event-stream"},
    )


def through(gateway: Child, name: str = "gateway") -> Route:
    """Through the gateway, which may only use the one live model."""
    body: dict[str, object] = {
        "messages": QUESTION,
        "intent": {"language": "en"},
        "constraints": {"allowedProviders": {"llm": [f"openai:{MODEL}"]}},
    }
    return Route(
        name,
        f"{gateway.url}/v1/complete",
        {False: body, True: body},
        {False: "application/json", True: "text/event-stream"},
    )


async def measure_latency(session: aiohttp.ClientSession, routes: list[Route]) -> None:
    """One caller, in alternating rounds, so that a busy moment hits every route."""
    for _ in range(ROUNDS):
        for streamed in (False, True):
            for route in routes:
                for _ in range(REQUESTS_PER_ROUND):
                    begun = time.perf_counter()
                    await route.ask(session, streamed)
                    route.latencies[streamed].append(1000 * (time.perf_counter() - begun))


async def rate(session: aiohttp.ClientSession, route: Route, streamed: bool) -> float:
    """Answers per second with ``CALLERS`` callers that never pause."""
    begun = time.perf_counter()

    async def caller() -> int:
        answered = 0
        while time.perf_counter() - begun < RATE_SECONDS:
            await route.ask(session, streamed)
            answered += 1
        return answered

    answered = sum(await asyncio.gather(*(caller() for _ in range(CALLERS))))
    return answered / (time.perf_counter() - begun)


async def measure_rates(session: aiohttp.ClientSession, routes: list[Route]) -> None:
    """All callers at once, in alternating rounds."""
    for _ in range(RATE_ROUNDS):
        for streamed in (False, True):
            for route in routes:
                route.rates[streamed].append(await rate(session, route, streamed))


async def check(session: aiohttp.ClientSession, routes: list[Route]) -> None:
    """Check that each route gives the whole answer in both forms; else no figure means anything."""
    for route in routes:
        assert TEXT.strip().encode() in await route.ask(session, False)
        assert (await route.ask(session, True)).count(b'"word "') >= len(TEXT.split()) - 1


async def measure(routes: list[Route], gateway: Child, upstream: Child) -> list[float | None]:
    """Fill in the figures of the routes; returns those of ``processor_ms``."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        await check(session, routes)
        await measure_latency(session, routes)
        await measure_rates(session, routes)
        return await processor_ms(session, routes[1], gateway, upstream)


async def ask_often(session: aiohttp.ClientSession, route: Route, count: int) -> None:
    """Ask for so many buffered answers, ``CALLERS`` at a time."""

    async def caller() -> None:
        for _ in range(count // CALLERS):
            await route.ask(session, False)

    await asyncio.gather(*(caller() for _ in range(CALLERS)))


async def processor_ms(
    session: aiohttp.ClientSession, route: Route, *processes: Child
) -> list[float | None]:
    """Processor milliseconds per buffered answer: of these processes, then of this one."""

    def so_far() -> list[float | None]:
        return [*(each.cpu_seconds() for each in processes), time.process_time()]

    before = so_far()
    await ask_often(session, route, MANY)
    return [
        None if begun is None or ended is None else 1000 * (ended - begun) / MANY
        for begun, ended in zip(before, so_far(), strict=True)
    ]


def report(routes: list[Route], processor: Sequence[float | None], memory_mb: float | None) -> None:
    """Print what the gateway adds, and the comparison with LiteLLM's proxy if there is one."""
    straight, gateway = routes[:2]
    rows: list[Row] = []
    for streamed, what, aim in (
        (False, "buffered answer, p50 ms", AIM_BUFFERED_MS),
        (True, "64-chunk stream, p50 ms", AIM_STREAM_MS),
    ):
        ours, theirs = median(gateway.latencies[streamed]), median(straight.latencies[streamed])
        added = ours - theirs
        rows.append(
            (what, f"{theirs:.2f}", f"{ours:.2f}", f"{added:+.2f}", aim, verdict(added, aim))
        )
        late, most = p99(gateway.latencies[streamed]), AIM_P99_TIMES * ours
        rows.append(
            (
                what.replace("p50", "p99"),
                f"{p99(straight.latencies[streamed]):.2f}",
                f"{late:.2f}",
                "",
                f"{most:.2f}",
                verdict(late, most),
            )
        )
    for streamed, what in ((False, "buffered answers/s"), (True, "64-chunk streams/s")):
        ours, theirs = median(gateway.rates[streamed]), median(straight.rates[streamed])
        rows.append((f"{what}, {CALLERS} callers", f"{theirs:.0f}", f"{ours:.0f}", "", "", ""))
    for what, spent in zip(("gateway", "mock vendor", "load generator"), processor, strict=True):
        if spent is not None:
            rows.append(
                (f"processor ms per buffered answer, {what}", "", f"{spent:.2f}", "", "", "")
            )
    if memory_mb is not None:
        rows.append((f"memory after {MANY:,} more calls, MB", "", f"{memory_mb:.0f}", "", "", ""))
    print_table(("", "direct", "through the gateway", "adds", "aim", ""), rows)
    for peer in routes[2:]:
        report_peer(gateway, peer)


def report_peer(gateway: Route, peer: Route) -> None:
    """Print the gateway and another proxy in front of the same vendor, from the same run."""
    rows: list[Row] = []
    for streamed, what in ((False, "buffered answer, p50 ms"), (True, "64-chunk stream, p50 ms")):
        ours, theirs = median(gateway.latencies[streamed]), median(peer.latencies[streamed])
        rows.append((what, f"{theirs:.2f}", f"{ours:.2f}", f"{theirs / ours:.1f}", "", ""))
    for streamed, what, aim in (
        (False, "buffered answers/s", AIM_TIMES_BUFFERED),
        (True, "64-chunk streams/s", AIM_TIMES_STREAMED),
    ):
        ours, theirs = median(gateway.rates[streamed]), median(peer.rates[streamed])
        times = ours / theirs
        met = "met" if times >= aim else "missed"
        rows.append(
            (f"{what}, {CALLERS} callers", f"{theirs:.0f}", f"{ours:.0f}", f"{times:.1f}", aim, met)
        )
    print_table(("", peer.name, "gateway", "times", "aim", ""), rows)


def report_beside(gateway: Route, before: Route) -> None:
    """Print this gateway and that of another checkout, from the same rounds."""
    rows: list[Row] = []
    for streamed, what in ((False, "buffered answer"), (True, "64-chunk stream")):
        for name, figure in (("p50", median), ("p99", p99)):
            was, now = figure(before.latencies[streamed]), figure(gateway.latencies[streamed])
            rows.append((f"{what}, {name} ms", f"{was:.2f}", f"{now:.2f}", f"{now - was:+.2f}"))
        was, now = median(before.rates[streamed]), median(gateway.rates[streamed])
        name = f"{what}s/s, {CALLERS} callers"
        rows.append((name, f"{was:.0f}", f"{now:.0f}", f"{100 * (now / was - 1):+.0f} %"))
    print_table(("", "the other checkout", "this one", "adds"), rows)


def main() -> None:
    """Start the mock vendor and the gateway, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--litellm", metavar="EXECUTABLE", help="measure LiteLLM's proxy as well")
    parser.add_argument("--beside", metavar="FOLDER", type=Path, help="another checkout")
    chosen = parser.parse_args()
    print_heading("What the gateway adds to a vendor's answer")
    with ExitStack() as running, listening("benchmarks.mock_upstream") as upstream:
        environment = {
            "OPENAI_API_KEY": "benchmark",
            "SPEKO_OPENAI_BASE_URL": f"{upstream.url}/v1",
            "SPEKO_GATEWAY_KEY": GATEWAY_KEY,
        }
        serve = ("speko_gateway", "serve", "--port", "0", "--fleet", "live", "--exit-with-stdin")
        with listening(*serve, environment=environment) as gateway:
            routes = [chat_completions("direct", upstream), through(gateway)]
            before = None
            if chosen.beside:
                other = listening(*serve, environment=environment, folder=chosen.beside)
                before = through(running.enter_context(other), "the other checkout's gateway")
            if chosen.litellm:
                proxy = running.enter_context(litellm_proxy(chosen.litellm, upstream.url, MODEL))
                routes.append(chat_completions("LiteLLM's proxy", proxy))
            measured = [*routes, before] if before else routes
            processor = uvloop.run(measure(measured, gateway, upstream))
            report(routes, processor, gateway.memory_mb())
            if before:
                report_beside(routes[1], before)


if __name__ == "__main__":
    main()
