"""Any session (hypothesis): a tree of turns in any script, stopped and failed ones among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from playground.sessions.turns import Answer, Conversation, Turn, TurnError, TurnSettings
from speko_client.models import FilteredOut, RoutingPreview, ScoredCandidate, Timing
from tests.turns import answered, conversation, failed, turn, used

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [
        "会議は火曜日です。",
        "مرحبا، كيف الحال؟",
        "สวัสดี ខ្មែរ",
        "👩‍👩‍👧‍👦 🏳️‍🌈",
        "=cmd()|' /C calc'!A0",
        "<script>alert(1)</script>",
        "# not a heading\n```\nopen",
        "line\r\nline\u2028line\0",
        "x" * 5_000,
    ]
)
_TIMES = st.integers(0, 10**9).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=seconds)
)
_SETTINGS = st.builds(
    TurnSettings,
    language=st.sampled_from(["en", "es-MX", "zh"]),
    vertical=st.sampled_from([None, "general", "legal"]),
    temperature=st.none() | st.floats(0, 2),
    max_tokens=st.none() | st.integers(1, 4_000),
    system_prompt=TEXTS,
    allowed=st.sampled_from([(), ("openai", "xai:grok-2")]),
)
_RANKING = RoutingPreview(
    provider_id="openai",
    model_id="gpt-4o",
    score=0.9,
    winner=ScoredCandidate(provider_id="openai", model_id="gpt-4o", score=0.9),
    runners_up=[ScoredCandidate(provider_id="xai", model_id="grok-2", score=0.5)],
    filtered_out=[
        FilteredOut(provider_id="google", model_id="gemini", code="unavailable", reason="no key")
    ],
    scores_run_id="demo-1",
)
_ANSWERS = st.builds(
    Answer,
    text=TEXTS,
    reasoning=st.just("") | TEXTS,
    provider=st.sampled_from([None, "openai", "acme <b>"]),
    model=st.sampled_from([None, "gpt-4o"]),
    simulated=st.booleans(),
    usage=st.sampled_from([None, used(3, 7), used(1, 2, estimated=True)]),
    failover_count=st.sampled_from([None, 0, 2]),
    attempts=st.sampled_from([(), (failed("xai"), answered("openai"))]),
    timing=st.sampled_from([None, Timing(ttft_ms=290.5, total_ms=333.25)]),
    cost_usd=st.none() | st.floats(0, 1),
    notes=st.sampled_from([(), ("a note",)]),
)
_ERRORS = st.none() | st.builds(
    TurnError, message=TEXTS, code=st.just("TIMEOUT"), status=st.just(500), advice=TEXTS
)
_STATUSES = st.sampled_from(["done", "stopped", "failed", "interrupted"])


@st.composite
def turns_of_trees(draw: st.DrawFn, session_id: str) -> tuple[Turn, ...]:
    """Turns that follow none, or any earlier one."""
    made: list[Turn] = []
    for place in range(draw(st.integers(0, 6))):
        before = draw(st.none() | st.sampled_from(made)) if made else None
        made.append(
            turn(
                f"{session_id}-t{place}",
                before.id if before else None,
                conversation_id=session_id,
                message=draw(TEXTS),
                settings=draw(_SETTINGS),
                status=draw(_STATUSES),
                answer=draw(_ANSWERS),
                error=draw(_ERRORS),
                created_at=draw(_TIMES),
                finished_at=draw(st.none() | _TIMES),
                ranking=draw(st.sampled_from([None, _RANKING])),
                number=before.number + 1 if before else 1,
            )
        )
    return tuple(made)


@st.composite
def whole_sessions(draw: st.DrawFn) -> Conversation:
    """A session as the store gives it."""
    session_id = draw(st.sampled_from(["c1", "A_-z", "x" * 64]))[:50]
    turns = draw(turns_of_trees(session_id))
    return conversation(
        *turns,
        id=session_id,
        title=draw(TEXTS),
        tags=draw(st.lists(TEXTS, max_size=2).map(tuple)),
        origin=draw(st.sampled_from([None, "chatgpt:1"])),
        pinned_at=draw(st.none() | _TIMES),
        archived_at=draw(st.none() | _TIMES),
        leaf_id=draw(st.sampled_from(turns)).id if turns else None,
        settings=draw(_SETTINGS),
        comparison=draw(st.sampled_from([None, '{"seats": []}'])),
        created_at=draw(_TIMES),
        updated_at=draw(_TIMES),
    )
