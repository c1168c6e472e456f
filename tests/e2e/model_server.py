"""A model server as Ollama and llama.cpp's server are on the wire: OpenAI's chat completions."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.loopback_server import LoopbackServer

MODEL = "llama3.2:3b"


class ModelServer(LoopbackServer):
    """Lists one model and answers every message with ``says``; ``keys`` are those it was sent."""

    def __init__(self, says: str) -> None:
        self.says = says
        self.keys: set[str] = set()
        self.asked: list[dict[str, Any]] = []

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """The models for a GET, the words for a POST."""
        self.keys.add(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if request.command == "GET":
            self._list(request)
        else:
            self._speak(request)

    def _list(self, request: BaseHTTPRequestHandler) -> None:
        listed = {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
        found = request.path == "/v1/models"
        content = json.dumps(listed if found else {"error": "not found"}).encode()
        _head(request, 200 if found else 404, "application/json", len(content))
        request.wfile.write(content)

    def _speak(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        self.asked.append(json.loads(body))
        _head(request, 200, "text/event-stream")
        for event in self._events():
            request.wfile.write(f"data: {event}\n\n".encode())
        request.close_connection = True

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
