"""The JSON file comes back as the very same sessions, and a broken one says where it is broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs.make_session_schema import SCHEMA
from playground.exports.session_file import (
    SessionFileError,
    read_sessions,
    schema,
    schema_text,
    session_file,
)
from playground.sessions.turns import Answer, Conversation
from tests.any_sessions import whole_sessions
from tests.turns import conversation, turn

SAMPLE = Path(__file__).with_name("samples") / "session-1.json"
"""As the first version wrote it. Never written anew: every later version must read it."""

BRANCHED = conversation(turn("a", number=1), turn("b", "a", number=2), turn("d", "a", number=2))


@given(st.lists(whole_sessions(), max_size=3))
def test_what_is_read_is_what_was_written(sessions: list[Conversation]) -> None:
    assert read_sessions(session_file(sessions)) == sessions


@settings(max_examples=25)
@given(whole_sessions())
def test_the_schema_describes_the_file(session: Conversation) -> None:
    jsonschema_rs.validate(schema(), json.loads(session_file([session])))


def test_a_megabyte_of_text_comes_back() -> None:
    text = "é漢👩‍👩‍👧 \0" * 170_000
    long = conversation(turn("a", number=1, message=text, answer=Answer(text=text)))
    assert read_sessions(session_file([long])) == [long]


def test_the_documented_schema_is_current() -> None:
    assert SCHEMA.read_text("utf-8") == schema_text()


def test_a_file_of_the_first_version_can_be_read() -> None:
    (session,) = read_sessions(SAMPLE.read_bytes())
    assert [each.number for each in session.turns] == [1, 2, 2]
    assert [each.id for each in session.path()] == ["a", "d"]
    assert session.turns[1].status == "stopped"
    assert session.turns[2].answer.attempts[0].code == "TIMEOUT"
    jsonschema_rs.validate(schema(), json.loads(SAMPLE.read_bytes()))


def test_a_turn_that_runs_is_written_as_interrupted() -> None:
    (read,) = read_sessions(session_file([conversation(turn("a", status="running"))]))
    assert read.turns[0].status == "interrupted"


def changed(**fields: Any) -> bytes:
    """The file of ``BRANCHED`` with other fields in its second turn."""
    whole = json.loads(session_file([BRANCHED]))
    whole["sessions"][0]["turns"][1] |= fields
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no JSON object"),
        (b"[]", "no JSON object"),
        (b"\xff\xfe", "no JSON object"),
        (session_file([BRANCHED])[:-40], "no JSON object"),
        (b"{}", "no export of sessions from here"),
        (b'{"format": "speko-session", "version": 2, "sessions": []}', "has version 2"),
        (b'{"format": "speko-session", "version": 1}', "sessions cannot be read"),
        (changed(status="lost"), "Session 1, turn 2, status cannot be read"),
        (changed(answer={"cost_usd": "free"}), "Session 1, turn 2, answer.cost_usd cannot be"),
        (changed(id="a"), "Session 1, turn 2 has the id of an earlier turn"),
        (changed(id="../x"), "Session 1, turn 2 has an id that is none"),
        (changed(parent_id="b"), "Session 1, turn 2 follows a turn that does not stand before"),
        (changed(parent_id="d"), "Session 1, turn 2 follows a turn that does not stand before"),
        (changed(conversation_id="other"), "Session 1, turn 2 belongs to another session"),
        (changed(created_at="2026-04-01T12:00:00"), "Session 1, turn 2 has a time without"),
        (
            session_file([BRANCHED]).replace(b'"leaf_id": "d"', b'"leaf_id": "z"'),
            "ends in a turn which",
        ),
        (session_file([BRANCHED.model_copy(update={"id": "a b"})]), "Session 1 has an id"),
    ],
)
def test_a_broken_file_says_where_and_reads_nothing(content: bytes, words: str) -> None:
    with pytest.raises(SessionFileError, match=words):
        read_sessions(content)


@given(st.binary(max_size=200))
def test_any_other_file_ends_in_a_sentence(content: bytes) -> None:
    with pytest.raises(SessionFileError):
        read_sessions(content)


def test_deep_json_ends_in_a_sentence() -> None:
    with pytest.raises(SessionFileError):
        read_sessions(b'{"format": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
