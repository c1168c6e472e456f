"""What a snapshot covers: own figures, broader ones, gaps; in a frame, in words, in a figure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.intent import languages
from playground.scores import coverage
from playground.scores.coverage import Grid
from playground.scores.coverage_figure import MOST_ROWS, coverage_figure
from speko_client.models import Scope, ScoresRows
from tests.playground.scores.snapshots import ONE, OTHER, known, row

ENGLISH = Scope("en", "general", "global")
FOUND = known(
    row(ONE, accuracy=80, latency=300, cost=2.0),
    row(ONE, "de", accuracy=70),
    row(OTHER, "de", cost=5.0),
)


def states(found: ScoresRows, axis: str, by: str = "language") -> dict[tuple[str, str], str]:
    """The state of each cell, by model and column."""
    shown = coverage.grid(found, by, ENGLISH)  # type: ignore[arg-type]
    frame = coverage.coverage_frame(found, axis, shown)  # type: ignore[arg-type]
    return dict(zip(zip(frame["model"], frame[by], strict=True), frame["state"], strict=True))


def test_a_cell_has_its_own_figure_a_broader_one_or_none() -> None:
    assert states(FOUND, "accuracy") == {
        ("gpt-6", "en"): "own",
        ("gpt-6", "de"): "own",
        ("grok-4", "en"): "none",
        ("grok-4", "de"): "none",
    }
    assert states(FOUND, "latency")["gpt-6", "de"] == "broader"
    assert states(FOUND, "accuracy", "vertical")["gpt-6", "legal"] == "broader"


def test_a_price_holds_in_every_language() -> None:
    assert states(FOUND, "cost")["gpt-6", "de"] == "own"
    assert states(FOUND, "cost")["grok-4", "en"] == "none"


def test_the_summary_counts_cells_and_names_the_blind() -> None:
    shown = coverage.grid(FOUND, "language", ENGLISH)
    frame = coverage.coverage_frame(FOUND, "accuracy", shown)
    assert coverage.summary(frame, "accuracy") == (
        "Quality: 2 of 4 cells have a figure of their own, 2 gaps. "
        "1 candidate without any figure here."
    )
    assert coverage.blind_candidates(frame) == [OTHER]


def test_what_is_to_be_measured_is_the_forms_intent_first_then_where_most_is_missing() -> None:
    shown = coverage.grid(FOUND, "language", ENGLISH)
    frame = coverage.coverage_frame(FOUND, "accuracy", shown)
    assert coverage.to_measure(frame, ENGLISH) == ((OTHER,), "en", "general")
    latency = coverage.coverage_frame(FOUND, "latency", shown)
    full = coverage.to_measure(latency, Scope("fr", "general", "global"))
    assert full is not None
    assert (full.candidates, full.language, full.vertical) == ((ONE, OTHER), "de", "general")
    assert full.words == "Measure the 2 models without a figure of their own in German"
    known_all = known(row(ONE, accuracy=1), candidates=(ONE,))
    whole = coverage.grid(known_all, "language", ENGLISH)
    own = coverage.coverage_frame(known_all, "accuracy", whole)
    assert coverage.to_measure(own, ENGLISH) is None


def test_nobody_to_call_is_said() -> None:
    empty = known(candidates=())
    frame = coverage.coverage_frame(empty, "accuracy", coverage.grid(empty, "language", ENGLISH))
    assert "Nobody can be called" in coverage.summary(frame, "accuracy")


def test_the_forms_language_is_always_a_column() -> None:
    tags = [tag for tag in languages.tags() if "-" not in tag and tag != "sw"][:25]
    found = known(*(row(ONE, tag, accuracy=1) for tag in tags))
    shown = coverage.grid(found, "language", Scope("sw", "general", "global"))
    assert "sw" in shown.columns
    assert len(shown.columns) == coverage.MOST
    assert shown.left_out == len(tags) + 1 - coverage.MOST


def test_the_table_has_a_row_a_candidate_and_says_what_stood_in() -> None:
    shown = coverage.grid(FOUND, "language", ENGLISH)
    wide = coverage.table(coverage.coverage_frame(FOUND, "latency", shown), "language")
    assert list(wide.columns) == ["Who", "English", "German"]
    assert list(wide.iloc[0]) == ["OpenAI gpt-6", "300", "300 (broader)"]
    assert list(wide.iloc[1])[1:] == ["gap", "gap"]


def test_a_hover_says_where_a_figure_comes_from() -> None:
    shown = coverage.grid(FOUND, "language", ENGLISH)
    frame = coverage.coverage_frame(FOUND, "latency", shown)
    broader = next(each for each in frame.itertuples() if each.state == "broader")
    assert coverage.hover_words(broader) == [
        "300 (ms, p50)",
        "the figure for English stands in",
        "us",
    ]


@given(
    place=st.tuples(
        st.sampled_from(["en", "de", "es-MX", "es"]),
        st.sampled_from(["general", "legal"]),
    ),
    asked=st.tuples(
        st.sampled_from(["en", "de", "es-MX", "es"]),
        st.sampled_from(["general", "legal"]),
    ),
)
def test_a_figure_stands_in_for_narrower_scopes_alone(
    place: tuple[str, str], asked: tuple[str, str]
) -> None:
    found = known(row(ONE, place[0], place[1], accuracy=5), candidates=(ONE,))  # type: ignore[arg-type]
    shown = Grid("language", (asked[0],), Scope(asked[0], asked[1], "global"))
    state = coverage.coverage_frame(found, "accuracy", shown)["state"].iloc[0]
    language, vertical = asked
    broad = language.split("-")[0]
    wider = {asked, (broad, vertical), (broad, "general"), ("en", "general")}
    assert (state == "own") == (place == asked)
    assert (state != "none") == (place in wider)


@pytest.mark.parametrize("axis", ["accuracy", "latency", "cost"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_figure_has_every_cell_and_outlines_the_gaps(axis: str, theme: str) -> None:
    shown = coverage.grid(FOUND, "language", ENGLISH)
    frame = coverage.coverage_frame(FOUND, axis, shown)  # type: ignore[arg-type]
    drawn = coverage_figure(frame, axis, "language", theme)  # type: ignore[arg-type]
    text = [cell for trace in drawn.data[:3] for line in trace.text for cell in line if cell]
    assert len(text) == len(frame)
    gaps = int(frame["state"].eq("none").sum())
    assert text.count("gap") == gaps
    assert len([each for each in drawn.data[3].x if each is None]) == gaps


def test_the_figure_has_room_for_so_many() -> None:
    many = known(candidates=tuple(f"custom:{number}" for number in range(60)))
    shown = coverage.grid(many, "vertical", ENGLISH)
    drawn = coverage_figure(
        coverage.coverage_frame(many, "accuracy", shown), "accuracy", "vertical", "light"
    )
    assert len(drawn.layout.yaxis.ticktext) == MOST_ROWS
