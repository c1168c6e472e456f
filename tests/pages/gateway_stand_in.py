"""A gateway's own questions, answered over real HTTP as a test tells it to.

It keeps to the header's rules: what a request brings along counts for that request only.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.loopback_server import LoopbackServer

KEY = "k-stand-in"


def vendor(vendor_id: str, name: str, **more: Any) -> dict[str, Any]:
    """A vendor's row; one that needs a key unless told otherwise."""
    return {
        "id": vendor_id,
        "name": name,
        "dialect": "openai",
        "needsKey": True,
        "keyEnv": [f"{vendor_id.upper()}_API_KEY"],
        "baseUrl": f"https://{vendor_id}.example/v1",
        "source": None,
        "configured": False,
        "reason": None,
        "local": False,
        "running": None,
        **more,
    }


def snapshot(snapshot_id: str, label: str, **more: Any) -> dict[str, Any]:
    """A scores snapshot without its rows."""
    described = {"id": snapshot_id, "label": label, "source": "us", "date": "2026-11-26"}
    return {**described, "origin": "shipped", "candidates": 2, "languages": 1, **more}


def local(vendor_id: str, name: str, port: int, *, running: bool) -> dict[str, Any]:
    """A local server's row."""
    url = f"http://127.0.0.1:{port}/v1"
    return vendor(vendor_id, name, needsKey=False, baseUrl=url, local=True, running=running)


@dataclass
class Asked:
    """One request: its path, what it brought along, its body."""

    path: str
    vendors: dict[str, Any]
    fleet: str | None
    body: dict[str, Any]
    scores: str | None = None


@dataclass
class StandIn(LoopbackServer):
    """The server; ``tests`` says what a vendor's test answers.

    Paths that begin with one of ``lacks`` are not found. Snapshots of scores are ``snapshots`` (the
    first is the server's own) and what is in ``folder``; ``quality`` has a figure by snapshot and
    candidate, and the best of them wins every intent.
    """

    vendors: list[dict[str, Any]] = field(
        default_factory=lambda: [
            vendor("openai", "OpenAI"),
            vendor("anthropic", "Anthropic", source="environment", configured=True),
            local("ollama", "Ollama", 11434, running=True),
            local("vllm", "vLLM", 8000, running=False),
        ]
    )
    tests: dict[str, dict[str, Any]] = field(default_factory=dict)
    health: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    preview: dict[str, Any] = field(default_factory=dict)
    drills: bool = True
    has_model_file: bool = True
    lacks: tuple[str, ...] = ()
    snapshots: list[dict[str, Any]] = field(
        default_factory=lambda: [snapshot("demo-1", "Demo"), snapshot("other-1", "Other")]
    )
    quality: dict[str, dict[str, float]] = field(
        default_factory=lambda: {
            "demo-1": {"openai:gpt-6": 80, "xai:grok-4": 60},
            "other-1": {"openai:gpt-6": 50},
        }
    )
    problems: list[dict[str, Any]] = field(default_factory=list)
    folder: Path | None = None

    def last(self, path: str) -> Asked:
        """The latest request to ``path``."""
        return [each for each in self.asked if each.path == path][-1]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """As the gateway would, and remembered."""
        length = int(request.headers.get("Content-Length") or 0)
        body = json.loads(request.rfile.read(length) or b"{}")
        carried = request.headers.get("X-Speko-Connections") or ""
        told = json.loads(base64.urlsafe_b64decode(carried) or b"{}")
        fleet = request.headers.get("X-Speko-Fleet")
        scores = request.headers.get("X-Speko-Scores")
        asked = Asked(request.path, told.get("vendors", {}), fleet, body, scores)
        self.asked.append(asked)
        allowed = request.headers.get("Authorization") == f"Bearer {KEY}"
        status, answer = (200, self._told(asked)) if allowed else (401, {"error": "No."})
        if asked.path.startswith(self.lacks):
            status, answer = 404, {"error": "Not found", "code": "NOT_FOUND"}
        if scores is not None and scores not in {each["id"] for each in self._snapshots()}:
            status, answer = 400, {"error": "No such scores.", "code": "VALIDATION_ERROR"}
        content = json.dumps(answer).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def _told(self, asked: Asked) -> dict[str, Any]:
        match asked.path:
            case "/v1/connections":
                return {"vendors": self._vendors(asked)}
            case "/v1/connections/test":
                works = {"ok": True, "message": "It works.", "latencyMs": 142.0, "models": ["m-1"]}
                return self.tests.get(asked.body["vendor"], works)
            case "/v1/providers/health":
                return {"windowSeconds": 60, "providers": self.health}
            case "/v1/fleet":
                snapshot = self._ranked_by(asked)
                demo = asked.fleet != "live" and not asked.vendors
                fleet = "demo" if demo else "live"
                told = {"words": "scripted", "snapshot": snapshot, "drills": self.drills}
                told["weightsPresent"] = self.has_model_file
                return {"fleet": fleet, "demo": demo, **told}
            case "/v1/scores":
                ranked_by = self._ranked_by(asked)["id"]
                return {
                    "inForce": ranked_by,
                    "snapshots": self._snapshots(),
                    "problems": self.problems,
                }
            case "/v1/routing/sweep":
                return self._swept(asked)
        if asked.path.startswith("/v1/scores/"):
            return self._rows(asked.path.removeprefix("/v1/scores/"))
        if asked.path.startswith("/v1/routing/preview"):
            nobody: dict[str, Any] = {
                "providerId": None,
                "modelId": None,
                "score": None,
                "runnersUp": [],
            }
            return nobody | {"snapshot": self._ranked_by(asked)} | self.preview
        return {"stt": [], "tts": [], "llm": self._known(asked)}

    def _snapshots(self) -> list[dict[str, Any]]:
        files = sorted(self.folder.glob("*.json")) if self.folder else []
        own = [json.loads(file.read_text()) for file in files]
        return [*self.snapshots, *({**each, "rows": None, "candidates": 1} for each in own)]

    def _ranked_by(self, asked: Asked) -> dict[str, Any]:
        every = self._snapshots()
        return next((each for each in every if each["id"] == asked.scores), every[0])

    def _rows(self, snapshot_id: str) -> dict[str, Any]:
        scope = {"language": "en", "vertical": "general", "region": "global"}
        rows = [
            {
                **scope,
                "provider": entry.partition(":")[0],
                "model": entry.partition(":")[2],
                "figures": [{"axis": "accuracy", "value": value, "source": "us"}],
            }
            for entry, value in self.quality.get(snapshot_id, {}).items()
        ]
        described = next(each for each in self._snapshots() if each["id"] == snapshot_id)
        return {
            "snapshot": described,
            "candidates": ["openai:gpt-6", "xai:grok-4"],
            "rows": rows,
        }

    def _swept(self, asked: Asked) -> dict[str, Any]:
        ranked_by = self._ranked_by(asked)["id"]
        figures = self.quality.get(ranked_by, {"openai:gpt-6": 1.0})
        provider, _, model = max(figures, key=lambda entry: figures[entry]).partition(":")
        winner = {"providerId": provider, "modelId": model, "score": 0.8}
        cells = [
            {"language": language, "vertical": vertical, "optimizeFor": preset, "winner": winner}
            for language in asked.body["languages"]
            for vertical in asked.body["verticals"]
            for preset in asked.body["optimizeFor"]
        ]
        return {"scoresRunId": ranked_by, "cells": cells}

    def _vendors(self, asked: Asked) -> list[dict[str, Any]]:
        rows = {row["id"]: dict(row) for row in self.vendors}
        for name, brought in asked.vendors.items():
            row = rows.setdefault(name, vendor(name, brought.get("name", name), needsKey=False))
            row |= {"source": "request", "configured": True}
        return list(rows.values())

    def _known(self, asked: Asked) -> list[dict[str, Any]]:
        rows = []
        for each in self._vendors(asked):
            brought = asked.vendors.get(each["id"], {})
            models = brought.get("models") or ([] if each["local"] else [f"{each['id']}-model"])
            reason = None if each["configured"] else f"{each['name']} needs a key"
            rows += [
                {
                    "id": f"{each['id']}:{model}",
                    "vendor": each["id"],
                    "vendorName": each["name"],
                    "model": model,
                    "kind": "live",
                    "available": each["configured"],
                    "reason": reason,
                }
                for model in models
                if not each["id"].startswith("custom") or brought.get("models")
            ]
        return rows
