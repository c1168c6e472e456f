"""Asking the gateway under fire, and reading what came of it: one answer, or one typed error."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp

GATEWAY_KEY = "gateway-key-under-fire"
VENDOR_KEY = "sk-fake-under-fire"
CODES = {
    "ALL_PROVIDERS_FAILED": 500,
    "COMPLETE_FAILED": 500,
    "VALIDATION_ERROR": 400,
    "RATE_LIMITED": 429,
}
"""The typed errors before an answer, with their status. In a stream's middle it is a failure's."""
BREAKS = {"TIMEOUT", "STREAM_BROKEN", "SERVER_ERROR"}

Form = Literal["json", "stream"]


@dataclass
class Outcome:
    """How one call ended. ``text`` is None where it ended in an error."""

    status: int
    text: str | None
    code: str | None
    failover_count: int
    attempts: list[dict[str, Any]]
    body: str = ""
    request_id: str = ""
    spoken: str = ""
    seconds: float = field(default=0.0)

    @property
    def tried(self) -> list[tuple[str, str]]:
        """Provider and model of each attempt."""
        return [(each["provider"], each["model"]) for each in self.attempts]

    @property
    def codes(self) -> list[str | None]:
        """The code of each attempt; None for the one that answered."""
        return [each.get("code") for each in self.attempts]


async def ask(
    session: aiohttp.ClientSession, url: str, call: int, form: Form, allowed: Sequence[str]
) -> Outcome:
    """One call, its whole answer read and found valid in its form."""
    body = {
        "messages": [{"role": "user", "content": f"This is call {call}."}],
        "intent": {"language": "en"},
        "constraints": {"allowedProviders": {"llm": list(allowed)}},
    }
    accept = "application/json" if form == "json" else "text/event-stream"
    headers = {
        "authorization": f"Bearer {GATEWAY_KEY}",
        "accept": accept,
        "x-request-id": f"call-{call}",
    }
    async with session.post(f"{url}/v1/complete", json=body, headers=headers) as response:
        said = await response.text()
        assert response.headers["x-request-id"] == f"call-{call}"
        if response.status != 200:
            outcome = _refused(response.status, said)
            assert outcome.code == "RATE_LIMITED" or "retry-after" not in response.headers
        elif form == "json":
            assert response.content_type == "application/json"
            outcome = _answered(json.loads(said))
        else:
            assert response.content_type == "text/event-stream"
            outcome = _streamed(said)
        if response.status == 200 and outcome.code is None:
            assert response.headers["x-speko-failover-count"] == str(outcome.failover_count)
    outcome.body, outcome.request_id = said, f"call-{call}"
    _check_counts(outcome)
    return outcome


def _refused(status: int, said: str) -> Outcome:
    error = json.loads(said)
    assert error["error"]
    assert CODES[error["code"]] == status
    attempts = error.get("attempts", [])
    return Outcome(status, None, error["code"], len(attempts), attempts)


def _answered(done: dict[str, Any]) -> Outcome:
    assert done["text"].strip()
    assert done["usage"]["promptTokens"] >= 0
    assert done["usage"]["completionTokens"] >= 0
    return Outcome(200, done["text"], None, done["failoverCount"], done["attempts"])


def _streamed(said: str) -> Outcome:
    assert said.endswith("\n\n")
    events = [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
        for name, data in (block.split("\n") for block in said.split("\n\n")[:-1])
    ]
    names = [name for name, _ in events]
    assert names[0] == "meta"
    assert names[-1] in ("done", "error")
    assert set(names[1:-1]) <= {"delta"}
    spoken = "".join(data["text"] for _, data in events[1:-1])
    meta, last = events[0][1], events[-1][1]
    if names[-1] == "error":
        assert last["code"] in BREAKS, last
        failed = meta["failoverCount"] + 1
        return Outcome(200, None, last["code"], failed, last["attempts"], spoken=spoken)
    outcome = _answered(last)
    assert spoken == outcome.text
    assert meta["failoverCount"] == outcome.failover_count
    return outcome


def _check_counts(outcome: Outcome) -> None:
    """The count of failovers and the list of attempts tell the same story."""
    ends = [each["outcome"] for each in outcome.attempts]
    failed = outcome.failover_count
    assert ends == ["failed"] * failed + ["answered"] * (outcome.text is not None), ends
    assert len(set(outcome.tried)) == len(outcome.tried), "each candidate is tried once"
