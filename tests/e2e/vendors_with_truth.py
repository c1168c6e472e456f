"""Vendors on loopback, each with its own wire, pace and share of right answers.

What is right stands in a table of prompts, and a model with a share of 0.8 knows four of five: the
same four each time, told by a hash of the prompt and the model's name.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from playground.suites.starters import load_starter
from tests.e2e.model_server import answer_json, send_head
from tests.loopback_server import LoopbackServer

_ANSWERS = Path(__file__).parents[1] / "playground" / "suites" / "starter_answers"


class Answers(NamedTuple):
    """What may be said to one prompt."""

    right: str
    wrong: str


@dataclass
class Nature:
    """What a vendor's models are like: seconds to the first word, and who knows how much."""

    dialect: str
    models: Mapping[str, float]
    seconds: float = 0.01
    key_name: str = ""


NATURES: dict[str, Nature] = {
    "openai": Nature("openai", {"gpt-5.4-mini": 0.6, "gpt-6-luna": 0.5}, 0.01, "OPENAI_API_KEY"),
    "anthropic": Nature("anthropic", {"claude-haiku-5-5": 0.7}, 0.01, "ANTHROPIC_API_KEY"),
    "google": Nature("google", {"gemini-3.8-flash": 0.55}, 0.01, "GEMINI_API_KEY"),
    "xai": Nature("openai", {"grok-4.3": 1.0}, 0.3, "XAI_API_KEY"),
}
"""The truth of the journey: xAI's model is slow, and always right."""


@dataclass
class Vendor(LoopbackServer):
    """One vendor: it lists its models, and answers by ``knows``; ``asked`` are the prompts."""

    name: str
    nature: Nature
    knows: Mapping[str, Answers]
    asked: list[str] = field(default_factory=list)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """The list for a GET, the words for a POST."""
        if request.command == "GET":
            answer_json(request, self._list())
            return
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        model, prompt = self._asked(request.path, body)
        self.asked.append(prompt)
        if model not in self.nature.models:
            answer_json(request, {"error": {"message": f"no model {model}"}}, status=404)
            return
        time.sleep(self.nature.seconds)  # the vendor's own time, which the test measures
        said = self._says(model, prompt)
        if not body.get("stream") and "stream" not in request.path:
            answer_json(request, _whole(self.nature.dialect, said, len(prompt) // 4))
            return
        send_head(request, 200, "text/event-stream")
        for event in _events(self.nature.dialect, model, said, len(prompt) // 4):
            request.wfile.write(event.encode())
        request.close_connection = True

    def _list(self) -> Any:
        if self.nature.dialect == "google":
            methods = ["generateContent", "streamGenerateContent"]
            return {
                "models": [
                    {"name": f"models/{model}", "supportedGenerationMethods": methods}
                    for model in self.nature.models
                ]
            }
        data = [{"id": model, "object": "model", "type": "model"} for model in self.nature.models]
        return {"object": "list", "data": data, "has_more": False}

    def _asked(self, path: str, body: dict[str, Any]) -> tuple[str, str]:
        if self.nature.dialect == "google":
            model = path.rpartition("/models/")[2].partition(":")[0]
            return model, body["contents"][-1]["parts"][-1]["text"]
        content = body["messages"][-1]["content"]
        text = content if isinstance(content, str) else content[-1]["text"]
        return body["model"], text

    def _says(self, model: str, prompt: str) -> str:
        answers = self.knows.get(prompt.strip())
        if answers is None:
            return f"Hello from {model}."
        draw = int.from_bytes(sha256(f"{model} {prompt}".encode()).digest()[:4]) / 2**32
        return answers.right if draw < self.nature.models[model] else answers.wrong


def answers_to(vertical: str, language: str) -> dict[str, Answers]:
    """A right and a wrong answer to each case of a starter set, by its prompt."""
    said = yaml.safe_load((_ANSWERS / f"{vertical}-{language}.yaml").read_text("utf-8"))
    return {
        case.vars["input"].strip(): Answers(
            (said[case.id]["right"] or [case.ideal])[0], str(said[case.id]["wrong"][0])
        )
        for case in load_starter(vertical, language).cases
    }


@contextmanager
def vendors_with_truth(
    knows: Mapping[str, Answers], natures: Mapping[str, Nature] | None = None
) -> Iterator[tuple[dict[str, Vendor], dict[str, str]]]:
    """The vendors, running, and the environment that leads a playground to them."""
    with ExitStack() as running:
        vendors: dict[str, Vendor] = {}
        environment: dict[str, str] = {}
        for name, nature in (natures or NATURES).items():
            vendor = running.enter_context(Vendor(name, nature, knows))
            path = "/v1" if nature.dialect == "openai" else ""
            vendors[name] = vendor
            environment[nature.key_name] = f"test-key-of-{name}"
            prefix = f"SPEKO_{name.upper().replace('-', '_')}"
            environment[f"{prefix}_BASE_URL"] = f"{vendor.base_url}{path}"
            environment[f"{prefix}_MODELS"] = ",".join(nature.models)
        yield vendors, environment


def _whole(dialect: str, text: str, prompt_tokens: int) -> dict[str, Any]:
    tokens = len(text) // 4 + 1
    if dialect == "anthropic":
        return {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": prompt_tokens, "output_tokens": tokens},
        }
    if dialect == "google":
        said = {"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP"}
        return {"candidates": [said], "usageMetadata": _google_counts(prompt_tokens, tokens)}
    message = {"role": "assistant", "content": text}
    return {
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": _openai_counts(prompt_tokens, tokens),
    }


def _events(dialect: str, model: str, text: str, prompt_tokens: int) -> Sequence[str]:
    tokens = len(text) // 4 + 1
    if dialect == "anthropic":
        usage = {"input_tokens": prompt_tokens, "output_tokens": 1}
        message = {"type": "message", "role": "assistant", "model": model, "usage": usage}
        block = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": text}
        ending = {"stop_reason": "end_turn"}
        said: list[dict[str, Any]] = [
            {"type": "message_start", "message": {**message, "content": []}},
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": ending, "usage": {"output_tokens": tokens}},
            {"type": "message_stop"},
        ]
        return [f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in said]
    if dialect == "google":
        return [f"data: {json.dumps(_whole(dialect, text, prompt_tokens))}\n\n"]
    base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": model}
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": text}}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": _openai_counts(prompt_tokens, tokens)},
    ]
    return [*(f"data: {json.dumps({**base, **each})}\n\n" for each in chunks), "data: [DONE]\n\n"]


def _openai_counts(prompt: int, completion: int) -> dict[str, int]:
    total = prompt + completion
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total}


def _google_counts(prompt: int, completion: int) -> dict[str, int]:
    total = prompt + completion
    counts = {"promptTokenCount": prompt, "candidatesTokenCount": completion}
    return {**counts, "totalTokenCount": total}
