"""Under the ratings: make them scores, and route by those at once."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.browser import url
from playground.compare import vote_scores
from playground.compare.desk_view import CompareDesk
from playground.compare.standings import Standings
from playground.compare.state import keep_vote_scores, made_of_votes
from playground.compare.vote_scores import Where
from playground.compare.votes import CastVote
from playground.connections.facts_view import forget_server_facts
from playground.connections.state import choose_scores, chosen_scores
from playground.look.safe_text import literal
from playground.scores import own_files
from playground.scores.own_files import ScoresError
from playground.sessions.turns import utc_now
from playground.teams.state import this_owner


def use_as_scores(
    desk: CompareDesk,
    found: Standings,
    votes: Sequence[CastVote],
    language: str | None,
    vertical: str | None,
) -> None:
    """The button, or why there is none; once pressed, a link to the ranking by these scores.

    ``votes`` are those that ``found`` is made of.
    """
    if desk.connection is None or not desk.connection.embedded:
        return
    if problem := vote_scores.missing(found):
        st.caption(f":material/scoreboard: {literal(problem)}")
        return
    place = vote_scores.where(votes, language, vertical)
    with st.container(horizontal=True, vertical_alignment="center", key="votes-as-scores"):
        st.button(
            "Use as scores",
            icon=":material/scoreboard:",
            help="The router then ranks by these votes in this browser session, and by prices and "
            "times as before. It becomes one of your own snapshots under Routing, Scores.",
            on_click=_use,
            args=(desk, found, place),
            key="votes-use-as-scores",
        )
        made = made_of_votes()
        if made is None:
            return
        if made.problem:
            st.warning(literal(made.problem), icon=":material/error:")
        elif made.snapshot_id == chosen_scores():
            st.markdown(f"In force: “{literal(made.label)}”.", width="content")
            url.way_on("routing", "See who would answer", ":material/alt_route:", view="ranking")


def _use(desk: CompareDesk, found: Standings, place: Where) -> None:
    folder = own_files.own_folder(desk.runtime.settings)
    try:
        snapshot = vote_scores.as_scores(found, place, utc_now().date())
        made = own_files.save(snapshot, folder, this_owner())
    except ScoresError as error:
        keep_vote_scores(problem=str(error))
        return
    choose_scores(made)
    forget_server_facts()
    keep_vote_scores(made, snapshot.label)
