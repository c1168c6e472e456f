"""The store: what was saved is found again, by this process and by any other."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from playground.sessions.changes import title_of
from playground.sessions.store import HEARTBEAT_LIMIT, OwnerStore
from playground.sessions.turns import Answer, Conversation, Turn, TurnSettings
from speko_client.models import Fault
from tests.playground.conftest import Clock
from tests.playground.stores import opened
from tests.turns import NOON, turn

BEYOND = HEARTBEAT_LIMIT.total_seconds() + 0.1
WITHIN = HEARTBEAT_LIMIT.total_seconds() - 0.1


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def other(store_url: str, clock: Clock) -> Iterator[OwnerStore]:
    """The same database, as another process has it open."""
    other = opened(store_url, now=clock)
    yield other
    other.database.close()


def loaded(store: OwnerStore, conversation_id: str = "c") -> Conversation:
    conversation = store.load(conversation_id)
    assert conversation is not None
    return conversation


def running(turn_id: str = "t1", **given: Any) -> Turn:
    return turn(turn_id, status="running", text="So far", **given)


def test_a_session_that_was_never_saved_is_not_there(store: OwnerStore) -> None:
    assert store.load("nothing") is None
    assert store.recent(10) == []


def test_a_saved_turn_is_found_whole_by_another_process(
    store: OwnerStore, other: OwnerStore
) -> None:
    saved = turn("t1", settings=TurnSettings(temperature=0, allowed=("openai",)))
    store.save_turn(saved)
    assert loaded(other).path() == (saved.numbered(1),)


def test_a_drill_stays_with_its_turn_and_never_becomes_the_forms(store: OwnerStore) -> None:
    drilled = TurnSettings(language="es", drill=(Fault(target="openai"),), reply="Hola")
    store.save_turn(turn("t1", settings=drilled))
    assert loaded(store).path()[0].settings == drilled
    assert loaded(store).settings == TurnSettings(language="es")


def test_a_comparison_is_found_with_its_seats_and_told_from_a_chat(
    store: OwnerStore, other: OwnerStore
) -> None:
    store.save_turn(turn("t1", seat="b", message_id="m1"))
    assert loaded(other).comparison is None
    assert not other.recent(1)[0].compared
    store.save_comparison("c", '{"seats": []}')
    assert loaded(other).comparison == '{"seats": []}'
    assert [(each.seat, each.message_id) for each in loaded(other).turns] == [("b", "m1")]
    assert other.recent(1)[0].compared


def test_turns_are_numbered_along_their_branch(store: OwnerStore) -> None:
    for saved in (turn("a"), turn("b", "a"), turn("c", "b"), turn("b2", "a")):
        store.save_turn(saved)
    assert [(t.id, t.number) for t in loaded(store).path()] == [("a", 1), ("b2", 2)]


def test_the_last_new_turn_is_shown_and_a_later_save_of_an_old_one_changes_no_branch(
    store: OwnerStore,
) -> None:
    store.save_turn(turn("a"))
    store.save_turn(running("b", parent_id="a"))
    store.save_turn(turn("b2", "a"))
    store.save_turn(turn("b", "a"))
    assert loaded(store).leaf_id == "b2"


def test_the_title_is_the_first_message_cut_at_a_word(store: OwnerStore) -> None:
    store.save_turn(turn("a", message="Book me an appointment\nfor Tuesday, " + "please " * 20))
    store.save_turn(turn("b", "a", message="3pm"))
    title = loaded(store).title
    assert title.startswith("Book me an appointment for Tuesday, please")
    assert title.endswith("please…")
    assert len(title) <= 60


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("Short", "Short"),
        ("  two\n\nlines\0 ", "two lines"),
        ("x" * 80, "x" * 59 + "…"),
        ("word, " * 10 + "end", "word, " * 8 + "word…"),
    ],
)
def test_titles(message: str, title: str) -> None:
    assert title_of(message) == title


def test_recent_sessions_come_last_used_first_and_only_with_turns(
    store: OwnerStore, clock: Clock
) -> None:
    for name in ("one", "two", "three"):
        clock.advance(60)
        store.save_turn(turn(f"{name}-1", conversation_id=name, message=f"About {name}"))
    clock.advance(60)
    store.save_turn(turn("one-2", "one-1", conversation_id="one"))
    store.save_settings("empty", TurnSettings(language="es"))
    summaries = store.recent(2)
    assert [(s.id, s.title, s.turn_count) for s in summaries] == [
        ("one", "About one", 2),
        ("three", "About three", 1),
    ]
    assert summaries[0].updated_at == clock.now


def test_the_form_is_kept_before_the_first_turn_and_after(
    store: OwnerStore, other: OwnerStore
) -> None:
    store.save_settings("c", TurnSettings(language="es", system_prompt="Brief."))
    assert loaded(other).settings.language == "es"
    store.save_turn(turn("t1"))
    assert loaded(other).settings.system_prompt == "Brief."
    assert loaded(other).title == "Message t1"


def test_the_form_of_a_session_begun_by_a_turn_is_that_turns(store: OwnerStore) -> None:
    store.save_turn(turn("t1", settings=TurnSettings(language="fr")))
    assert loaded(store).settings.language == "fr"


def test_an_unchanged_session_is_not_read_again(store: OwnerStore) -> None:
    store.save_turn(turn("t1"))
    assert loaded(store) is loaded(store)


def test_what_another_process_changes_is_seen_at_once(store: OwnerStore, other: OwnerStore) -> None:
    store.save_turn(turn("t1"))
    loaded(store)
    other.save_turn(turn("t2", "t1"))
    assert [t.id for t in loaded(store).path()] == ["t1", "t2"]
    other.save_turn(turn("t2", "t1", text="Corrected."))
    assert loaded(store).path()[-1].answer.text == "Corrected."


def test_a_checkpoint_keeps_the_text_so_far(store: OwnerStore, other: OwnerStore) -> None:
    store.save_turn(running())
    store.checkpoint(running().model_copy(update={"answer": Answer(text="So far, so good")}))
    shown = loaded(other).path()[0]
    assert (shown.status, shown.answer.text) == ("running", "So far, so good")


def test_a_late_checkpoint_does_not_reopen_a_finished_turn(store: OwnerStore) -> None:
    store.save_turn(running())
    store.save_turn(turn("t1"))
    store.checkpoint(running())
    assert loaded(store).path()[0].status == "done"


def test_a_running_turn_whose_process_is_gone_becomes_interrupted_for_good(
    store: OwnerStore, other: OwnerStore, clock: Clock, store_url: str
) -> None:
    store.save_turn(running())
    clock.advance(BEYOND)
    shown = loaded(other).path()[0]
    assert (shown.status, shown.answer.text) == ("interrupted", "So far")
    assert shown.finished_at == NOON
    third = opened(store_url, now=lambda: NOON)
    assert loaded(third).path()[0].status == "interrupted"
    third.database.close()


def test_a_running_turn_with_a_heartbeat_is_left_alone(
    store: OwnerStore, other: OwnerStore, clock: Clock
) -> None:
    store.save_turn(running())
    for _ in range(3):
        clock.advance(WITHIN)
        assert loaded(other).path()[0].status == "running"
        store.checkpoint(running())


def test_a_process_never_gives_up_its_own_turn(store: OwnerStore, clock: Clock) -> None:
    store.save_turn(running())
    clock.advance(600)
    assert loaded(store).path()[0].status == "running"


def test_a_turn_that_was_given_up_too_soon_still_ends_as_it_ended(
    store: OwnerStore, other: OwnerStore, clock: Clock
) -> None:
    store.save_turn(running())
    clock.advance(BEYOND)
    loaded(other)
    store.save_turn(turn("t1", text="The whole answer."))
    shown = loaded(other).path()[0]
    assert (shown.status, shown.answer.text) == ("done", "The whole answer.")


def test_ids_cannot_be_guessed_and_fit_a_url(store: OwnerStore) -> None:
    ids = {store.new_conversation_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{16}", i) for i in ids)


def test_many_threads_and_two_processes_save_at_once(store: OwnerStore, other: OwnerStore) -> None:
    def save(name: int) -> None:
        for number in range(5):
            target = other if name % 2 else store
            target.save_turn(turn(f"{name}-{number}", conversation_id=f"c{name % 3}"))

    threads = [threading.Thread(target=save, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(summary.turn_count for summary in store.recent(10)) == 40
    assert sum(len(loaded(store, f"c{name}").turns) for name in range(3)) == 40


def test_a_store_can_be_used_again_after_it_was_closed(store: OwnerStore) -> None:
    store.save_turn(turn("t1"))
    store.database.close()
    assert loaded(store).turns
