"""What was tried: from what the browser sends to a what-if, and what is said of it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.routing.what_ifs import (
    FIGURES,
    Scope,
    WhatIfError,
    candidate_rows,
    changes_nothing,
    headline,
    named,
    scope_of,
    shown_figure,
    summary,
    with_rows,
    with_weights,
)
from playground.sessions.turn_words import ranked_by
from playground.sessions.turns import TurnSettings
from speko_client.models import AxisWeights, FigureEdit, WhatIf
from tests.playground.previews import GEMINI, GPT, PRESET, preview, scored

SCOPE = Scope("en", "general", "global")
TODAY = preview(GEMINI, GPT)


def cells(**changed: str) -> dict[str, object]:
    """A row as the table sends it, untouched but for these."""
    return {"on": True, "quality": "67", "ttft_ms": "380", "cost": "5.13", **changed}


def typed(**changed: str) -> tuple[WhatIf, list[str]]:
    """What comes of gpt-4o's row when it says this."""
    rows = candidate_rows(TODAY, WhatIf(), SCOPE)
    return with_rows(WhatIf(), rows, {"openai:gpt-4o": cells(**changed)}, SCOPE)


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=3).filter(any))
def test_any_three_weights_come_to_sum_to_one(sent: list[float]) -> None:
    weights = with_weights(WhatIf(), "cost", sent, PRESET).weights.get("cost")
    values = weights.model_dump().values() if weights else PRESET.values()
    assert math.isclose(math.fsum(values), 1, abs_tol=1e-6)
    if weights:
        largest = sent.index(max(sent))
        assert math.isclose(list(values)[largest], max(values))


@pytest.mark.parametrize(
    "sent", [None, "0.5", [1, 2], [1, 2, -3], [0, 0, 0], [math.inf, 1, 1], [math.nan, 1, 1], ["a"]]
)
def test_weights_that_are_none_are_refused(sent: object) -> None:
    with pytest.raises(WhatIfError, match="must be numbers of 0 or more"):
        with_weights(WhatIf(), "cost", sent, PRESET)


def test_the_presets_own_weights_are_no_change() -> None:
    moved = with_weights(WhatIf(), "balanced", [1, 1, 2], PRESET)
    assert moved.weights == {"balanced": AxisWeights(accuracy=0.25, latency=0.25, cost=0.5)}
    assert changes_nothing(with_weights(moved, "balanced", [0.5, 0.3, 0.2], PRESET))


def test_other_presets_keep_theirs() -> None:
    moved = with_weights(WhatIf(), "balanced", [1, 1, 2], PRESET)
    assert set(with_weights(moved, "cost", [1, 0, 0], PRESET).weights) == {"balanced", "cost"}


def test_what_is_typed_becomes_an_edit_for_this_intent() -> None:
    tried, problems = typed(quality="80", cost="1,5")
    edit = FigureEdit(provider="openai", model="gpt-4o", quality=80, cost=1.5)
    assert (tried.edits, tried.without, problems) == ([edit], [], [])


@pytest.mark.parametrize("text", ["", "  ", "67"])
def test_an_empty_cell_or_todays_figure_is_no_edit(text: str) -> None:
    assert changes_nothing(typed(quality=text)[0])


@pytest.mark.parametrize("text", ["abc", "-1", "101", "nan", "inf", "1e999", "6 7"])
def test_an_absurd_figure_is_refused_and_todays_stays(text: str) -> None:
    tried, problems = typed(quality=text, ttft_ms="200")
    assert tried.edits == [FigureEdit(provider="openai", model="gpt-4o", ttft_ms=200)]
    assert problems == [
        "The quality of openai/gpt-4o must be a number from 0 to 100, "
        f"not “{text}”. Until then, today's is used."
    ]


@given(st.text(max_size=30), st.sampled_from(list(FIGURES)))
def test_whatever_is_typed_ends_in_a_figure_or_in_a_message(text: str, name: str) -> None:
    tried, problems = typed(**{name: text})
    for edit in tried.edits:
        assert 0 <= getattr(edit, name) <= FIGURES[name].most  # type: ignore[index]
    assert len(tried.edits) + len(problems) <= 1


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("ttft_ms", "1,200", 1_200), ("ttft_ms", "0,5", 0.5), ("cost", "1,25", 1.25)],
)
def test_a_figure_is_read_as_people_write_it(name: str, text: str, value: float) -> None:
    (edit,) = typed(**{name: text})[0].edits
    assert getattr(edit, name) == value


def test_a_switch_takes_out_and_puts_back() -> None:
    rows = candidate_rows(TODAY, WhatIf(), SCOPE)
    off, _ = with_rows(WhatIf(), rows, {"openai:gpt-4o": {"on": False}}, SCOPE)
    assert off.without == ["openai:gpt-4o"]
    assert [row.on for row in candidate_rows(TODAY, off, SCOPE)] == [True, False]
    assert with_rows(off, rows, {"openai:gpt-4o": {"on": True}}, SCOPE)[0].without == []


def test_edits_of_other_intents_and_rows_that_are_not_shown_stay() -> None:
    spanish = FigureEdit(provider="openai", model="gpt-4o", language="es", quality=90)
    absent = FigureEdit(provider="xai", model="grok-2", quality=90)
    before = WhatIf(edits=[spanish, absent], without=["mistral"])
    rows = candidate_rows(TODAY, before, SCOPE)
    after, _ = with_rows(before, rows, {"openai:gpt-4o": cells(quality="70")}, SCOPE)
    assert after.edits[:2] == [spanish, absent]
    assert after.without == ["mistral"]


@pytest.mark.parametrize("sent", [{}, {"openai:gpt-4o": "x"}, {"unknown:one": {"on": False}}])
def test_what_no_row_is_for_changes_nothing(sent: dict[str, object]) -> None:
    rows = candidate_rows(TODAY, WhatIf(), SCOPE)
    assert with_rows(WhatIf(), rows, sent, SCOPE) == (WhatIf(), [])


def test_rows_show_what_is_tried_beside_today() -> None:
    tried, _ = typed(quality="80")
    row = candidate_rows(TODAY, tried, SCOPE)[1]
    assert (row.today["quality"], row.tried["quality"], row.tried["cost"]) == ("67", "80", "5.13")
    elsewhere = candidate_rows(TODAY, tried, SCOPE._replace(language="es"))[1]
    assert elsewhere.tried["quality"] == "67"


def test_one_figure_is_enough_for_a_candidate_without_any() -> None:
    bare = preview(GEMINI, scored("mistral", "large", figures=None))
    rows = candidate_rows(bare, WhatIf(), SCOPE)
    part = {"mistral:large": {"on": True, "quality": "80", "ttft_ms": "", "cost": ""}}
    tried, problems = with_rows(WhatIf(), rows, part, SCOPE)
    assert problems == []
    assert [(each.quality, each.ttft_ms, each.cost) for each in tried.edits] == [(80, None, None)]


def test_figures_of_the_reserve_change_nothing() -> None:
    reserve = preview(GEMINI, scored("local", "small", figures=None, kind="local"))
    rows = candidate_rows(reserve, WhatIf(), SCOPE)
    assert [row.fixed for row in rows] == [False, True]
    sent = {"local:small": {"on": True, "quality": "80"}}
    assert with_rows(WhatIf(), rows, sent, SCOPE) == (WhatIf(), [])


@given(st.floats(0, 1e6))
def test_a_figure_is_shown_close_to_what_it_is(value: float) -> None:
    assert math.isclose(float(shown_figure(value)), value, rel_tol=0.001, abs_tol=0.001)


def test_the_headline_tells_whether_the_winner_changes() -> None:
    changed = WhatIf(without=["google"])
    assert headline(TODAY, preview(GPT, GEMINI), changed) == (
        "openai/gpt-4o would take over from google/gemini-2.0-flash."
    )
    assert headline(TODAY, TODAY, changed) == "google/gemini-2.0-flash would still win."
    assert headline(TODAY, TODAY, WhatIf()).startswith("google/gemini-2.0-flash wins, as today.")
    assert headline(TODAY, preview(), changed) == "Nobody would be left to answer."
    assert headline(preview(), TODAY, changed) == (
        "google/gemini-2.0-flash would answer, where today nobody can."
    )


def test_a_name_is_tidied_and_checked() -> None:
    assert named(WhatIf(), "  Cheaper \n gpt-4o ").name == "Cheaper gpt-4o"
    with pytest.raises(WhatIfError, match="Give it a name first"):
        named(WhatIf(), "  ")
    with pytest.raises(WhatIfError, match="61 characters; at most 60 are allowed"):
        named(WhatIf(), "x" * 61)


def test_a_summary_says_what_is_changed() -> None:
    weights = {"balanced": AxisWeights(accuracy=0.6, latency=0.25, cost=0.15)}
    edit = FigureEdit(provider="openai", model="gpt-4o", quality=80, cost=1)
    tried = WhatIf.model_validate({"weights": weights, "edits": [edit], "without": ["xai"]})
    assert summary(tried) == "Balanced 60/25/15 · 2 figures changed · without xai"
    assert summary(WhatIf()) == "as the server ranks"


def test_an_answer_is_labelled_by_its_snapshot_alone() -> None:
    tried = WhatIf(name="Cheap")
    assert ranked_by("whatif-1a2b", tried) == "what-if: Cheap"
    assert ranked_by("whatif-1a2b", None) == "what-if"
    assert ranked_by("demo-2026-04", tried) is None
    assert ranked_by(None, tried) is None


def test_the_scope_is_the_intents() -> None:
    assert scope_of(TurnSettings(vertical=None)) == SCOPE
    spanish = TurnSettings(language="es-MX", vertical="legal", region="us-east4")
    assert scope_of(spanish) == ("es-MX", "legal", "us-east4")
