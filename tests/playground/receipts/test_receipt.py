"""A receipt tells what the turn's data tells: who was first, who served, every attempt, no more."""

from __future__ import annotations

import itertools
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from playground.receipts.receipt import InForce, ProviderModel, Receipt, receipt
from playground.receipts.receipt_view import receipt_html
from playground.sessions.turns import Answer, Turn, TurnError, TurnSettings
from speko_client.models import (
    Attempt,
    AxisScores,
    Figure,
    FilteredOut,
    RoutingPreview,
    ScoredCandidate,
    SnapshotInfo,
    Timing,
)
from tests.turns import turn

GPT, GROK, HAIKU = ("openai", "gpt-4o"), ("xai", "grok-2"), ("anthropic", "claude-3-5-haiku")


def preview(*ranked: tuple[str, str], **more: Any) -> RoutingPreview:
    """A preview with this pool, best first."""
    scored = [
        ScoredCandidate(provider_id=provider, model_id=model, score=0.9 - 0.1 * place)
        for place, (provider, model) in enumerate(ranked)
    ]
    first = scored[0] if scored else None
    return RoutingPreview(
        provider_id=first.provider_id if first else None,
        model_id=first.model_id if first else None,
        score=first.score if first else None,
        winner=first,
        runners_up=scored[1:],
        **({"scores_run_id": "demo-1"} | more),
    )


def tried(who: tuple[str, str], code: str | None = None, message: str | None = None) -> Attempt:
    """An attempt of 100 ms; failed where a code is given."""
    outcome: Any = "failed" if code else "answered"
    provider, model = who
    return Attempt(
        provider=provider,
        model=model,
        outcome=outcome,
        code=code,
        message=message,
        duration_ms=100,
        drill=True if message and "drill" in message else None,
    )


def answer(who: tuple[str, str], *attempts: Attempt, **more: Any) -> Answer:
    """An answer of this candidate after these attempts."""
    provider, model = who
    values: dict[str, Any] = {"attempts": attempts, "scores_run_id": "demo-1"}
    return Answer(text="Yes.", provider=provider, model=model, **(values | more))


def asked(served: Answer, ranked: RoutingPreview | None = None, **more: Any) -> Receipt:
    """The receipt of a turn with this answer."""
    return receipt(turn("t", answer=served, ranking=ranked, **more))


def test_served_first_choice() -> None:
    told = asked(answer(GPT, tried(GPT)), preview(GPT, GROK))
    assert told.head == "openai/gpt-4o was the first choice and answered."
    assert (told.verdict, told.why) == ("first_choice", None)
    assert [(row.place, row.candidate.name, row.outcome) for row in told.pool] == [
        (1, "openai/gpt-4o", "answered"),
        (2, "xai/grok-2", None),
    ]


def test_a_drilled_failover_says_who_was_down_and_who_stepped_in() -> None:
    attempts = tried(GPT, "SIMULATED_OUTAGE", "is down (drill)"), tried(GROK)
    told = asked(answer(GROK, *attempts, failover_count=1), preview(GPT, GROK))
    assert (
        told.head
        == "openai/gpt-4o was the first choice; it was down (drill), so xai/grok-2 answered."
    )
    assert told.verdict == "otherwise"
    assert told.drilled
    assert [(step.start_ms, step.words, step.drill) for step in told.steps] == [
        (0, "was down (drill)", True),
        (100, "answered", False),
    ]


def test_several_failures_are_told_in_their_order() -> None:
    attempts = (
        tried(GPT, "TIMEOUT", "timed out after 5.0 s"),
        tried(GROK, "RATE_LIMITED"),
        tried(HAIKU),
    )
    told = asked(answer(HAIKU, *attempts, failover_count=2), preview(GPT, GROK, HAIKU))
    assert told.head == (
        "openai/gpt-4o was the first choice; it timed out after 5.0 s, "
        "then xai/grok-2 asked for a pause, so anthropic/claude-3-5-haiku answered."
    )


def test_of_many_failures_the_sentence_counts_what_the_attempts_tell() -> None:
    others = [("google", f"g-{number}") for number in range(3)]
    attempts = [tried(who, "SERVER_ERROR", "answered 503") for who in (GPT, *others)]
    told = asked(answer(GROK, *attempts, tried(GROK)), preview(GPT, *others, GROK))
    assert told.head == (
        "openai/gpt-4o was the first choice; it answered 503, then 3 more failed, "
        "so xai/grok-2 answered."
    )
    assert len(told.steps) == 5


def test_a_code_that_nobody_knows_is_spelled_out() -> None:
    told = asked(answer(GROK, tried(GPT, "BAD_MOOD"), tried(GROK)))
    assert told.steps[0].words == "failed (bad mood)"


def test_a_bare_count_names_nobody() -> None:
    told = asked(answer(GROK, failover_count=2), preview(GPT, GROK))
    assert told.head == "openai/gpt-4o was the first choice; xai/grok-2 answered after 2 failovers."
    assert (told.verdict, told.steps, told.unnamed_failovers) == ("otherwise", (), 2)
    assert "gives the number, not who failed" in receipt_html(told)


def test_a_server_that_tells_nothing_gets_a_short_receipt() -> None:
    told = asked(answer(GROK, scores_run_id=None))
    assert told.head == "xai/grok-2 answered."
    assert (told.verdict, told.first_choice, told.pool_known, told.pool) == (
        "no_ranking",
        None,
        False,
        (),
    )
    assert told.snapshot == "unknown"


def test_a_sole_answer_is_an_attempt_where_the_server_counts_no_failover() -> None:
    timing = Timing(ttft_ms=300, total_ms=900)
    told = asked(answer(GPT, failover_count=0, timing=timing))
    assert [(s.candidate.name, s.duration_ms) for s in told.steps] == [("openai/gpt-4o", 900)]
    assert (told.span_ms, told.first_token_ms) == (900, 300)


def test_the_pool_that_changed_meanwhile() -> None:
    out = FilteredOut(
        provider_id="xai", model_id="grok-2", reason="needs a key", code="unavailable"
    )
    left_out = asked(answer(GROK, tried(GROK)), preview(GPT, filtered_out=[out]))
    assert left_out.why == "The pool changed meanwhile: xai/grok-2 was left out then (needs a key)."
    not_tried = asked(answer(GROK, tried(GROK)), preview(GPT, GROK))
    assert not_tried.why == "The pool changed meanwhile: openai/gpt-4o was not tried."
    nobody = asked(answer(GROK, tried(GROK)), preview())
    assert "The pool was empty" in (nobody.why or "")


def test_a_preview_without_the_allow_list_is_named() -> None:
    settings = TurnSettings(allowed=("xai",))
    told = asked(answer(GROK), preview(GPT, GROK), settings=settings)
    assert told.why == "This server previews without the allow-list (xai); it answers by it."


def test_scores_that_changed_between_preview_and_answer() -> None:
    told = asked(answer(GROK, tried(GROK), scores_run_id="demo-2"), preview(GPT, GROK))
    assert told.why == (
        "The scores changed meanwhile: ranked by snapshot demo-1, answered by demo-2."
    )


def test_a_servers_own_full_stop_does_not_end_the_sentence() -> None:
    failed = Answer(attempts=(tried(GPT, "AUTH_FAILED", "answered 401: Wrong key."),))
    told = asked(failed, preview(GPT), status="failed", error=TurnError(message="No.", code="X"))
    assert told.head.endswith("; it answered 401: Wrong key, and nobody answered.")


def test_nobody_answered() -> None:
    failed = Answer(attempts=(tried(GPT, "TIMEOUT", "timed out after 5.0 s"),))
    error = TurnError(message="No.", code="ALL_PROVIDERS_FAILED", status=500)
    told = asked(failed, preview(GPT), status="failed", error=error)
    assert (
        told.head
        == "openai/gpt-4o was the first choice; it timed out after 5.0 s, and nobody answered."
    )
    assert (told.verdict, told.served, told.was_served) == ("nobody", None, False)
    assert ("Error", "ALL_PROVIDERS_FAILED, HTTP status 500") in told.facts


def test_an_answer_that_broke_off_was_served_in_part() -> None:
    broken = answer(GPT, tried(GPT, "STREAM_BROKEN"))
    told = asked(broken, preview(GPT), status="failed")
    assert told.head == (
        "openai/gpt-4o was the first choice; it broke off in the middle of its answer, "
        "and the text so far is kept."
    )
    assert (told.verdict, told.was_served) == ("broke_off", True)
    assert [row.outcome for row in told.pool] == ["failed"]


def test_an_answer_that_was_stopped_was_cut_short() -> None:
    timing = Timing(ttft_ms=100, total_ms=1500)
    told = asked(answer(GPT, tried(GPT), timing=timing), preview(GPT), status="stopped")
    assert (
        told.head == "openai/gpt-4o was the first choice; it was answering when you pressed Stop."
    )
    assert [(step.outcome, step.duration_ms) for step in told.steps] == [("stopped", 1500)]


def test_whether_the_scores_are_still_in_force() -> None:
    served = turn("t", answer=answer(GPT))
    assert receipt(served, InForce("Embedded gateway", "demo-1")).snapshot == "same"
    changed = receipt(served, InForce("Embedded gateway", "demo-2"))
    assert changed.snapshot == "changed"
    assert ("Scores", "demo-1; in force now: demo-2") in changed.facts
    assert receipt(served, InForce("Another server", "demo-2")).snapshot == "unknown"
    tried_out = turn("t", answer=answer(GPT, scores_run_id="whatif-1"))
    assert receipt(tried_out, InForce("Embedded gateway", "demo-1")).snapshot == "what_if"


def test_the_scores_are_named_by_their_label_with_their_id() -> None:
    told = SnapshotInfo(id="demo-1", label="Demo scores", source="us")
    served = turn("t", answer=answer(GPT), ranking=preview(GPT, snapshot=told))
    now = InForce("Embedded gateway", "own-1", "Mine")
    assert ("Scores", "Demo scores (demo-1); in force now: Mine (own-1)") in receipt(
        served, now
    ).facts
    other = turn("t", answer=answer(GPT, scores_run_id="x-2"), ranking=preview(GPT, snapshot=told))
    assert ("Scores", "x-2") in receipt(other).facts


_WHO = st.sampled_from([GPT, GROK, HAIKU, ("<b>acme</b>", "m & m"), ("google", "")])
_TRIED = st.builds(
    tried,
    _WHO,
    st.sampled_from([None, "TIMEOUT", "BAD_MOOD"]),
    st.sampled_from([None, "is down (drill)", "answered 503"]),
)
_PREVIEWS = st.none() | st.lists(_WHO, max_size=4, unique=True).map(lambda ranked: preview(*ranked))


@st.composite
def any_turn(draw: st.DrawFn) -> Turn:
    """A turn that is over, its data agreeing or not."""
    who = draw(st.none() | _WHO)
    timing = st.none() | st.just(Timing(ttft_ms=50, total_ms=150))
    given_answer = Answer(
        text=draw(st.sampled_from(["", "Yes."])),
        provider=who[0] if who else None,
        model=who[1] if who else None,
        attempts=tuple(draw(st.lists(_TRIED, max_size=4))),
        failover_count=draw(st.none() | st.integers(0, 3)),
        timing=draw(timing),
    )
    status = draw(st.sampled_from(["done", "stopped", "failed", "interrupted"]))
    return turn("t", answer=given_answer, ranking=draw(_PREVIEWS), status=status)


def data_of(some: Turn) -> set[tuple[str, str]]:
    """Every candidate that the turn's data names."""
    named = {(a.provider, a.model) for a in some.answer.attempts}
    if some.answer.provider:
        named.add((some.answer.provider, some.answer.model or ""))
    if some.ranking:
        ranked = [some.ranking.winner, *some.ranking.runners_up]
        named |= {(each.provider_id, each.model_id) for each in ranked if each}
    return named


@given(any_turn())
def test_no_candidate_is_named_that_the_turn_does_not_name(some: Turn) -> None:
    told, named = receipt(some), data_of(some)
    shown = {told.first_choice, told.served} - {None}
    shown |= {step.candidate for step in told.steps} | {row.candidate for row in told.pool}
    assert shown <= named
    sentences = f"{told.head} {told.why or ''}"
    for provider, model in {GPT, GROK, HAIKU} - named:
        assert provider not in sentences
        assert model not in sentences


@given(any_turn())
def test_any_receipt_draws_within_its_axis_and_escapes(some: Turn) -> None:
    told = receipt(some)
    html = receipt_html(told)
    assert "<b>acme" not in html
    bars = re.findall(r"left:([\d.]+)%;width:([\d.]+)%", html)
    assert len(bars) == len(told.steps)
    for left, width in bars:
        assert float(left) + float(width) <= 100.1


@given(any_turn())
def test_the_steps_follow_one_another(some: Turn) -> None:
    steps = receipt(some).steps
    for before, after in itertools.pairwise(steps):
        assert after.start_ms == before.start_ms + before.duration_ms


def test_a_candidate_without_a_model_is_its_provider() -> None:
    assert ProviderModel("google", "").name == "google"


def test_the_pools_figures_have_their_sources_and_the_snapshot_its_licence() -> None:
    axes = AxisScores(
        quality=86.8,
        accuracy=1.0,
        latency=0.5,
        cost_score=1.0,
        assumed=["latency"],
        sources=[Figure(axis="accuracy", value=86.8, source="EuroEval", n=40)],
    )
    first = ScoredCandidate(provider_id="openai", model_id="gpt-4o", score=0.9, axes=axes)
    info = SnapshotInfo(id="e-1", label="E", source="EuroEval", date="2026-04-20", licence="MIT")
    told = asked(
        answer(GPT, tried(GPT)), preview(GPT, snapshot=info).model_copy(update={"winner": first})
    )
    assert told.pool[0].figures == (
        "quality 86.8 (EuroEval · n = 40); time to first token (no figure, the middle assumed)"
    )
    assert ("Figures", "EuroEval · 2026-04-20 · MIT") in told.facts
    assert "Figures and their sources" in receipt_html(told)
    assert "Figures and their sources" not in receipt_html(asked(answer(GPT), preview(GPT)))
