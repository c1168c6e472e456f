"""Which files one message meets on its way from ``Engine.submit`` to the vendor and back.

A marked message is submitted to the real engine, with a real store. The client sends it over HTTP
on loopback to a real gateway, which asks a mock vendor that speaks OpenAI's wire and streams a
marked answer. All of it runs in this process, so that one profiler sees both sides.

A call *holds* the message where its arguments, its locals or its result contain the mark: in text
or bytes, or in a container, dataclass or pydantic model of these, a few levels deep. Calls are in
the order in which they began, over all threads; a coroutine that waits and goes on is one call.
*Files* are the product's files with such calls. A *change* is a call in another file than the call
before it. A save that only the clock brings (a checkpoint) does not fall due meanwhile. Both sides
work at the same time, so the order differs a little from run to run: the shortest of a few traces
counts.

Run as ``python -m benchmarks.message_path``; ``--calls`` lists each call.
"""

from __future__ import annotations

import argparse
import inspect
import json
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import uvicorn
from pydantic import BaseModel

from playground.servers.connection import Connection, embedded
from playground.sessions import engine as engines
from playground.sessions.engine import Engine
from playground.sessions.store import Store
from playground.sessions.turns import Conversation, Turn, TurnSettings
from playground.teams.owner import MACHINE_OWNER
from speko_gateway.config import Config
from speko_gateway.gateway import build_gateway
from speko_gateway.http.app import create_app
from speko_gateway.http.server import bind

MOST_FILES = 28
MOST_CHANGES = 92
TRACES = 3

ROOT = Path(__file__).parent.parent
PRODUCT = tuple(f"{ROOT / part}/" for part in ("playground", "speko_client", "speko_gateway"))
MARK = "m4rk3d"
MODEL = "gpt-4o-mini"
GATEWAY_KEY = "traced"
DEPTH = 5
SECONDS = 60.0

_GOES_ON = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


class Call(NamedTuple):
    """A call that held the message: its place in the order, its file and its name."""

    began: int
    file: str
    function: str


@dataclass(slots=True)
class Trace:
    """The calls that held the message."""

    calls: list[Call] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        """The files met, each once, in the order of their first call."""
        return list(dict.fromkeys(call.file for call in sorted(self.calls)))

    @property
    def changes(self) -> int:
        """How often a call is in another file than the one before it."""
        return sum(before.file != after.file for before, after in pairwise(sorted(self.calls)))


def holds_mark(value: object, depth: int = DEPTH) -> bool:
    """Whether the mark is in this value, or within ``depth`` levels of what it is made of."""
    if isinstance(value, str):
        return MARK in value
    if isinstance(value, bytes | bytearray):
        return MARK.encode() in value
    return depth > 0 and any(holds_mark(part, depth - 1) for part in _parts(value))


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return [*value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return [*value]
    if isinstance(value, BaseModel):
        return [*value.__dict__.values()]
    if is_dataclass(value):
        return [getattr(value, each.name, None) for each in fields(value)]
    return ()


class Tracer:
    """A profile function for every thread: notes each call of the product that holds the mark."""

    def __init__(self) -> None:
        self.trace = Trace()
        self._begun = 0
        self._open: dict[int, int] = {}
        self._noted: set[int] = set()
        self._kept: list[FrameType] = []

    def __call__(self, frame: FrameType, event: str, result: object) -> None:
        """Called as a frame is entered (also anew, after a wait) and as it is left."""
        code = frame.f_code
        if event not in ("call", "return") or not code.co_filename.startswith(PRODUCT):
            return
        key = id(frame)
        if key not in self._open:
            self._begun += 1
            self._open[key] = self._begun
            if code.co_flags & _GOES_ON:
                # It may leave only to wait. Kept, it is still the same frame when it goes on.
                self._kept.append(frame)
        values = [*frame.f_locals.values(), result]
        if key not in self._noted and holds_mark(values, DEPTH + 1):
            self._noted.add(key)
            file = Path(code.co_filename).relative_to(ROOT).as_posix()
            self.trace.calls.append(Call(self._open[key], file, code.co_qualname))
        if event == "return" and not code.co_flags & _GOES_ON:
            self._noted.discard(key)
            del self._open[key]


@contextmanager
def tracing() -> Iterator[Trace]:
    """Trace this thread and all that start meanwhile."""
    tracer = Tracer()
    threading.setprofile(tracer)
    sys.setprofile(tracer)
    try:
        yield tracer.trace
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def _event(delta: dict[str, str], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    usage = {"prompt_tokens": 9, "completion_tokens": 3} if finish else None
    return f"data: {json.dumps({'choices': [choice], 'usage': usage})}\n\n"


async def mock_vendor(scope: Any, receive: Any, send: Any) -> None:
    """Chat completions that stream the mark back; an ASGI application without a lifespan."""
    assert scope["type"] == "http"
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    answer = _event({"content": f"The answer to {MARK}."}) + _event({}, "stop") + "data: [DONE]\n\n"
    await send({"type": "http.response.body", "body": answer.encode()})


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The URL of an application that a thread serves meanwhile."""
    listener = bind("127.0.0.1", 0)
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(SECONDS)
        listener.close()


def ask(connection: Connection, database: str) -> Turn:
    """Submit the marked message, and wait for the whole turn."""
    store = Store(database)
    engines.CHECKPOINT_SECONDS = SECONDS
    engine = Engine(store, price=lambda _provider, _model, _usage: (0.01, "list price"))
    now = datetime.now(UTC)
    session = Conversation(id="traced", created_at=now, updated_at=now)
    settings = TurnSettings(allowed=(f"openai:{MODEL}",))
    message = f"A question with {MARK} in it."
    run = engine.submit(MACHINE_OWNER, connection, session, message, settings, parent_id=None)
    assert run.wait(SECONDS), "the turn did not end"
    engine.close()
    store.close()
    return run.turn


def trace_message() -> Trace:
    """Trace one message; AssertionError where it did not come back whole."""
    with tempfile.TemporaryDirectory() as folder, served(mock_vendor) as vendor:
        environment = {"OPENAI_API_KEY": "traced", "SPEKO_OPENAI_BASE_URL": f"{vendor}/v1"}
        # A small snapshot: the mark is looked for in all that a call holds.
        gateway = build_gateway(Config(fleet="live", snapshot="published"), environment)
        with tracing() as trace, served(create_app(gateway, GATEWAY_KEY)) as url:
            turn = ask(embedded(url, GATEWAY_KEY), f"sqlite:///{folder}/sessions.db")
    assert turn.status == "done", turn
    assert MARK in turn.answer.text, turn
    return trace


def shortest_trace(traces: int = TRACES) -> Trace:
    """The trace with the fewest changes of so many."""
    return min((trace_message() for _ in range(traces)), key=lambda trace: trace.changes)


def main() -> None:
    """Trace, and print the files in their order."""
    parser = argparse.ArgumentParser(description="The files that one message meets.")
    parser.add_argument("--calls", action="store_true", help="list each call as well")
    listed = parser.parse_args().calls
    trace = shortest_trace()
    if listed:
        print(*(f"{call.file} {call.function}" for call in sorted(trace.calls)), "", sep="\n")
    print(*trace.files, "", sep="\n")
    print(f"{len(trace.files)} files (at most {MOST_FILES})")
    print(f"{trace.changes} changes of file (at most {MOST_CHANGES})")


if __name__ == "__main__":
    main()
