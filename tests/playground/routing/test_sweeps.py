"""The sweep's table: who wins, where that flips, which languages are asked about."""

from __future__ import annotations

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.routing import sweeps
from playground.routing.sweep_figure import sweep_figure
from playground.routing.sweeps import Cell
from speko_client.models import OptimizeFor, Placed, Sweep, SweepCell, SweepRequest, Vertical

A, B = ("openai", "gpt-4o"), ("google", "gemini-2.0-flash")


def cell(
    language: str,
    preset: OptimizeFor,
    winner: tuple[str, str] | None = A,
    *,
    vertical: Vertical = "general",
    stood_in: bool = False,
) -> SweepCell:
    """A cell; the other of the two stands behind, 0.25 back."""
    if winner is None:
        return SweepCell(language=language, vertical=vertical, optimize_for=preset)
    other = B if winner == A else A
    return SweepCell(
        language=language,
        vertical=vertical,
        optimize_for=preset,
        winner=Placed(provider_id=winner[0], model_id=winner[1], score=0.75),
        runner_up=Placed(provider_id=other[0], model_id=other[1], score=0.5),
        margin=0.25,
        stood_in=stood_in,
    )


def swept(*cells: SweepCell) -> Sweep:
    """What the gateway answers."""
    return Sweep(scores_run_id="demo-1", cells=list(cells))


SMALL = swept(
    cell("en", "balanced", A),
    cell("en", "cost", B),
    cell("es-MX", "balanced", B),
    cell("es-MX", "cost", B, stood_in=True),
)


def test_a_cell_flips_against_the_balanced_preset_and_against_english() -> None:
    frame = sweeps.sweep_frame(SMALL)
    assert frame["flips_preset"].tolist() == [False, True, False, False]
    assert frame["flips_language"].tolist() == [False, False, True, False]


def test_where_there_is_nothing_to_compare_with_nothing_flips() -> None:
    frame = sweeps.sweep_frame(swept(cell("fr", "cost", A), cell("fr", "latency", B)))
    assert not frame[["flips_preset", "flips_language"]].to_numpy().any()


def test_the_table_reads_in_words() -> None:
    first, *_, last = sweeps.table(sweeps.sweep_frame(SMALL))[list(sweeps.TABLE)].values.tolist()
    english = ["English", "General", "Balanced", "OpenAI gpt-4o", 0.25, "Google gemini-2.0-flash"]
    assert first == [*english, "", "its own"]
    assert last[0] == "Spanish (Mexico)"
    assert last[-1] == "broader"


def test_a_cell_that_nobody_wins_is_said_so_and_drawn_empty() -> None:
    frame = sweeps.sweep_frame(swept(cell("en", "balanced", None), cell("en", "cost", A)))
    assert sweeps.winner_clause(sweeps.row_of(frame, Cell("en", "general", "balanced"))) == (
        "nobody is left to answer"
    )
    assert sweeps.table(frame)["winner"].tolist() == ["nobody", "OpenAI gpt-4o"]
    points = sweep_figure(frame, "light", "preset", None).data[-1]
    assert len(points.customdata) == len(frame)


def test_a_row_leads_to_its_cell_and_back() -> None:
    frame = sweeps.sweep_frame(SMALL)
    for number in range(len(frame)):
        chosen = sweeps.cell_at(frame, number)
        assert chosen is not None
        assert sweeps.row_of(frame, chosen).Index == number
    assert sweeps.cell_at(frame, len(frame)) is None
    assert sweeps.row_of(frame, Cell("ja", "general", "cost")) is None


def test_the_rows_of_one_vertical_count_from_nought() -> None:
    both = swept(cell("en", "cost"), cell("en", "cost", B, vertical="legal"))
    legal = sweeps.of_vertical(sweeps.sweep_frame(both), "legal")
    assert sweeps.cell_at(legal, 0) == Cell("en", "legal", "cost")


def test_languages_with_figures_come_first_and_the_forms_own_is_there() -> None:
    probed = swept(
        cell("en", "balanced"),
        cell("zh", "balanced", stood_in=True),
        cell("nl", "balanced"),
        cell("es-MX", "balanced"),
        cell("sv", "balanced", stood_in=True),
    )
    rows = sweeps.worth_showing(probed, "sv")
    assert rows[:3] == ["en", "es-MX", "nl"]
    assert "zh" in rows
    assert "sv" in rows
    assert len(rows) == len(set(rows)) == sweeps.ROWS


@given(st.sampled_from(["en", "sv", "es-MX", "tlh", "gsw-CH", "xx"]))
def test_every_language_can_be_asked_about_beside_the_usual_ones(current: str) -> None:
    asked = sweeps.probe(current)
    assert current in asked.languages
    assert {"en", "es-MX", "nl", "ja", "ar"} <= set(asked.languages)
    assert len(set(asked.languages)) == len(asked.languages) <= 100


def test_the_request_asks_for_every_vertical_and_preset() -> None:
    asked = sweeps.request_for(["en", "es"], None, ("openai",))
    assert asked == SweepRequest(
        languages=["en", "es"],
        verticals=list(get_args(Vertical)),
        optimize_for=list(get_args(OptimizeFor)),
        allowed_providers=["openai"],
    )
    assert sweeps.request_for(["en"], "us-east4").region == "us-east4"


CELLS = st.lists(
    st.builds(
        cell,
        st.sampled_from(["en", "es", "ja"]),
        st.sampled_from(get_args(OptimizeFor)),
        st.sampled_from([A, B, None]),
        vertical=st.sampled_from(get_args(Vertical)),
        stood_in=st.booleans(),
    ),
    min_size=1,
    unique_by=lambda each: (each.language, each.vertical, each.optimize_for),
)


@settings(max_examples=15)
@given(CELLS, st.sampled_from(["preset", "language"]))
def test_each_cell_is_drawn_once_and_can_be_chosen(
    cells: list[SweepCell], against: sweeps.Against
) -> None:
    frame = sweeps.sweep_frame(swept(*cells))
    current = Cell(cells[0].language, cells[0].vertical, cells[0].optimize_for)
    figure = sweep_figure(frame, "dark", against, current)
    points = [trace for trace in figure.data if trace.customdata is not None]
    chosen = {tuple(data[:3]) for trace in points for data in trace.customdata}
    assert chosen == {(each.language, each.vertical, each.optimize_for) for each in cells}
    painted = sum(
        value is not None
        for trace in figure.data
        if trace.type == "heatmap"
        for row in trace.z
        for value in row
    )
    assert painted == sum(each.winner is not None for each in cells)
    assert f"{len(cells):,} intents" in sweeps.summary(frame, against)


def test_a_map_in_which_nobody_is_left_says_so() -> None:
    frame = sweeps.sweep_frame(swept(cell("en", "cost", None), cell("es", "cost", None)))
    told = sweeps.summary(frame, "preset")
    assert told == "2 intents, and nobody is left to answer any of them."
