"""What a rerun of a long conversation costs the server.

A real server with a store that has conversations of 50, 200 and 1,000 turns. A WebSocket client,
like the page's own, asks for a rerun as any widget does and waits for the message that the script
has ended. That is the server's whole time for one click, without the browser's.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.report import Row, median, p95, print_heading, print_table, verdict
from playground.sessions.store import OwnerStore, Store
from playground.sessions.turns import Answer, Turn, TurnSettings
from playground.teams.owner import MACHINE_OWNER
from speko_client.models import Attempt, CompleteUsage, Timing
from tests.e2e.harness import PlaygroundServer

AIM_MS = 100.0
SIZES = (50, 200, 1_000)
RERUNS = 40
ANSWERS = (("openai", "gpt-4o"), ("google", "gemini-2.0-flash"), ("anthropic", "claude-3-5-haiku"))
TEXT = "I can do Tuesday at **3pm** with Dr. Chen.\n\n- bring your card\n- arrive early\n\n" * 2


def answer(number: int) -> Answer:
    """A finished answer; every seventh failed over."""
    provider, model = ANSWERS[number % len(ANSWERS)]
    failed = Attempt(
        provider="openai",
        model="gpt-4o",
        outcome="failed",
        code="SIMULATED_OUTAGE",
        message="is down (simulated outage)",
        duration_ms=1.0,
    )
    answered = Attempt(provider=provider, model=model, outcome="answered", duration_ms=400.0)
    attempts = (failed, answered) if number % 7 == 0 else (answered,)
    return Answer(
        text=TEXT,
        provider=provider,
        model=model,
        kind="simulated",
        simulated=True,
        words="scripted",
        usage=CompleteUsage(prompt_tokens=40 + number, completion_tokens=60),
        failover_count=len(attempts) - 1,
        attempts=attempts,
        scores_run_id="demo",
        timing=Timing(ttft_ms=380.0, total_ms=900.0),
        cost_usd=0.0002,
        price_source="benchmark",
    )


def fill(store: OwnerStore, turns: int) -> str:
    """Save a conversation with so many turns; returns its id."""
    conversation, parent = store.new_conversation_id(), None
    begun = datetime.now(UTC) - timedelta(seconds=turns)
    for number in range(turns):
        turn = Turn(
            id=f"{conversation}-{number}",
            conversation_id=conversation,
            parent_id=parent,
            message=f"Question {number}: book me an appointment for Tuesday.",
            settings=TurnSettings(),
            connection="Embedded gateway",
            status="done",
            answer=answer(number),
            created_at=begun + timedelta(seconds=number),
            finished_at=begun + timedelta(seconds=number + 1),
        )
        store.save_turn(turn)
        parent = turn.id
    return conversation


async def run_script(socket: aiohttp.ClientWebSocketResponse, query: str) -> tuple[float, bytes]:
    """Ask for a run and wait for its end: milliseconds, and everything it sent."""
    ask = BackMsg()
    ask.rerun_script.query_string = query
    begun = time.perf_counter()
    await socket.send_bytes(ask.SerializeToString())
    sent = b""
    while True:
        received = await socket.receive_bytes()
        sent += received
        message = ForwardMsg.FromString(received)
        ended = message.WhichOneof("type") == "script_finished"
        if ended and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            return 1000 * (time.perf_counter() - begun), sent


async def reruns(server: PlaygroundServer, conversation: str, size: int) -> list[float]:
    """The times of ``RERUNS`` reruns, after a first run that reads the store and draws the page."""
    url = f"{server.url}/_stcore/stream".replace("http", "ws", 1)
    query = f"c={conversation}"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(
            url, protocols=("streamlit",), origin=server.url, max_msg_size=0
        ) as socket,
    ):
        _, drawn = await run_script(socket, query)
        assert f"Question {size - 1}:".encode() in drawn, "the page does not show the conversation"
        return [(await run_script(socket, query))[0] for _ in range(RERUNS)]


def measure(folder: Path) -> list[tuple[int, list[float]]]:
    """Each size of conversation with the times of its reruns, all on one server."""
    server = PlaygroundServer(folder, {})
    store = Store(f"sqlite:///{server.data_dir / 'playground.db'}")
    conversations = [(size, fill(store.of(MACHINE_OWNER), size)) for size in SIZES]
    store.close()
    server.start()
    try:
        return [(size, asyncio.run(reruns(server, id_, size))) for size, id_ in conversations]
    finally:
        server.stop()


def main() -> None:
    """Measure and print."""
    print_heading("A rerun of a long conversation, on the server")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for size, times in measure(Path(folder)):
            p50, worst = median(times), p95(times)
            aim = (f"{AIM_MS:.0f}", verdict(p50, AIM_MS)) if size == SIZES[-1] else ("", "")
            rows.append((f"{size:,}", f"{p50:.1f}", f"{worst:.1f}", *aim))
    print_table(("turns", "p50 ms", "p95 ms", "aim ms", ""), rows)


if __name__ == "__main__":
    main()
