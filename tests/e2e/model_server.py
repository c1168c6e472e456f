"""A model server as Ollama and llama.cpp's server are on the wire: OpenAI's chat completions."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

MODEL = "llama3.2:3b"


class ModelServer:
    """Lists one model and answers every message with ``says``; ``keys`` are those it was sent."""

    def __init__(self, says: str) -> None:
        self.says = says
        self.keys: set[str] = set()
        self.asked: list[dict[str, Any]] = []
        self.base_url = ""

    def __enter__(self) -> Self:
        model_server = self

        class Routes(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                model_server._note_key(self)
                listed = {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
                found = self.path == "/v1/models"
                content = json.dumps(listed if found else {"error": "not found"}).encode()
                _head(self, 200 if found else 404, "application/json", len(content))
                self.wfile.write(content)

            def do_POST(self) -> None:
                model_server._note_key(self)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                model_server.asked.append(json.loads(body))
                _head(self, 200, "text/event-stream")
                for event in model_server._events():
                    self.wfile.write(f"data: {event}\n\n".encode())
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Routes)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _note_key(self, request: BaseHTTPRequestHandler) -> None:
        self.keys.add(request.headers.get("Authorization", "").removeprefix("Bearer "))

    def _events(self) -> list[str]:
        chunk: dict[str, Any] = {"id": "chatcmpl-1", "object": "chat.completion.chunk"}
        chunk |= {"created": 1, "model": MODEL, "system_fingerprint": "fp_ollama"}
        pieces = [{"role": "assistant", "content": word + " "} for word in self.says.split()]
        choices: list[dict[str, Any]] = [
            {"index": 0, "delta": piece, "finish_reason": None} for piece in pieces
        ]
        choices.append({"index": 0, "delta": {"content": ""}, "finish_reason": "stop"})
        events = [json.dumps({**chunk, "choices": [choice]}) for choice in choices]
        usage = {"prompt_tokens": 11, "completion_tokens": len(pieces), "total_tokens": 99}
        return [*events, json.dumps({**chunk, "choices": [], "usage": usage}), "[DONE]"]


def _head(
    request: BaseHTTPRequestHandler, status: int, content_type: str, length: int | None = None
) -> None:
    request.send_response(status)
    request.send_header("Content-Type", content_type)
    if length is not None:
        request.send_header("Content-Length", str(length))
    request.end_headers()
