"""What votes say in words and frames: "can't tell" first, and no winner before there is one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playground.compare.labels import label_name, vendor_of
from playground.compare.rating_figure import figure
from playground.compare.ratings import Outcome, Vote
from playground.compare.standings import (
    MOST,
    Standings,
    chosen,
    headline,
    matrix_frame,
    pairs_frame,
    ratings_frame,
    settled_words,
    side_words,
    standings,
)
from playground.compare.votes import Asked
from tests.playground.compare.cast import cast


def won(count: int, winner: str = "openai:gpt-4o", loser: str = "google") -> list[Vote]:
    """So many votes for one, on both sides in turn."""
    return [
        Vote(winner, loser, "left", str(n)) if n % 2 else Vote(loser, winner, "right", str(n))
        for n in range(count)
    ]


def found(votes: list[Vote]) -> Standings:
    """Their standings."""
    standing = standings(votes)
    assert standing is not None
    return standing


def test_nothing_is_said_before_25_votes() -> None:
    standing = found(won(24))
    assert headline(standing) == "Can't tell yet who is better"
    assert settled_words(standing) == "A verdict needs 25 votes: 1 more vote would do."
    assert list(pairs_frame(standing)["verdict"]) == ["Can't tell yet; about 1 more vote would do"]


def test_a_clear_winner_is_named_as_of_the_last_look() -> None:
    standing = found(won(30))
    assert headline(standing) == "1 of 1 pair is settled"
    assert settled_words(standing) == (
        "OpenAI gpt-4o is better than Google. As of 25 votes; the next look is at 50."
    )
    rows = ratings_frame(standing)
    assert list(rows["name"]) == ["OpenAI gpt-4o", "Google"]
    assert list(rows["won"]) == [30, 0]
    assert list(rows["lost"]) == [0, 30]
    assert rows["low"][0] > rows["high"][1]


def test_ties_and_both_bad_are_counted_apart() -> None:
    outcomes: list[Outcome] = ["tie", "both_bad", "left"]
    standing = found([Vote("a", "b", outcome, outcome) for outcome in outcomes])
    rows = ratings_frame(standing).sort_values("seat")
    counts = rows[["won", "lost", "tied", "both_bad"]].to_numpy().tolist()
    assert counts == [[1, 0, 1, 1], [0, 1, 1, 1]]
    assert list(pairs_frame(standing)["share"]) == [2 / 3 * 100]


def test_who_met_whom_stands_in_the_matrix() -> None:
    standing = found([*won(3, "a", "b"), *won(1, "b", "c")])
    matrix = matrix_frame(standing).set_index("Who")
    assert matrix.loc["a", "b"] == "100% of 3"
    assert matrix.loc["b", "a"] == "0% of 3"
    assert matrix.loc["a", "c"] == "–"
    assert matrix.loc["a", "a"] == ""


def test_the_side_is_said_to_matter_only_where_it_does() -> None:
    assert "No effect of the side is seen" in side_words(found(won(20)).rated)
    always_left = [Vote(*pair, "left", str(n)) for n in range(60) for pair in (("a", "b"),)]
    both = [*always_left, *[Vote("b", "a", "left", f"r{n}") for n in range(60)]]
    assert "The left side was preferred" in side_words(found(both).rated)


def test_only_so_many_are_rated_and_the_rest_is_counted() -> None:
    votes = [vote for n in range(MOST + 3) for vote in won(2 + n, f"m{n:02}", "all")]
    standing = found(votes)
    assert len(standing.rated.seats) == MOST
    assert standing.left_out == 4
    assert "m00" not in standing.rated.seats


def test_a_vote_on_one_and_the_same_says_nothing() -> None:
    assert standings([Vote("a", "a", "left")]) is None
    assert standings([]) is None


def test_votes_are_chosen_by_kind_language_and_vertical() -> None:
    legal = Asked(language="es", vertical="legal")
    votes = [cast(1), cast(2, intent=legal), cast(3, rated="same words"), cast(4, rated="scripted")]
    assert len(chosen(votes, "rated", None, None)) == 2
    assert len(chosen(votes, "rated", "es", None)) == 1
    assert len(chosen(votes, "rated", "en", "legal")) == 0
    assert len(chosen(votes, "same words", None, None)) == 1


@given(st.text(max_size=300))
def test_any_label_has_a_name_that_fits(label: str) -> None:
    assert len(label_name(label)) <= 61
    assert isinstance(vendor_of(label), str)


def test_labels_read_as_seats_do() -> None:
    assert label_name("openai:gpt-4o") == "OpenAI gpt-4o"
    assert label_name("google") == "Google"
    assert label_name("router") == "Router"
    assert label_name("router;optimize_for=cost") == "Router · cost"
    assert label_name("xai;temperature=0.2") == "xAI · temperature 0.2"
    assert (vendor_of("router"), vendor_of("openai:gpt-4o")) == ("", "openai")


def test_the_figure_has_a_mark_and_an_interval_for_each_and_escapes_names() -> None:
    rows = ratings_frame(found(won(5, "<b>x", "openai")))
    picture = figure(rows, "light")
    assert [trace.y[0] for trace in picture.data] == ["&lt;b&gt;x", "OpenAI"]
    for trace, row in zip(picture.data, rows.to_dict("records"), strict=True):
        assert trace.x[0] + trace.error_x.array[0] == row["high"]
        assert trace.x[0] - trace.error_x.arrayminus[0] == row["low"]
