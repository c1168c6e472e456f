"""A reverse proxy as one stands before a playground: it passes on, and says for whom."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

HEAD_END = b"\r\n\r\n"
PIECE = 65_536


class Proxy:
    """Passes each connection on to a port on this machine; a WebSocket like any other request.

    ``headers`` go to the server in place of what the browser says under the same names.
    """

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._port = port
        self._headers = {name.lower(): value for name, value in headers.items()}
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                browser, _ = self._listening.accept()
                threading.Thread(target=self._pass_on, args=(browser,), daemon=True).start()

    def _pass_on(self, browser: socket.socket) -> None:
        with suppress(OSError), browser:
            received = b""
            while HEAD_END not in received:
                if not (piece := browser.recv(PIECE)):
                    return
                received += piece
            head, _, rest = received.partition(HEAD_END)
            with socket.create_connection(("127.0.0.1", self._port)) as server:
                server.sendall(self._rewritten(head.decode("latin-1")) + rest)
                threading.Thread(target=copy, args=(browser, server), daemon=True).start()
                copy(server, browser)

    def _rewritten(self, head: str) -> bytes:
        first, *lines = head.split("\r\n")
        given = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        ours = dict(self._headers)
        if not any(name.lower() == "upgrade" for name, _ in given):
            # One request for each connection, so that only one head is there to be rewritten.
            ours["connection"] = "close"
        kept = [(name, value) for name, value in given if name.lower() not in ours]
        lines = [f"{name}: {value}" for name, value in (*kept, *ours.items())]
        return "\r\n".join([first, *lines]).encode("latin-1") + HEAD_END


def copy(source: socket.socket, target: socket.socket) -> None:
    """Everything from one to the other, until either hangs up; then both have."""
    with suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
