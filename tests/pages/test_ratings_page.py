"""The view Ratings: empty, with votes, as an A/A check; votes are chosen, taken in, and deleted."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from playground.compare.vote_files import exported
from playground.compare.votes import Asked, add_votes, votes_of
from playground.runtime import get_runtime
from playground.scores import own_files
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from playground.teams.owner import MACHINE_OWNER
from tests.pages.gateway_stand_in import StandIn
from tests.pages.test_blind_page import page, press, shown, toasts
from tests.playground.compare.cast import cast


@pytest.fixture
def store(stand_in: object) -> OwnerStore:
    """What this machine's user has stored; ``stand_in`` gives the playground its own data."""
    assert stand_in
    return get_runtime().store.of(MACHINE_OWNER)


def said(app: AppTest) -> str:
    """The page's headings and texts."""
    texts = [*app.header, *app.markdown, *app.caption, *app.subheader]
    return " ".join(str(each.value) for each in texts)


@pytest.mark.usefixtures("store")
def test_without_votes_it_says_what_it_is_for_and_leads_to_blind() -> None:
    app = page("ratings")
    assert "Here your votes become ratings" in said(app)
    assert "Vote blind" in shown(app)
    assert not app.get("plotly_chart")


def test_votes_become_ratings_with_intervals_and_can_be_told_apart(store: OwnerStore) -> None:
    spanish = Asked(language="es", vertical="legal")
    sides = (("a:one", "b:two", "left"), ("b:two", "a:one", "right"))
    for number in range(27):
        left, right, outcome = sides[number % 2]
        add_votes(store, [cast(number, left, right, outcome=outcome)])
    add_votes(store, [cast(90, outcome="tie", intent=spanish)])
    app = page("ratings")
    assert "1 of 1 pair is settled" in said(app)
    assert "As of 25 votes; the next look is at 50." in said(app)
    assert [metric.value for metric in app.metric] == ["28", "3.6%", "0%"]
    assert len(app.get("plotly_chart")) == 1
    app.selectbox(key="ratings-language").set_value("es").run()
    assert "Can't tell yet who is better" in said(app)
    assert [metric.value for metric in app.metric] == ["1", "100%", "0%"]


def test_votes_on_simulated_answers_are_an_a_a_check_and_no_ratings(store: OwnerStore) -> None:
    add_votes(store, [cast(number, rated="same words") for number in range(3)])
    add_votes(store, [cast(9, rated="scripted")])
    app = page("ratings")
    assert "An A/A check" in said(app)
    assert app.metric[0].value == "3"
    app.button_group(key="ratings-kind").set_value("rated").run()
    assert not app.exception
    assert "1 vote on scripted answers kept out" in said(app)
    assert not app.metric


def test_votes_of_others_are_added_once_and_broken_lines_are_named(store: OwnerStore) -> None:
    add_votes(store, [cast(1)])
    lines = exported([cast(1), cast(2), cast(3)]) + "no vote\n"
    app = page("ratings")
    app.file_uploader(key="votes-file").set_value(("votes.jsonl", lines.encode(), "text/plain"))
    press(app.run(), "votes-import")
    assert "2 votes added. 1 was here already." in toasts(app)
    assert "Line 4 is no vote and was left out." in toasts(app)
    assert [vote.id for vote in votes_of(store)] == ["m1", "m2", "m3"]


def test_a_file_that_cannot_be_used_says_why(store: OwnerStore) -> None:
    app = page("ratings")
    many = b"{}\n" * 100_000
    app.file_uploader(key="votes-file").set_value(("votes.jsonl", many, "text/plain"))
    press(app.run(), "votes-import")
    assert "100,001 lines, and 5,000 is the most" in app.warning[0].value
    assert votes_of(store) == []


def test_all_votes_are_deleted_after_a_second_click(store: OwnerStore) -> None:
    add_votes(store, [cast(1), cast(2)])
    app = press(page("ratings"), "votes-delete-all")
    assert votes_of(store) == []
    assert "Here your votes become ratings" in said(app)


def test_a_store_that_fails_is_told(store: OwnerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr("playground.compare.ratings_view.votes_of", full)
    assert store.owner
    assert "The disk is full." in page("ratings").error[0].value


def test_ratings_become_scores_that_are_in_force_at_once(
    store: OwnerStore, stand_in: StandIn
) -> None:
    stand_in.folder = own_files.own_folder(get_runtime().settings)
    for number in range(30):
        sides = ("openai:gpt-6", "xai:grok-4") if number % 2 else ("xai:grok-4", "openai:gpt-6")
        add_votes(store, [cast(number, *sides, outcome="right")])
    app = page("ratings")
    app.button(key="votes-use-as-scores").click().run()
    assert not app.exception
    (made,) = own_files.own(stand_in.folder, MACHINE_OWNER)
    assert made.startswith("votes-my-votes-english-")
    assert stand_in.last("/v1/fleet").scores == made
    assert "In force: “My votes, English”." in said(app)
    saved = own_files.read(made, stand_in.folder, MACHINE_OWNER)
    assert {row.n for row in saved.rows} == {30}


def test_a_few_votes_are_not_enough_to_route_by(store: OwnerStore) -> None:
    add_votes(store, [cast(number) for number in range(3)])
    app = page("ratings")
    assert "Not enough to route by yet\\: 22 more votes would do." in said(app)
    assert "Use as scores" not in [each.label for each in app.button]


def test_simulated_answers_never_become_scores(store: OwnerStore) -> None:
    add_votes(store, [cast(number, rated="same words") for number in range(60)])
    app = page("ratings")
    assert "Use as scores" not in [each.label for each in app.button]
    assert "Not enough" not in said(app)
