"""One gateway process: binds, prints where it listens, and ends promptly when asked to."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading

import httptools
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from speko_gateway.errors import SetupError

SHUTDOWN_SECONDS = 1
"""How long answers under way may go on once the process is asked to end."""

MAX_HEAD_BYTES = 192 * 1024
"""Of a request's line and headers: room for each of our headers at its longest, and for others."""


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
    """What the parser does not handle: headers without an end, and an upgrade that a caller offers.

    A connection whose request never gets past its headers is ended. Counted are reads that begin
    and end within one head: nothing is copied, and a body is free.

    An offered upgrade is ignored, as RFC 9110 (7.8) allows: Java's client and ``curl --http2``
    offer HTTP/2 with their first request, and the parser reads no body behind such an offer. It is
    given the same request once more, without it.
    """

    _head_bytes = 0
    _in_head = True
    _moved_on = False
    _data = b""

    def data_received(self, data: bytes) -> None:
        self._moved_on = False
        self._data = data
        super().data_received(data)
        if self._in_head and not self._moved_on:
            self._head_bytes += len(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response(f"The headers are larger than {MAX_HEAD_BYTES // 1024} KiB.")

    def on_headers_complete(self) -> None:
        self._in_head, self._head_bytes, self._moved_on = False, 0, True
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head, self._moved_on = True, True
        if not self.parser.should_upgrade():
            super().on_message_complete()

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

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or []:
            sys.stdout.write(f"Listening on {_url(listener)}\n")
            sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if running := set(self.server_state.tasks):
            _, late = await asyncio.wait(running, timeout=SHUTDOWN_SECONDS)
            for task in late:
                task.cancel()
        await super().shutdown(sockets)


def serve(app: ASGIApp, listener: socket.socket, *, exit_with_stdin: bool) -> None:
    """Serve until SIGINT, SIGTERM or, if asked for, the end of standard input."""
    server = _Server(
        uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2 * SHUTDOWN_SECONDS,
        )
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
