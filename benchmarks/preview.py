"""How soon the preview follows the intent.

A real server with its gateway and one new chat page. A WebSocket client, like the page's own, picks
one language after the other, each of them once, so that every preview is really computed, and waits
for the message that the script has ended. The browser's share is not included: it replaces one
piece of HTML.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from pathlib import Path

import aiohttp
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.report import Row, median, p95, print_heading, print_table, verdict
from playground.intent import languages
from tests.e2e.harness import PlaygroundServer

AIM_MS = 100.0
"""A person notices more than 150 ms; the rest is for the browser."""

CHANGES = 40
_WINNER = re.compile(rb'data-winner="([^"]+)"')


async def run_script(
    socket: aiohttp.ClientWebSocketResponse, states: list[WidgetState]
) -> tuple[float, list[ForwardMsg]]:
    """Ask for a run with these widgets set and wait for its end: milliseconds, and its messages."""
    ask = BackMsg()
    ask.rerun_script.query_string = ""
    ask.rerun_script.widget_states.widgets.extend(states)
    begun = time.perf_counter()
    await socket.send_bytes(ask.SerializeToString())
    sent: list[ForwardMsg] = []
    while True:
        sent.append(ForwardMsg.FromString(await socket.receive_bytes()))
        ended = sent[-1].WhichOneof("type") == "script_finished"
        if ended and sent[-1].script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            return 1000 * (time.perf_counter() - begun), sent


def language_field(sent: list[ForwardMsg]) -> str | None:
    """The id of the language field, None if the page has not drawn it yet."""
    fields = (message.delta.new_element.selectbox for message in sent)
    return next((field.id for field in fields if field.label == "Language"), None)


def winner(sent: list[ForwardMsg]) -> str | None:
    """The candidate that the preview names as the winner."""
    found = _WINNER.search(b"".join(message.SerializeToString() for message in sent))
    return found.group(1).decode() if found else None


async def first_preview(socket: aiohttp.ClientWebSocketResponse) -> str:
    """Run the page until the gateway is up and the preview has a winner; the field's id."""
    while True:
        _, sent = await run_script(socket, [])
        field = language_field(sent)
        if field is not None and winner(sent) is not None:
            return field
        await asyncio.sleep(0.2)


async def changes(server: PlaygroundServer) -> list[float]:
    """The milliseconds of each change of the language."""
    url = f"{server.url}/_stcore/stream".replace("http", "ws", 1)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(
            url, protocols=("streamlit",), origin=server.url, max_msg_size=0
        ) as socket,
    ):
        field = await first_preview(socket)
        taken: list[float] = []
        for tag in languages.tags()[1 : CHANGES + 1]:
            chosen = WidgetState(id=field, string_value=languages.label(tag))
            milliseconds, sent = await run_script(socket, [chosen])
            assert winner(sent) is not None, f"the page shows no preview for {tag}"
            taken.append(milliseconds)
        return taken


def main() -> None:
    """Measure and print."""
    print_heading("A change of the intent, until the preview shows it, on the server")
    with tempfile.TemporaryDirectory() as folder:
        server = PlaygroundServer(Path(folder), {})
        server.start()
        try:
            taken = asyncio.run(changes(server))
        finally:
            server.stop()
    p50, worst = median(taken), p95(taken)
    row: Row = (
        f"{len(taken)}",
        f"{p50:.1f}",
        f"{worst:.1f}",
        f"{AIM_MS:.0f}",
        verdict(p50, AIM_MS),
    )
    print_table(("changes", "p50 ms", "p95 ms", "aim ms", ""), [row])


if __name__ == "__main__":
    main()
