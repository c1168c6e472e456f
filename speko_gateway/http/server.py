"""One gateway process: binds, prints where it listens, and ends promptly when asked to."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import sys
import threading
import time
from functools import partial
from typing import Any

import httptools
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from speko_gateway.config import Limits
from speko_gateway.errors import SetupError
from speko_gateway.http.connections import Connections, Doing, address_of, raise_descriptor_limit
from speko_gateway.http.memory import Memory
from speko_gateway.http.watchdog import Watchdog

SHUTDOWN_SECONDS = 1
"""How long answers under way may go on once the process is asked to end."""

MAX_HEAD_BYTES = 192 * 1024
"""Of a request's line and headers: room for each of our headers at its longest, and for others."""
MOST_HEADERS = 500
MOST_PIPELINED = 16
"""Requests that wait on one connection for the answer before them."""
TICKS_PER_LOOK = 5
"""The server ticks ten times a second."""


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to the address; port 0 takes a free one."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=2048)
        # Inherited by its connections: else an answer in two writes waits 40 ms for an ACK, where
        # the event loop does not see to it (asyncio's own, for a socket made like this one).
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        # Python puts the address behind it once more, as a tuple.
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise SetupError(
            f"Cannot listen on {host}:{port}: {reason}. Choose another with --host or --port; "
            "--port 0 takes a free one."
        ) from error


class _Protocol(HttpToolsProtocol):
    """What uvicorn leaves open: what may come and how long it may take, and offered upgrades.

    A connection whose request never gets past its headers is ended. Counted are reads that begin
    and end within one head: nothing is copied, and a body is free.

    An offered upgrade is ignored, as RFC 9110 (7.8) allows: Java's client and ``curl --http2``
    offer HTTP/2 with their first request, and the parser reads no body behind such an offer. It is
    given the same request once more, without it.
    """

    address = ""
    _head_bytes = 0
    _in_head = True
    _moved_on = False
    _data = b""
    _refusal = ""
    _pauses = 0

    def __init__(self, *args: Any, gate: Connections, **named: Any) -> None:
        super().__init__(*args, **named)
        self._gate = gate

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        host, *_ = transport.get_extra_info("peername") or ("",)
        self.address = address_of(str(host))
        if self._gate.admit(self):
            super().connection_made(transport)
            return
        self.transport = transport
        self._say(503, "Too many connections. Ask again in a moment.")

    def connection_lost(self, exc: Exception | None) -> None:
        self._gate.gone(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        room = MAX_HEAD_BYTES - self._head_bytes
        if self._in_head and len(data) > room:
            self._feed(data[:room])
            if not self._moved_on and not self.transport.is_closing():
                self.send_400_response(f"The headers are larger than {MAX_HEAD_BYTES // 1024} KiB.")
            data = data[room:]
        if not self.transport.is_closing():
            self._feed(data)

    def _feed(self, data: bytes) -> None:
        self._moved_on = False
        self._data = data
        super().data_received(data)
        if self._in_head and not self._moved_on:
            self._head_bytes += len(data)

    def on_headers_complete(self) -> None:
        self._in_head, self._head_bytes, self._moved_on = False, 0, True
        self._gate.works(self)
        if len(self.headers) > MOST_HEADERS:
            self._refusal = f"There are more than {MOST_HEADERS} headers."
            raise ValueError(self._refusal)
        if len(self.pipeline) >= MOST_PIPELINED:
            self._refusal = f"More than {MOST_PIPELINED} requests were sent ahead."
            raise ValueError(self._refusal)
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head, self._moved_on = True, True
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:
            self._gate.waits(self)

    def pause_writing(self) -> None:
        self._pauses += 1
        super().pause_writing()

    def send_400_response(self, msg: str) -> None:
        super().send_400_response(self._refusal or msg)

    def doing(self) -> dict[Doing, object]:
        """What it is at, each with a mark that changes with every step forward."""
        cycle, unsent = self.cycle, self.transport.get_write_buffer_size()
        found: dict[Doing, object] = {}
        if unsent:
            found[Doing.TAKING] = (unsent, self._pauses)
        if cycle is not None and (unsent or not cycle.response_complete):
            found[Doing.ANSWER] = cycle
            if cycle.more_body and not cycle.response_started:
                found[Doing.BODY] = cycle
        return found or {Doing.HEAD: cycle}

    def let_go(self) -> None:
        """Close it: it waits for a request."""
        self.transport.close()

    def end(self, doing: Doing) -> None:
        """End it: this took too long."""
        if doing in (Doing.HEAD, Doing.BODY):
            self._say(408, f"It took too long to send {doing.value}.")
        else:
            self.transport.abort()

    def _say(self, status: int, sentence: str) -> None:
        """Say so without a request having been read, and close."""
        body = sentence.encode()
        self.transport.write(
            STATUS_LINE[status]
            + b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
            + b"content-length: %d\r\n\r\n%b" % (len(body), body)
        )
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Called in place of the warning, while the parser's HttpParserUpgrade is handled."""
        kept = [(name, value) for name, value in self.headers if name != b"upgrade"]
        offer = sys.exception()
        if offer is None or len(kept) == len(self.headers):
            self.send_400_response("This is no proxy.")  # to CONNECT, an upgrade by its very name
            return
        line = b"%b %b HTTP/%b" % (
            self.parser.get_method(),
            self.url,
            self.parser.get_http_version().encode(),
        )
        head = b"\r\n".join([line, *(b"%b: %b" % each for each in kept), b"\r\n"])
        # A new one: the old one reads nothing more where the connection is to close afterwards.
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(head + self._data[offer.args[0] :])


class _Server(uvicorn.Server):
    """Prints in one line where it listens, and cancels at its end what runs too long."""

    def __init__(self, config: uvicorn.Config, gate: Connections) -> None:
        super().__init__(config)
        self._gate = gate
        self._watchdog = Watchdog()
        self._memory = Memory()
        self._requests = 0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.collect()
        gc.freeze()  # what is here now stays: looking at it again takes 50 ms each time
        self._watchdog.start()
        for listener in sockets or []:
            sys.stdout.write(f"Listening on {_url(listener)}\n")
            sys.stdout.flush()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if counter % TICKS_PER_LOOK == 0:
            self._gate.look(time.monotonic())
            requests, self._requests = self._requests, self.server_state.total_requests
            self._memory.look(busy=bool(self.server_state.tasks) or self._requests > requests + 10)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._watchdog.stop()
        if running := set(self.server_state.tasks):
            _, late = await asyncio.wait(running, timeout=SHUTDOWN_SECONDS)
            for task in late:
                task.cancel()
        await super().shutdown(sockets)


def serve(app: ASGIApp, listener: socket.socket, limits: Limits, *, exit_with_stdin: bool) -> None:
    """Serve until SIGINT, SIGTERM or, if asked for, the end of standard input."""
    raise_descriptor_limit()
    gate = Connections(limits)
    server = _Server(
        uvicorn.Config(
            app,
            http=partial(_Protocol, gate=gate),  # type: ignore[arg-type]  # it is called, no more
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2 * SHUTDOWN_SECONDS,
        ),
        gate,
    )
    if exit_with_stdin:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


def _end_with_stdin(server: uvicorn.Server) -> None:
    # os.read, not sys.stdin: its lock would still be held here when the interpreter shuts down.
    while os.read(0, 4096):
        pass
    server.should_exit = True


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
