"""What a person deleted is in no file."""

from __future__ import annotations

import pytest

from playground.exports.formats import FORMATS, Format
from playground.exports.session_file import read_sessions, session_file
from playground.sessions import tree
from tests.turns import conversation, turn

WHOLE = (
    turn("a", number=1),
    turn("b", "a", number=2, message="Regretted"),
    turn("d", "b", number=3, message="Below it"),
)
DELETED = tree.deleted(WHOLE, "b")
LEFT = conversation(WHOLE[0], *DELETED)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.key)
def test_a_deleted_turn_leaves_with_no_format(form: Format) -> None:
    content = form.file([LEFT])
    assert b"Message a" in content
    assert b"Regretted" not in content
    assert b"Below it" not in content


def test_what_is_left_can_be_read() -> None:
    (read,) = read_sessions(session_file([LEFT]))
    assert [each.id for each in read.turns] == ["a"]
    assert read.leaf_id == "a"
    (emptied,) = read_sessions(session_file([conversation(*tree.deleted(WHOLE, "a"))]))
    assert (emptied.turns, emptied.leaf_id) == ((), None)
