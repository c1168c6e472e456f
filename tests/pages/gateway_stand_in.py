"""A gateway's own questions, answered over real HTTP as a test tells it to.

It keeps to the header's rules: what a request brings along counts for that request only.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
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


@dataclass
class StandIn(LoopbackServer):
    """The server; ``tests`` says what a vendor's test answers.

    Paths that begin with one of ``lacks`` are not found.
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
        asked = Asked(request.path, told.get("vendors", {}), fleet, body)
        self.asked.append(asked)
        allowed = request.headers.get("Authorization") == f"Bearer {KEY}"
        status, answer = (200, self._told(asked)) if allowed else (401, {"error": "No."})
        if asked.path.startswith(self.lacks):
            status, answer = 404, {"error": "Not found", "code": "NOT_FOUND"}
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
                snapshot = {"id": "demo-1", "label": "Demo", "source": "us"}
                demo = asked.fleet != "live" and not asked.vendors
                fleet = "demo" if demo else "live"
                told = {"words": "scripted", "snapshot": snapshot, "drills": self.drills}
                told["weightsPresent"] = self.has_model_file
                return {"fleet": fleet, "demo": demo, **told}
        if asked.path.startswith("/v1/routing/preview"):
            nobody: dict[str, Any] = {
                "providerId": None,
                "modelId": None,
                "score": None,
                "runnersUp": [],
            }
            return nobody | self.preview
        return {"stt": [], "tts": [], "llm": self._known(asked)}

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
