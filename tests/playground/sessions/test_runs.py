"""What the page shows of a conversation and its run."""

from __future__ import annotations

from datetime import UTC, datetime

from playground.sessions.runs import Run, open_session
from playground.sessions.turns import Conversation, Turn, TurnSettings, TurnStatus

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def turn(id: str, status: TurnStatus, parent: str | None = None) -> Turn:
    return Turn(
        id=id,
        conversation_id="c",
        parent_id=parent,
        message="Hello",
        settings=TurnSettings(),
        connection="Embedded gateway",
        status=status,
        created_at=NOW,
    )


def conversation(*turns: Turn) -> Conversation:
    leaf = turns[-1].id if turns else None
    return Conversation(id="c", leaf_id=leaf, turns=turns, created_at=NOW, updated_at=NOW)


def shown(turns: tuple[Turn, ...]) -> list[str]:
    return [each.id for each in turns]


def test_a_running_turn_of_this_process_is_live_and_not_among_those_that_are_over() -> None:
    run = Run(turn("b", "running", "a"))
    view = open_session(conversation(turn("a", "done")), run)
    assert view.is_live
    assert shown(view.turns) == ["a"]
    assert view.elsewhere is None


def test_a_run_that_has_ended_counts_before_the_store_has_it() -> None:
    run = Run(turn("b", "done", "a"))
    run.finish()
    view = open_session(conversation(turn("a", "done")), run)
    assert not view.is_live
    assert shown(view.turns) == ["a", "b"]


def test_a_run_that_ends_while_the_page_draws_stays_the_page_s_live_one() -> None:
    run = Run(turn("b", "running", "a"))
    view = open_session(conversation(turn("a", "done")), run)
    run.become(turn("b", "stopped", "a"))
    run.finish()
    assert view.is_live
    assert shown(view.turns) == ["a"]


def test_a_retry_stands_beside_the_turn_it_repeats() -> None:
    run = Run(turn("c", "running", "a"))
    stored = conversation(turn("a", "done"), turn("b", "failed", "a"))
    view = open_session(stored, run)
    assert shown(view.turns) == ["a"]
    assert view.conversation.leaf_id == "c"


def test_a_turn_that_another_process_runs_is_not_taken_for_an_answer() -> None:
    view = open_session(conversation(turn("a", "done"), turn("b", "running", "a")), None)
    assert shown(view.turns) == ["a"]
    assert view.elsewhere is not None
    assert view.elsewhere.id == "b"
    assert not view.is_live
