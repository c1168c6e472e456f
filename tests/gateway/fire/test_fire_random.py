"""Calls under random faults: each ends once, the counts agree, and nothing is left behind.

The gateway is a process of its own, as people start it, its time limits scaled down. What happens
to a call at a candidate is drawn from the seed, the call and the candidate, so that a seed gives
the same faults whatever the order in which they come up. The weather changes: for some hundreds of
calls a vendor is fine, or shaky, or down, so that the health gate has to do its work as well.

Around them stand callers who never read and callers who never write, and a witness asks for
``/healthz`` all the time.

There are 1,000 calls, or as many as ``SPEKO_FIRE_CALLS`` says: 10,000 is the full run, of some
minutes. ``SPEKO_FIRE_SEED`` repeats one.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles

import aiohttp

from tests.conftest import OUTSIDE_ENVIRONMENT
from tests.gateway.fire.bystanders import Bystanders, bystanders, talks_without_end
from tests.gateway.fire.calls import GATEWAY_KEY, VENDOR_KEY, Form, Outcome, ask
from tests.gateway.fire.faults import FAULTS
from tests.gateway.fire.gateway_process import GatewayProcess, Resources, gateway_process
from tests.gateway.fire.hostile_upstream import (
    HostileUpstream,
    Play,
    Seen,
    hostile_upstream,
    speaks_no_tls,
)
from tests.gateway.fire.objects import answer_text
from tests.patience import PATIENCE

CALLS = int(OUTSIDE_ENVIRONMENT.get("SPEKO_FIRE_CALLS", "1000"))
SEED = OUTSIDE_ENVIRONMENT.get("SPEKO_FIRE_SEED") or str(random.SystemRandom().randrange(10**9))
FIRST = 100
"""Calls before the first look at what the gateway holds."""
AT_ONCE = 32
DEADLINE = 18.0
HANG_SECONDS = DEADLINE + PATIENCE
"""Far beyond the deadline: only a call that hangs gets here, however busy the machine is."""
LIMITS = (
    "--limit-connect=6", "--limit-first-token=3", "--limit-first-token-local=3", "--limit-whole=3",
    "--limit-idle=3", "--limit-answer=12", f"--limit-deadline={DEADLINE}", "--limit-attempts=4",
    "--limit-head=2", "--limit-body=2", "--limit-write=2",
)  # fmt: skip
"""Some twenty times what a good answer takes among so many at once."""

HOSTILE = ("ash", "birch", "cedar")
MODELS = ("one", "two")
REFUSED, NO_TLS, TALKER = "dogwood", "elm", "fir"
CANDIDATES = [
    *(f"custom-{vendor}:{model}" for vendor in HOSTILE for model in MODELS),
    f"custom-{REFUSED}:one",
    f"custom-{NO_TLS}:one",
]

WEATHER = {"fine": 0.05, "shaky": 0.35, "down": 0.95}
"""How likely a fault is."""
SPELL = 400
"""Calls for which a vendor's weather lasts."""

EVERY = max(1, CALLS // 20)
"""Calls between two looks at the gateway's memory."""
KEPT_KB = 2.0
"""How much memory may stay behind for each call, where there are enough to tell.

A leak grows from each look to the next, so what most looks have grown by is what counts.
"""
ENOUGH = 5_000
MEMORY_TIMES = 1.5
"""How much memory there may be at the end, beside that after the first calls."""
HEALTH_MS = 100.0
"""What the witness may wait, in 99 of 100 cases; as often as long where the machine is busy."""


def dice(what: str) -> random.Random:
    """The same for the same seed and ``what``."""
    return random.Random(f"{SEED} {what}")  # noqa: S311 (faults, not keys)


def drawn(call: int, vendor: str, model: str) -> tuple[str, Play]:
    """What happens to this call at this candidate."""
    if vendor == TALKER:
        return "talks without end", talks_without_end
    spell = dice(f"{call // SPELL} {vendor}")
    weather = spell.choices(list(WEATHER), weights=[6, 3, 1])[0]
    chance = dice(f"{call} {vendor} {model}")
    bad = chance.random() < WEATHER[weather]
    names = [name for name, fault in FAULTS.items() if bool(fault.code) == bad]
    name = chance.choices(names, weights=[FAULTS[each].weight for each in names])[0]
    return name, FAULTS[name].play


@dataclass
class Tally:
    """What came of all calls."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    slowest: float = 0.0
    memory_mb: list[float] = field(default_factory=list)

    @property
    def kept_kb(self) -> float:
        """What was held more at a look than at the one before, by the median, for each call."""
        grown = [later - earlier for earlier, later in pairwise(self.memory_mb)]
        return median(grown) * 1024 / EVERY

    def add(self, call: int, outcome: Outcome) -> None:
        """Note one; a call ends once."""
        assert call not in self.outcomes
        self.outcomes[call] = outcome
        self.slowest = max(self.slowest, outcome.seconds)

    @property
    def endings(self) -> Counter[str]:
        """How many calls ended how."""
        return Counter(each.code or "answered" for each in self.outcomes.values())

    @property
    def attempts(self) -> Counter[str]:
        """How many attempts ended how."""
        return Counter(code or "OK" for each in self.outcomes.values() for code in each.codes)

    @property
    def failovers(self) -> int:
        """Failed attempts in all."""
        return sum(each.failover_count for each in self.outcomes.values())


async def fire(gateway: GatewayProcess, calls: range, tally: Tally) -> None:
    """Make these calls, so many at once."""
    waiting = iter(calls)

    async def caller(session: aiohttp.ClientSession) -> None:
        for call in waiting:
            choice = dice(f"call {call}")
            form: Form = choice.choice(["json", "stream"])
            allowed = choice.sample(CANDIDATES, choice.randint(1, len(CANDIDATES)))
            began = time.monotonic()
            async with asyncio.timeout(HANG_SECONDS):
                outcome = await ask(session, gateway.url, call, form, allowed)
            outcome.seconds = time.monotonic() - began
            assert {f"{provider}:{model}" for provider, model in outcome.tried} <= set(allowed)
            tally.add(call, outcome)
            if len(tally.outcomes) % EVERY == 0:
                tally.memory_mb.append((await gateway.look()).memory_mb)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(caller(session) for _ in range(AT_ONCE)))


def settings(upstream: HostileUpstream, refused: str, no_tls: str) -> dict[str, str]:
    """The gateway's environment: its vendors, and their key."""
    urls = {vendor: f"{upstream.url}/{vendor}/v1" for vendor in (*HOSTILE, TALKER)}
    urls |= {REFUSED: refused, NO_TLS: no_tls}
    found = {"SPEKO_GATEWAY_KEY": GATEWAY_KEY}
    for vendor, url in urls.items():
        models = MODELS if vendor in HOSTILE else MODELS[:1]
        found[f"SPEKO_CUSTOM_{vendor.upper()}_BASE_URL"] = url
        found[f"SPEKO_CUSTOM_{vendor.upper()}_MODELS"] = ",".join(models)
        found[f"SPEKO_CUSTOM_{vendor.upper()}_API_KEY"] = VENDOR_KEY
    return found


async def test_calls_under_fire(tmp_path: Path, fire_report: list[str], nobody: str) -> None:
    fire_report.append(f"seed {SEED} (SPEKO_FIRE_SEED={SEED} repeats its faults)")
    tally, hellos = Tally(), list[int]()
    async with hostile_upstream(drawn) as upstream, speaks_no_tls(hellos) as no_tls:
        options, told = ("--fleet", "live", *LIMITS), settings(upstream, nobody, no_tls)
        async with gateway_process(tmp_path, told, *options) as gateway:
            began = time.monotonic()
            await fire(gateway, range(FIRST), tally)
            await upstream.left_by_all(PATIENCE)
            early = await gateway.resources()
            async with bystanders(gateway.url, f"custom-{TALKER}") as around:
                await fire(gateway, range(FIRST, CALLS), tally)
            took = time.monotonic() - began
            await upstream.left_by_all(PATIENCE)
            late = await gateway.resources()
            fire_report += report(tally, upstream, hellos, took, early, late)
            fire_report += [_standing_around(around)]
            await metrics_agree(gateway, tally)
    assert len(tally.outcomes) == CALLS
    answers_are_their_own(tally)
    attempts_agree(tally, upstream.seen, len(hellos))
    log_agrees(gateway, tally)
    no_key_was_told(gateway, tally)
    assert (late.files, late.tasks) == (early.files, early.tasks)
    assert late.memory_mb <= MEMORY_TIMES * early.memory_mb
    assert CALLS < ENOUGH or tally.kept_kb < KEPT_KB
    assert p99(around.health_ms) <= HEALTH_MS * max(1.0, p99(around.stretched))


def answers_are_their_own(tally: Tally) -> None:
    """Each answer is the one that its candidate gave to this very call, whole."""
    for call, outcome in tally.outcomes.items():
        if outcome.text is not None:
            provider, model = outcome.tried[-1]
            assert outcome.text == answer_text(call, provider.removeprefix("custom-"), model)


def attempts_agree(tally: Tally, seen: Sequence[Seen], hellos: int) -> None:
    """What the attempts say was asked is what the upstream was asked, call by call."""
    arrived: dict[int, set[tuple[str, str]]] = {}
    for each in seen:
        call, who = each.call, (f"custom-{each.vendor}", each.model)
        again = who in arrived.setdefault(call, set())
        assert not again or each.fault in ("reset", "hang up"), "asked twice"
        arrived[call].add(who)
    unheard = 0
    for call, outcome in tally.outcomes.items():
        tried = {who for who in outcome.tried if who[0].removeprefix("custom-") in HOSTILE}
        assert arrived.get(call, set()) <= tried
        missing = tried - arrived.get(call, set())
        codes = dict(zip(outcome.tried, outcome.codes, strict=True))
        # On a machine that stands still for seconds, time may be up before a request is out.
        assert all(codes[who] == "TIMEOUT" for who in missing)
        unheard += len(missing)
    assert unheard <= CALLS // 1000
    shaken = sum(
        who[0] == f"custom-{NO_TLS}" for each in tally.outcomes.values() for who in each.tried
    )
    assert hellos <= shaken


async def metrics_agree(gateway: GatewayProcess, tally: Tally) -> None:
    """Prometheus counts what the callers counted, and those who left."""
    requests = await gateway.total("speko_requests_total")
    assert requests - await gateway.total("speko_requests_total", "cancelled") == CALLS
    assert await gateway.total("speko_requests_in_flight") == 0
    assert await gateway.total("speko_failovers_total") == tally.failovers
    for code, count in tally.attempts.items():
        assert await gateway.total("speko_attempts_total", f'code="{code}"') == count


def log_agrees(gateway: GatewayProcess, tally: Tally) -> None:
    """One line per call, that says how it ended as its caller saw it."""
    requests = [line for line in gateway.lines() if line["event"] == "request"]
    lines = {line["requestId"]: line for line in requests if line["outcome"] != "cancelled"}
    assert len(lines) == CALLS
    for call, outcome in tally.outcomes.items():
        line = lines[f"call-{call}"]
        assert line["outcome"] == _outcome(outcome)
        assert line.get("code") == outcome.code
        assert line["failoverCount"] == outcome.failover_count
        assert line["status"] == outcome.status


def _outcome(outcome: Outcome) -> str:
    if outcome.text is not None:
        return "answered"
    return "rejected" if 400 <= outcome.status < 500 else "failed"


def no_key_was_told(gateway: GatewayProcess, tally: Tally) -> None:
    """Vendors quoted the key back at every turn; it went nowhere."""
    log = gateway.log.read_text()
    for key in (VENDOR_KEY, GATEWAY_KEY):
        assert key not in log
        assert not [call for call, each in tally.outcomes.items() if key in each.body]
    assert "This is call" not in log, "contents have no place in a log"


def report(
    tally: Tally,
    upstream: HostileUpstream,
    hellos: Sequence[int],
    took: float,
    early: Resources,
    late: Resources,
) -> list[str]:
    """The counts, as a table."""
    faults = Counter(seen.fault for seen in upstream.seen)
    return [
        f"{len(tally.outcomes):,} calls in {took:.1f} s, {AT_ONCE} at once; the slowest took "
        f"{tally.slowest:.2f} s of the {DEADLINE:g} s it may",
        f"calls:    {_counts(tally.endings)}",
        f"attempts: {_counts(tally.attempts)}; failovers {tally.failovers}",
        f"upstream: {len(upstream.seen)} requests, {len(hellos)} TLS hellos",
        f"faults:   {_counts(faults)}",
        f"held after {FIRST} calls / all: open files {early.files} / {late.files}, "
        f"tasks {early.tasks} / {late.tasks}, "
        f"memory {early.memory_mb:.1f} / {late.memory_mb:.1f} MB; {_kept(tally)}",
    ]


def _kept(tally: Tally) -> str:
    if CALLS < ENOUGH:
        return f"what each call leaves behind can be told from {ENOUGH:,} on"
    return f"{tally.kept_kb:.2f} KB more by each call of the {KEPT_KB:g} KB it may"


def p99(values: Sequence[float]) -> float:
    """What 99 of 100 are below."""
    return quantiles(values, n=100)[-1]


def _standing_around(around: Bystanders) -> str:
    return (
        f"around:   {around.readers} silent readers and {around.writers} silent writers let go; "
        f"/healthz {len(around.health_ms)} times, p50 {median(around.health_ms):.1f} ms, "
        f"p99 {p99(around.health_ms):.1f} ms, at most {max(around.health_ms):.1f} ms, while work "
        f"took {p99(around.stretched):.1f} times as long as alone (p99)"
    )


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())
