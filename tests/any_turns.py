"""Any branch of turns (hypothesis)."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from playground.sessions.turns import Answer, Turn
from speko_client.models import Attempt, CompleteUsage, Timing
from tests.turns import numbered


def _models(model: type[Any], /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Like ``st.builds``, which would fill the aliases of the wire models besides their names."""
    return st.fixed_dictionaries(fields).map(lambda drawn: model(**drawn))


_NAMES = st.sampled_from(["openai", "anthropic", "xai", "local", "acme <b>", "=cmd()", "%{x}"])
_MAYBE_NAMES = st.none() | _NAMES
# Servers have been seen to send nonsense; a count of 10^30 must not take the page down.
_COUNTS = st.integers(min_value=0, max_value=100_000) | st.sampled_from([-1, 10**30])
_MILLISECONDS = st.floats(min_value=0, max_value=1e6)

_ATTEMPTS = _models(
    Attempt,
    provider=_NAMES,
    model=st.text(max_size=4),
    outcome=st.sampled_from(["answered", "failed", "cancelled"]),
    code=st.sampled_from([None, "TIMEOUT", "SIMULATED_OUTAGE"]),
    message=st.none() | st.text(max_size=4),
    duration_ms=_MILLISECONDS,
)
_ANSWERS = _models(
    Answer,
    provider=_MAYBE_NAMES,
    model=st.none() | st.text(max_size=4),
    kind=st.sampled_from([None, "live", "local", "simulated"]),
    simulated=st.booleans(),
    words=st.sampled_from([None, "scripted", "SmolLM2-135M-Instruct"]),
    usage=st.none()
    | _models(
        CompleteUsage,
        prompt_tokens=_COUNTS,
        completion_tokens=_COUNTS,
        estimated=st.booleans(),
    ),
    failover_count=st.none() | st.integers(min_value=0, max_value=5),
    attempts=st.lists(_ATTEMPTS, max_size=3).map(tuple),
    timing=st.none() | _models(Timing, ttft_ms=st.none() | _MILLISECONDS, total_ms=_MILLISECONDS),
    cost_usd=st.none() | st.floats(min_value=0, max_value=10),
    price_source=st.sampled_from([None, "genai-prices 0.2.3"]),
)
_STATUSES = st.sampled_from(["done", "stopped", "failed", "interrupted"])


def sessions(repeats: int = 1) -> st.SearchStrategy[list[Turn]]:
    """Any branch of turns that are over; a long one repeats what a short one holds."""
    pairs = st.lists(st.tuples(_STATUSES, _ANSWERS), max_size=5)
    return st.tuples(pairs, st.integers(1, repeats)).map(
        lambda drawn: [numbered(n, *pair) for n, pair in enumerate(drawn[0] * drawn[1], start=1)]
    )
