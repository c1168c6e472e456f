"""Acting on a tree of turns: nothing is lost, and no branch leaks into another one's prompt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from playground.exports.formats import FORMATS
from playground.library.copies import copy_of
from playground.sessions import tree
from playground.sessions.asking import messages_of
from playground.sessions.turns import Answer, Conversation, Turn, new_id, open_session
from speko_client.models import CompleteUsage
from tests.playground.stores import opened
from tests.turns import NOON, conversation, turn

ACTS = st.sampled_from(["ask", "edit", "again", "delete", "undo", "switch"])


class Session:
    """A conversation that is acted upon, and what must be true of it, kept in another way."""

    def __init__(self) -> None:
        self.conversation = conversation()
        self.parents: dict[str, str | None] = {}
        self.deletions: list[str] = []

    def is_left(self, turn_id: str | None) -> bool:
        """Whether neither the turn nor one above it is deleted."""
        while turn_id is not None:
            if turn_id in self.deletions:
                return False
            turn_id = self.parents[turn_id]
        return True

    @property
    def left(self) -> list[str]:
        """The turns that must be shown somewhere, in the order in which they were asked."""
        return [each for each in self.parents if self.is_left(each)]

    def act(self, act: str, data: st.DataObject) -> None:
        """Do what a person could do now; nothing where there is nothing to do it to."""
        if act == "ask":
            self.ask(open_session(self.conversation, None).last)
        elif act == "undo" and self.deletions:
            undone = data.draw(st.sampled_from(self.deletions))
            self.deletions.remove(undone)
            self.put(tree.restored(self.conversation.turns, undone))
        elif self.left and act != "undo":
            chosen = self.of(data.draw(st.sampled_from(self.left)))
            if act in ("edit", "again"):
                self.ask(chosen.parent_id)
            elif act == "delete":
                self.deletions.append(chosen.id)
                self.put(tree.deleted(self.conversation.turns, chosen.id))
            else:
                self.show(self.conversation.latest_below(chosen))

    def ask(self, parent_id: str | None) -> None:
        """Ask as the engine does, by a message that tells its place; look at what is sent."""
        new = turn(f"t{len(self.parents)}", parent_id)
        self.parents[new.id] = parent_id
        history = self.conversation.path_to(parent_id)
        sent = [each.content for each in messages_of(history, new.message)]
        assert sent == [*self.prompt(parent_id), new.message]
        self.conversation = self.changed((*self.conversation.turns, new), new.id)

    def prompt(self, turn_id: str | None) -> list[str]:
        """What must be sent below this turn: what was said on the way to it, and no more."""
        if turn_id is None:
            return []
        before = self.prompt(self.parents[turn_id])
        return [*before, f"Message {turn_id}", f"Answer to {turn_id}."]

    def of(self, turn_id: str) -> Turn:
        """The turn itself."""
        return next(each for each in self.conversation.turns if each.id == turn_id)

    def put(self, turns: Sequence[Turn]) -> None:
        """Store these again."""
        new = {each.id: each for each in turns}
        kept = tuple(new.get(each.id, each) for each in self.conversation.turns)
        self.conversation = self.changed(kept, self.conversation.leaf_id)

    def show(self, leaf: Turn) -> None:
        """Show its branch."""
        self.conversation = self.changed(self.conversation.turns, leaf.id)

    def changed(self, turns: tuple[Turn, ...], leaf_id: str | None) -> Conversation:
        return self.conversation.model_copy(update={"turns": turns, "leaf_id": leaf_id})


@given(acts=st.lists(ACTS, max_size=25), data=st.data())
def test_whatever_is_done_nothing_is_lost_and_nothing_leaks(
    acts: list[str], data: st.DataObject
) -> None:
    session = Session()
    for act in acts:
        session.act(act, data)
        whole = session.conversation
        assert [each.id for each in whole.turns] == [*session.parents]
        assert [each.id for each in whole.kept] == session.left
        shown = [each.id for each in whole.path()]
        assert bool(shown) == bool(session.left)
        assert all(map(session.is_left, shown))
        assert [session.parents[each] for each in shown] == [None, *shown[:-1]][: len(shown)]


@given(acts=st.lists(ACTS, max_size=15), data=st.data())
def test_undo_shows_what_was_shown_before(acts: list[str], data: st.DataObject) -> None:
    session = Session()
    for act in acts:
        session.act(act, data)
    before = session.conversation
    if not session.left:
        return
    gone = data.draw(st.sampled_from(session.left))
    session.put(tree.deleted(before.turns, gone))
    assert gone not in [each.id for each in session.conversation.path()]
    session.put(tree.restored(session.conversation.turns, gone))
    assert session.conversation == before


@given(acts=st.lists(ACTS, max_size=15), data=st.data())
def test_the_picture_has_each_turn_once_below_the_one_it_follows(
    acts: list[str], data: st.DataObject
) -> None:
    session = Session()
    for act in acts:
        session.act(act, data)
    rows = tree.nodes(session.conversation.kept)
    assert sorted(row.turn.id for row in rows) == sorted(session.left)
    taken = set[tuple[int, int]]()
    for place, row in enumerate(rows):
        above = None if row.above is None else rows[row.above]
        assert (above and above.turn.id) == row.turn.parent_id
        assert row.lane - (above.lane if above else 0) in (0, 1)
        # The line from above comes down in the turn's own lane, and meets no other turn there.
        if row.above is not None and rows[row.above].lane == row.lane:
            taken |= {(each, row.lane) for each in range(row.above + 1, place)}
    assert not taken & {(place, row.lane) for place, row in enumerate(rows)}


def test_who_was_deleted_makes_room_for_who_stands_beside() -> None:
    turns = (turn("a"), turn("b1", "a"), turn("b2", "a"), turn("c2", "b2"), turn("b3", "a"))
    whole = conversation(*turns)
    without = conversation(*turns[:4], *tree.deleted(turns, "b3"))
    assert [each.id for each in whole.path()] == ["a", "b3"]
    assert [each.id for each in without.path()] == ["a", "b2", "c2"], "the one before it"
    alone = conversation(turn("a"), turn("b", "a", removed="b"), turn("c", "b", removed="b"))
    assert [each.id for each in alone.path()] == ["a"]


def test_what_is_handed_on_has_nothing_that_was_deleted() -> None:
    whole = conversation(turn("a"), turn("b", "a", removed="b", message="Secret"))
    left = whole.without_deleted()
    assert ([each.id for each in left.turns], left.leaf_id) == (["a"], "a")
    files = [form.file([whole]) for form in FORMATS]
    assert not [each for each in files if b"Secret" in each]
    copied = copy_of(whole, new_id, NOON)
    assert [each.message for each in copied.path()] == ["Message a"]


def test_a_turn_that_runs_below_a_deleted_one_is_not_shown_and_keeps_its_body() -> None:
    turns = (turn("a"), turn("b", "a"), turn("c", "b", status="running"))
    assert [each.id for each in tree.deleted(turns, "b")] == ["b"]
    whole = conversation(turns[0], *tree.deleted(turns, "b"), turns[2])
    assert [each.id for each in whole.path()] == ["a"]
    assert whole.path_to("c") == ()


def test_what_was_deleted_before_stays_deleted() -> None:
    turns = (turn("a"), turn("b", "a", removed="b"))
    gone = tree.deleted(turns, "a")
    assert [each.id for each in gone] == ["a"]
    assert [each.removed for each in tree.restored((*gone, turns[1]), "a")] == [None]


def test_a_damaged_tree_is_drawn_as_far_as_it_goes() -> None:
    circle = (turn("a", "b"), turn("b", "a"), turn("c", "lost"))
    assert [row.turn.id for row in tree.nodes(circle)] == ["c"]
    assert tree.kept((*circle, turn("d", "d", removed="d")))[:3] == circle


def test_a_deleted_turn_is_neither_summed_up_nor_found(tmp_path: Path) -> None:
    store = opened(f"sqlite:///{tmp_path / 'playground.db'}")
    usage = CompleteUsage(prompt_tokens=10, completion_tokens=5)
    turns = (
        turn("a", answer=Answer(text="Yes", provider="ann", usage=usage)),
        turn("b", "a", answer=Answer(text="No", provider="ben", usage=usage)),
    )
    for each in turns:
        store.save_turn(each)
    for each in tree.deleted(turns, "b"):
        store.save_turn(each)
    assert [each.tokens_in for each in store.recent(2)] == [10]
    for each in tree.restored(tree.deleted(turns, "b"), "b"):
        store.save_turn(each)
    assert [each.tokens_in for each in store.recent(2)] == [20]
    store.database.close()
