"""What the list says of a session, and copies of one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.library.copies import copy_of
from playground.library.gathered import MOST_TURNS, gathered
from playground.library.hits import Piece, Snippet, snippet
from playground.library.selection import Selection
from playground.library.shelf import Listed, ShelfPage
from playground.library.words import count_words, figures_html, snippet_markdown, title_of
from playground.look.times import when
from playground.sessions.loaded import ConversationSummary
from playground.sessions.segments import hits, phrases
from tests.turns import NOON, conversation, turn

NOW = datetime(2026, 4, 10, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "says"),
    [
        (NOW - timedelta(minutes=5), UTC, "Today 07:55"),
        (NOW - timedelta(hours=9), UTC, "Yesterday 23:00"),
        (NOW - timedelta(hours=9), ZoneInfo("Asia/Tokyo"), "Today 08:00"),
        (NOW - timedelta(days=7), UTC, "3 Apr 08:00"),
        (NOW - timedelta(days=365), UTC, "10 Apr 2025"),
    ],
)
def test_a_time_is_said_by_the_persons_own_clock(
    moment: datetime, zone: ZoneInfo, says: str
) -> None:
    assert when(moment, NOW, zone) == says


def listed(*, blind: bool = False, **given: object) -> Listed:
    """A session in the list, answered by OpenAI."""
    values = {"id": "c", "title": "A <b>title</b>", "updated_at": NOON, "turn_count": 1, **given}
    return Listed(ConversationSummary(**values), ("openai",), blind)  # type: ignore[arg-type]


def test_what_is_not_known_is_not_shown_as_nothing() -> None:
    shown = figures_html(listed(), NOW, UTC)
    assert "token" not in shown
    assert "$" not in shown
    assert "30 tokens" in figures_html(listed(tokens_in=10, tokens_out=20), NOW, UTC)
    assert "estimated" in figures_html(listed(cost_usd=0.5), NOW, UTC)


def test_who_answered_is_not_told_where_it_is_judged_blind() -> None:
    assert "OpenAI" in figures_html(listed(), NOW, UTC)
    assert "OpenAI" not in figures_html(listed(blind=True), NOW, UTC)


def test_tags_are_shown_as_they_are() -> None:
    assert "#&lt;i&gt;" in figures_html(listed(tags=("<i>",)), NOW, UTC)


def test_a_title_is_one_line() -> None:
    assert title_of(listed(title=" a\n b ").session) == "a b"
    assert title_of(listed(title="").session) == "Untitled"
    assert len(title_of(listed(title="x" * 500).session)) == 80


def test_many_are_counted_as_more_than_so_many() -> None:
    assert count_words(ShelfPage((), None, 501), Selection()) == "500+ sessions"
    assert count_words(ShelfPage((), None, 1), Selection(query="x")) == "1 session found"
    assert count_words(ShelfPage((), None, 2), Selection(place="bin")) == "2 sessions in the bin"


@given(st.text(max_size=300), st.text(min_size=1, max_size=8))
def test_a_snippet_is_a_piece_of_its_text_and_marks_what_was_looked_for(
    text: str, query: str
) -> None:
    wanted = phrases(query)
    spans = hits(text, wanted)
    pieces = snippet(text, spans)
    shown = "".join(each.text for each in pieces if each.text != "…")
    one_line = "".join(" " if each.isspace() else each for each in text)
    assert shown in one_line
    assert any(each.hit for each in pieces) == bool(spans)


def test_a_snippet_is_never_taken_for_markdown() -> None:
    said = Snippet("t", "openai", (Piece("**a** "), Piece("b", hit=True), Piece(" [c](d)")))
    assert snippet_markdown(said) == r"OpenAI: \*\*a\*\* **b** \[c\]\(d\)"


def test_a_copy_has_the_same_branches_under_ids_of_its_own() -> None:
    first = conversation(
        turn("t1"), turn("t2", "t1", message_id="m"), turn("t3", "t1", message_id="m"),
        turn("t4", "t3", status="running"), leaf_id="t2", title="Mine", origin="claude:1",
    )  # fmt: skip
    ids = count()
    copied = copy_of(first, lambda: f"n{next(ids)}", NOW)
    top, left, right = copied.turns
    assert [each.parent_id for each in copied.turns] == [None, top.id, top.id]
    assert len({copied.id, top.id, left.id, right.id, *(each.id for each in first.turns)}) == 8
    assert {each.conversation_id for each in copied.turns} == {copied.id}
    assert left.message_id == right.message_id != "m"
    assert (copied.leaf_id, copied.title, copied.origin) == (left.id, "Mine (copy)", None)
    assert (copied.created_at, copied.updated_at) == (NOW, NOW)


def test_turns_of_several_sessions_come_in_time_and_only_the_newest() -> None:
    many = [
        conversation(
            *(
                turn(
                    f"{name}{number}",
                    f"{name}{number - 1}" if number else None,
                    conversation_id=name,
                    created_at=NOON + timedelta(minutes=number, seconds=len(name)),
                )
                for number in range(400)
            ),
            id=name,
        )
        for name in ("a", "bb", "ccc", "dddd")
    ]
    found = gathered(many)
    assert len(found) == MOST_TURNS
    assert [each.number for each in found] == [*range(1, MOST_TURNS + 1)]
    assert sorted(found, key=lambda each: each.created_at) == [*found]
    assert found[-1].created_at == NOON + timedelta(minutes=399, seconds=3)
