"""What the page shows of a conversation and its run."""

from __future__ import annotations

from playground.sessions.turns import Run, Turn, open_session
from tests.turns import conversation, turn


def shown(turns: tuple[Turn, ...]) -> list[str]:
    return [each.id for each in turns]


def test_a_running_turn_of_this_process_is_live_and_not_among_those_that_are_over() -> None:
    run = Run(turn("b", "a", status="running"))
    view = open_session(conversation(turn("a")), run)
    assert view.is_live
    assert shown(view.turns) == ["a"]
    assert view.elsewhere is None


def test_a_run_that_has_ended_counts_before_the_store_has_it() -> None:
    run = Run(turn("b", "a", status="done"))
    run.finish()
    view = open_session(conversation(turn("a")), run)
    assert not view.is_live
    assert shown(view.turns) == ["a", "b"]


def test_a_run_that_ends_while_the_page_draws_stays_the_page_s_live_one() -> None:
    run = Run(turn("b", "a", status="running"))
    view = open_session(conversation(turn("a")), run)
    run.become(turn("b", "a", status="stopped"))
    run.finish()
    assert view.is_live
    assert shown(view.turns) == ["a"]


def test_a_retry_stands_beside_the_turn_it_repeats() -> None:
    run = Run(turn("c", "a", status="running"))
    stored = conversation(turn("a"), turn("b", "a", status="failed"))
    view = open_session(stored, run)
    assert shown(view.turns) == ["a"]
    assert view.conversation.leaf_id == "c"


def test_a_turn_that_another_process_runs_is_not_taken_for_an_answer() -> None:
    view = open_session(conversation(turn("a"), turn("b", "a", status="running")), None)
    assert shown(view.turns) == ["a"]
    assert view.elsewhere is not None
    assert view.elsewhere.id == "b"
    assert not view.is_live


def test_the_view_knows_where_a_session_forks() -> None:
    stored = conversation(turn("a"), turn("b", "a"), turn("c", "a"), turn("d", "c"))
    assert open_session(stored, None).forks == {"a"}
    again = open_session(stored, Run(turn("e", "c", status="running")))
    assert again.forks == {"a", "c"}
    assert open_session(conversation(turn("a"), turn("b")), None).forks == {None}


def test_a_message_follows_the_last_turn_but_not_one_that_runs_elsewhere() -> None:
    assert open_session(conversation(turn("a"), turn("b", "a")), None).last == "b"
    running = conversation(turn("a"), turn("b", "a", status="running"))
    assert open_session(running, None).last == "a"
    assert open_session(conversation(), None).last is None
