"""The chips under an answer."""

from __future__ import annotations

import pytest

from playground.analytics import latency
from playground.chat.turns_html import chips_html
from playground.receipts.receipt import receipt
from playground.sessions.turns import Answer, TurnSettings, TurnStatus
from speko_client.models import CompleteUsage, Fault, Timing, WhatIf
from tests.turns import numbered


def test_a_whole_answer_says_who_how_fast_how_much() -> None:
    html = chips_html(
        numbered(
            1,
            "done",
            Answer(
                text="Hi",
                provider="google",
                model="gemini-2.0-flash",
                kind="simulated",
                simulated=True,
                words="scripted",
                usage=CompleteUsage(prompt_tokens=9, completion_tokens=4),
                timing=Timing(ttft_ms=290, total_ms=800),
                failover_count=1,
                cost_usd=0.00001,
            ),
        ),
    )
    for said in (
        "Google gemini-2.0-flash",
        "simulated, scripted",
        "Failed over once",
        "290 ms to first token",
        "9 in · 4 out tokens",
        "≈ $0.000010 estimated",
    ):
        assert said in html


def test_a_live_answer_says_that_it_is() -> None:
    html = chips_html(numbered(1, "done", Answer(provider="ollama", model="llama3.2", kind="live")))
    assert ">live<" in html


def test_a_slow_machine_is_named_once_and_its_lateness_is_in_no_figure() -> None:
    timing = Timing(ttft_ms=290, total_ms=800, late_ms=3100)
    late = numbered(1, "done", Answer(provider="a", model="b", simulated=True, timing=timing))
    html = chips_html(late)
    assert html.count("this machine was slow: the words came 3.1 s late") == 1
    assert "290 ms to first token · 800 ms total" in html
    assert dict(receipt(late).facts)["Late"] == "this machine was slow: the words came 3.1 s late"
    card = latency.card([late])
    (row,) = card.rows.to_dict("records")
    assert (row["ttft_ms"], row["total_ms"]) == (290, 800)
    assert not [value for value in row.values() if "3100" in str(value)]


OUTAGE = TurnSettings.model_validate({"outage": ["openai"]})


@pytest.mark.parametrize(
    "settings",
    [TurnSettings(drill=(Fault(target="openai"),)), OUTAGE],
)
def test_a_turn_made_while_faults_were_on_says_so(settings: TurnSettings) -> None:
    answer = Answer(provider="a", model="b")
    drilled = numbered(1, "done", answer).model_copy(update={"settings": settings})
    assert ">drill<" in chips_html(drilled)
    assert "drill" not in chips_html(numbered(1, "done", answer))


def test_an_answer_that_a_what_if_routed_says_so() -> None:
    tried = Answer(text="Hi", provider="xai", model="grok-2", scores_run_id="whatif-1a2b")
    named = numbered(1, "done", tried).model_copy(
        update={"settings": TurnSettings(what_if=WhatIf(name="<b>"))}
    )
    assert "what-if: &lt;b&gt;" in chips_html(named)
    own = tried.model_copy(update={"scores_run_id": "demo-2026-04"})
    assert "what-if" not in chips_html(numbered(1, "done", own))


def test_a_server_of_ones_own_goes_by_its_name() -> None:
    html = chips_html(numbered(1, "done", Answer(provider="custom-my-lab", model="m", kind="live")))
    assert ">My lab m<" in html


def test_what_is_unknown_is_not_shown() -> None:
    html = chips_html(numbered(1, "done", Answer(provider="openai", model="gpt-4o")))
    assert html.count("sp-chip") - html.count("sp-chips") == 1
    assert "estimated" not in html
    assert "token" not in html


@pytest.mark.parametrize("status", ["stopped", "interrupted"])
def test_an_incomplete_answer_says_so(status: TurnStatus) -> None:
    assert status in chips_html(numbered(1, status, Answer(provider="a", model="b")))


def test_names_from_outside_are_escaped() -> None:
    html = chips_html(numbered(1, "done", Answer(provider="<i>", model="<script>")))
    assert "<script>" not in html
    assert "<i>" not in html
