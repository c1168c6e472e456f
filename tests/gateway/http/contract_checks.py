"""What schemathesis checks besides its own: loaded by its command line, not a test itself."""

from __future__ import annotations

import base64
import json
from typing import Any

import schemathesis
from hypothesis import strategies as st

# Nothing listens there, and nothing beyond loopback is ever named.
_NOBODY = st.sampled_from(["http://127.0.0.1:9/v1", "http://127.0.0.1:9"])
_CREDENTIALS = st.fixed_dictionaries(
    {"baseUrl": _NOBODY},
    optional={
        "key": st.text(max_size=20),
        "name": st.text(max_size=20),
        "models": st.lists(st.sampled_from(["m", "llama3.2:1b", "größe", "a/b"]), max_size=3),
        "unknown": st.none(),
    },
)
_VENDORS = st.sampled_from(["openai", "anthropic", "google", "ollama", "custom", "custom-my-lab-2"])
_CONNECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "vendors": st.dictionaries(_VENDORS, _CREDENTIALS, max_size=3),
        "publicOnly": st.booleans(),
    },
)


def _encoded(connections: dict[str, Any], padded: bool) -> str:
    text = base64.urlsafe_b64encode(json.dumps(connections).encode()).decode()
    return text if padded else text.rstrip("=")


schemathesis.openapi.format(
    "speko-connections", st.builds(_encoded, _CONNECTIONS, padded=st.booleans())
)

_FAULTS = st.fixed_dictionaries(
    {"target": st.sampled_from(["openai", "google:gemini-3.8-flash", "nobody"])},
    # Neither slow nor stall: each would take its seconds, and other tests look at them.
    optional={
        "kind": st.sampled_from(["down", "rate_limited", "empty", "break", "flaky"]),
        "rate": st.floats(0, 1),
    },
)
_DRILL = st.fixed_dictionaries({"faults": st.lists(_FAULTS, min_size=1, max_size=3)})
_REPLY = st.fixed_dictionaries({"text": st.text(min_size=1, max_size=40)})
schemathesis.openapi.format("speko-drill", st.builds(_encoded, _DRILL, padded=st.booleans()))
schemathesis.openapi.format("speko-reply", st.builds(_encoded, _REPLY, padded=st.booleans()))

# Any other is refused, which no schema can say: which there are depends on the server's files.
schemathesis.openapi.format("speko-scores", st.sampled_from(["demo-illustrative-2"]))

_EDITS = st.fixed_dictionaries(
    # The one that has figures in every snapshot.
    {"provider": st.just("local"), "model": st.just("smollm2-135m-instruct")},
    optional={
        "language": st.sampled_from(["es", "de-AT"]),
        "quality": st.floats(0, 100),
        "ttftMs": st.floats(0, 1e9),
        "cost": st.floats(0, 1e9),
    },
)
_WEIGHTS = st.sampled_from([(0.5, 0.3, 0.2), (1, 0, 0), (0, 0.5, 0.5)]).map(
    lambda each: dict(zip(("accuracy", "latency", "cost"), each, strict=True))
)
_WHAT_IF = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(min_size=1, max_size=60),
        "weights": st.dictionaries(st.sampled_from(["balanced", "cost"]), _WEIGHTS, max_size=2),
        "edits": st.lists(_EDITS, max_size=2),
        "without": st.lists(st.sampled_from(["openai", "google:gemini-3.8-flash"]), max_size=2),
    },
)
schemathesis.openapi.format("speko-what-if", st.builds(_encoded, _WHAT_IF, padded=st.booleans()))


@schemathesis.hook
def map_body(_ctx: Any, body: Any) -> Any:
    """A tool choice that no vendor knows is refused by each of them: it says nothing here."""
    if isinstance(body, dict) and isinstance(body.get("toolChoice"), str | dict):
        return {**body, "toolChoice": "auto"}
    return body


@schemathesis.hook
def filter_query(_ctx: Any, query: Any) -> bool:
    """Whatever is in a query arrives as text: a list's number or null is no bad data there."""
    entries = query.get("allowed_provider") if isinstance(query, dict) else None
    return not isinstance(entries, list) or all(isinstance(each, str) for each in entries)


@schemathesis.hook
def filter_case(_ctx: Any, case: Any) -> bool:
    """A preview that contradicts itself, or names neither language nor stage, is refused.

    No schema of single parameters can say so.
    """
    if case.path != "/v1/routing/preview":
        return True
    given = {name for name, value in (case.query or {}).items() if value is not None}
    doubled = ({"objective", "optimize_for"}, {"allow", "allowed_provider"})
    contradicts = any(pair <= given for pair in doubled)
    return not contradicts and not given.isdisjoint({"language", "stage"})


FAILURES = {"COMPLETE_FAILED", "ALL_PROVIDERS_FAILED"}


@schemathesis.check
def a_500_is_one_of_the_contracts(_ctx: Any, response: Any, _case: Any) -> None:
    """``/v1/complete`` may answer 500, but only to say that nobody is available or all failed."""
    if response.status_code >= 500:
        assert response.status_code == 500
        assert response.json()["code"] in FAILURES


@schemathesis.check
def an_error_is_the_flat_envelope(_ctx: Any, response: Any, _case: Any) -> None:
    """Whatever is refused, is refused in one shape."""
    if response.status_code >= 400:
        body = response.json()
        assert isinstance(body["error"], str)
        assert isinstance(body["code"], str)


@schemathesis.check
def an_answer_names_who_gave_it(_ctx: Any, response: Any, case: Any) -> None:
    """Headers and body agree."""
    if response.status_code == 200 and case.path == "/v1/complete":
        body = response.json()
        assert response.headers["x-speko-provider"] == [body["provider"]]
        assert response.headers["x-speko-failover-count"] == [str(body["failoverCount"])]
        assert len(body["attempts"]) == body["failoverCount"] + 1
