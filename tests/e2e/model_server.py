"""A model server as Ollama and llama.cpp's server are on the wire: OpenAI's chat completions."""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from itertools import count, cycle
from typing import Any

from tests.loopback_server import LoopbackServer
from tests.patience import PATIENCE

MODEL = "llama3.2:3b"
CHUNK = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": MODEL,
    "system_fingerprint": "fp_ollama",
}
SECONDS_A_WORD = 0.03
ENOUGH_WORDS = 20


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
        _json(request, listed if request.path == "/v1/models" else None)

    def _speak(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if request.path != "/v1/chat/completions":
            _json(request, None)
            return
        self.asked.append(json.loads(body))
        send_head(request, 200, "text/event-stream")
        for event in self.events(self.asked[-1]["messages"][-1]["content"]):
            request.wfile.write(f"data: {event}\n\n".encode())
        request.close_connection = True

    def events(self, message: str) -> Iterator[str]:
        """The answer to ``message``: the data of each event."""
        words = re.findall(r"\S+\s*", self.says)
        for word in words:
            yield _chunk({"role": "assistant", "content": word}, None)
        yield _chunk({"content": ""}, "stop")
        usage = {"prompt_tokens": 11, "completion_tokens": len(words), "total_tokens": 99}
        yield json.dumps({**CHUNK, "choices": [], "usage": usage})
        yield "[DONE]"


class StoryTeller(ModelServer):
    """Asked for a story, it tells on and on, until its listener has left."""

    def __init__(self) -> None:
        super().__init__("Once upon a time there was a keeper of a lighthouse by the sea.")
        self.closing = threading.Event()
        self.left_alone = threading.Event()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """As any model server; notes who leaves in the middle."""
        try:
            super().answer(request)
        except ConnectionError:
            self.left_alone.set()

    def events(self, message: str) -> Iterator[str]:
        """An endless story; anything else is answered at once."""
        if "story" not in message:
            yield from super().events(message)
            return
        for word in cycle(self.says.split()):
            yield _chunk({"role": "assistant", "content": word + " "}, None)
            if self.closing.wait(SECONDS_A_WORD):
                return

    def __exit__(self, *args: Any) -> None:
        self.closing.set()
        super().__exit__(*args)


class Talker(ModelServer):
    """Says its own name again and again, at a random pace, until it may end.

    While it ``fails``, it answers with an error.
    """

    def __init__(self, name: str, seed: int) -> None:
        super().__init__(name)
        self.may_end = threading.Event()
        self.fails = False
        self._chance = random.Random(seed)  # noqa: S311 (no secret)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """As any model server, while somebody listens."""
        if self.fails and request.command == "POST":
            answer_json(request, {"error": {"message": "Out of words."}}, status=500)
            return
        with suppress(ConnectionError):
            super().answer(request)

    def events(self, message: str) -> Iterator[str]:
        """Its name, cut at random places."""
        for spoken in count():
            text = f"{self.says} "
            while text:
                length = self._chance.randint(1, len(text))
                yield _chunk({"role": "assistant", "content": text[:length]}, None)
                text = text[length:]
            if self.may_end.wait(self._chance.uniform(0.002, 0.06)) and spoken > ENOUGH_WORDS:
                break
        yield _chunk({"content": ""}, "stop")
        usage = {"prompt_tokens": 11, "completion_tokens": 40, "total_tokens": 51}
        yield json.dumps({**CHUNK, "choices": [], "usage": usage})
        yield "[DONE]"

    def __exit__(self, *args: Any) -> None:
        self.may_end.set()
        super().__exit__(*args)


class Thinker(ModelServer):
    """Thinks in many lines before it says its words, and waits for ``go`` between the two.

    ``field`` is what its reasoning is called. Without one it is in the text, in tags. The text is
    cut at random places.
    """

    lines = tuple(f"Thought {number}: <b>tides</b> & *moon*.\n" for number in range(1, 41))

    def __init__(self, says: str, field: str | None, seed: int) -> None:
        super().__init__(says)
        self.go = threading.Event()
        self.field = field
        self._chance = random.Random(seed)  # noqa: S311 (no secret)

    def events(self, message: str) -> Iterator[str]:
        """The reasoning, then the answer, with the counts of both."""
        thoughts = "".join(self.lines)
        if self.field is None:
            yield from self._cut("content", f"<think>\n{thoughts}")
        else:
            yield from self._cut(self.field, thoughts)
        self.go.wait(PATIENCE)
        yield from self._cut("content", ("" if self.field else "</think>\n\n") + self.says)
        yield _chunk({"content": ""}, "stop")
        details = {"completion_tokens_details": {"reasoning_tokens": 412}} if self.field else {}
        usage = {"prompt_tokens": 11, "completion_tokens": 450, **details}
        yield json.dumps({**CHUNK, "choices": [], "usage": usage})
        yield "[DONE]"

    def _cut(self, field: str, text: str) -> Iterator[str]:
        while text:
            length = self._chance.randint(1, 9)
            yield _chunk({field: text[:length]}, None)
            text = text[length:]


def _chunk(delta: dict[str, str], finish_reason: str | None) -> str:
    return json.dumps(
        {**CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]}
    )


def _json(request: BaseHTTPRequestHandler, found: dict[str, Any] | None) -> None:
    answer_json(request, found or {"error": "not found"}, status=404 if found is None else 200)


def answer_json(request: BaseHTTPRequestHandler, value: Any, *, status: int = 200) -> None:
    """Answer with this JSON."""
    content = json.dumps(value).encode()
    send_head(request, status, "application/json", len(content))
    request.wfile.write(content)


def send_head(
    request: BaseHTTPRequestHandler, status: int, content_type: str, length: int | None = None
) -> None:
    """The status and the headers; without a length, the answer ends with its connection."""
    request.send_response(status)
    request.send_header("Content-Type", content_type)
    if length is not None:
        request.send_header("Content-Length", str(length))
    request.end_headers()
