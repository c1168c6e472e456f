"""Ratings: what the votes say, how sure that is, and what is still missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from playground.browser import url
from playground.compare.bout_view import to_view
from playground.compare.desk_view import CompareDesk
from playground.compare.duels import undo_left
from playground.compare.rating_figure import figure
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
from playground.compare.state import is_named, is_passed
from playground.compare.vote_scores_view import use_as_scores
from playground.compare.votes import CastVote, Rated, votes_of
from playground.compare.votes_view import votes_files
from playground.found import Found
from playground.intent import languages
from playground.look import words
from playground.look.page_view import chart, csv_button, table, theme
from playground.look.picture_view import picture_buttons, picture_script
from playground.look.safe_text import literal
from playground.sessions.database import StoreError
from playground.sessions.turns import utc_now

_EMPTY = (
    "Here your votes become ratings: who answers better, how sure that is, and how many votes are "
    "still missing. Nobody's leaderboard knows your prompts."
)
_SAME_WORDS = (
    "An A/A check: these vendors are [simulated](real) and share one local model's words, so each "
    "vote is on a model against itself. There should be no winner; a run of 200 votes finds one by "
    "chance in at most 5 of 100 cases. None of this counts for the ratings."
)
_KINDS: dict[Rated, str] = {"rated": "Ratings", "same words": "A/A check"}
_ALL = "all"


def ratings_view(desk: CompareDesk) -> None:
    """The ratings by the chosen votes, then the votes themselves."""
    found = Found.by(lambda: votes_of(desk.store), StoreError)
    if found.problem:
        st.error(literal(found.problem), icon=":material/error:")
        return
    votes = found.value or []
    if votes and _can_be_taken_back(votes[-1]):
        st.caption("Your last vote is left out for as long as it can be taken back.")
        votes = votes[:-1]
    with st.container(key="ratings"):
        _ratings(desk, votes)
    votes_files(desk.store, votes)


def _can_be_taken_back(last: CastVote) -> bool:
    """Whether its seats must not be known yet."""
    return undo_left(last, utc_now()) > 0 and not is_named(last.id) and not is_passed(last.id)


def _ratings(desk: CompareDesk, votes: Sequence[CastVote]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="ratings-of"):
        kind = _kind(votes)
        of_kind = [vote for vote in votes if vote.rated == kind]
        language = _one_of("Language", [v.intent.language for v in of_kind], languages.name)
        verticals = [vote.intent.vertical for vote in of_kind]
        vertical = _one_of("Vertical", verticals, lambda each: words.VERTICALS.get(each, each))
    if kind == "same words":
        st.caption(f":material/science: {_SAME_WORDS}")
    these = chosen(votes, kind, language, vertical)
    found = standings([vote.vote for vote in these])
    if found is None:
        _empty(votes)
        return
    st.header(literal(headline(found)), anchor=False)
    st.markdown(literal(settled_words(found)))
    if kind == "rated":
        use_as_scores(desk, found, these, language, vertical)
    _picture(found, _KINDS[kind])
    _figures(found)
    _pairs(found)


def _kind(votes: Sequence[CastVote]) -> Rated:
    """The ratings, or the A/A check where there are votes for it."""
    if not any(vote.rated == "same words" for vote in votes):
        return "rated"
    rated = any(vote.rated == "rated" for vote in votes)
    return st.segmented_control(
        "Votes",
        tuple(_KINDS),
        default="rated" if rated else "same words",
        format_func=_KINDS.__getitem__,
        required=True,
        key="ratings-kind",
    )


def _one_of(label: str, values: Sequence[str | None], read: Callable[[str], str]) -> str | None:
    """One of the values that votes have, or None for all of them."""
    options = sorted({value for value in values if value is not None})
    if len(options) < 2:
        return None
    picked = st.selectbox(
        label,
        (_ALL, *options),
        format_func=lambda each: "All" if each == _ALL else read(each),
        width=200,
        key=f"ratings-{label.lower()}",
    )
    return None if picked == _ALL else picked


def _empty(votes: Sequence[CastVote]) -> None:
    st.markdown(_EMPTY)
    if scripted := sum(vote.rated == "scripted" for vote in votes):
        st.caption(
            f":material/theater_comedy: {words.counted(scripted, 'vote')} on scripted answers "
            "kept out. Connect a provider of your own, and your votes count."
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        to_view("Vote blind", "blind")
        url.way_on("connections", "Connect a provider", ":material/cable:")


def _picture(found: Standings, kind: str) -> None:
    rows = ratings_frame(found)
    alt = "; ".join(
        f"{row.name} {row.rating}, {row.low} to {row.high}" for row in rows.itertuples()
    )
    chart(figure(rows, theme()), "ratings-chart", f"Ratings with 95 % intervals: {alt}")
    headings = {
        "name": "Who",
        "rating": "Rating",
        "interval": "95 % interval",
        "votes": "Votes",
        "won": "Won",
        "lost": "Lost",
        "tied": "Tied",
        "both_bad": "Both bad",
    }
    table(rows, headings, "The ratings, as in the chart.", key="ratings-table")
    files = st.container(horizontal=True, gap="xsmall")
    caption = f"{headline(found)}. With 95 % intervals."
    picture_buttons(files, "ratings-chart", kind, caption)
    csv_button(files, rows, "ratings")
    picture_script()
    if found.left_out:
        st.caption(f"The {MOST} with the most votes are rated; {found.left_out} more are not.")


def _figures(found: Standings) -> None:
    rated = found.rated
    with st.container(horizontal=True, gap="large", key="ratings-rates"):
        st.metric("Votes", f"{rated.votes:,}", width="content")
        st.metric("Ties", words.percent(rated.ties), width="content")
        st.metric("Both bad", words.percent(rated.both_bad), width="content")
    by = "by a bootstrap over prompts, as some repeat" if rated.clustered else "from the fit"
    st.caption(f"{side_words(rated)} Intervals are 95 %, {by}. 1,000 is the mean of all.")


def _pairs(found: Standings) -> None:
    st.header("Each pair", anchor=False)
    headings = {
        "first": "One",
        "second": "Other",
        "verdict": "Verdict",
        "votes": "Votes",
        "share": "The one's wins",
    }
    rows = pairs_frame(found)
    formats = {"The one's wins": "%.0f%%"}
    table(rows, headings, "Each pair with its verdict.", formats=formats, key="ratings-pairs")
    st.header("Who won against whom", anchor=False)
    matrix = matrix_frame(found)
    named = {str(name): str(name) for name in matrix.columns}
    table(matrix, named, "Wins by row against column.", key="ratings-wins")
    st.caption("Each row's share of wins against the column; a tie, or both bad, is half a win.")
