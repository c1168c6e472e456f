"""Votes as a file: taken along, put together, and a broken line that takes no other along."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.compare import vote_files
from playground.compare.ratings import Outcome
from playground.compare.vote_files import VoteFileError, exported, imported
from playground.compare.votes import Asked, CastVote
from tests.playground.compare.cast import cast

LABELS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
VOTES = st.builds(
    cast,
    st.integers(0, 10**6),
    LABELS,
    LABELS,
    outcome=st.sampled_from(get_args(Outcome)),
    propensity=st.none() | st.floats(0.001, 1),
    rated=st.sampled_from(["rated", "same words", "scripted"]),
    intent=st.builds(Asked, vertical=st.sampled_from([None, "legal"])),
)


@given(st.lists(VOTES, max_size=5))
def test_what_was_exported_is_imported_as_it_was(votes: list[CastVote]) -> None:
    read = imported(exported(votes).encode())
    assert list(read.votes) == votes
    assert read.problem is None


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_the_files_own_error(content: bytes) -> None:
    with suppress(VoteFileError):
        imported(content)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=3),
        lambda deeper: (
            st.lists(deeper, max_size=3)
            | st.dictionaries(st.sampled_from(["model_a", "model_b", "winner", "at", "id"]), deeper)
        ),
        max_leaves=8,
    )
)
def test_no_json_raises_anything(value: object) -> None:
    imported(json.dumps(value).encode())


def test_a_line_has_the_fields_that_others_read() -> None:
    vote = cast(1, "openai:gpt-4o", "google", outcome="left", propensity=0.25)
    (line,) = exported([vote]).splitlines()
    assert json.loads(line) == {
        "id": "m1",
        "at": "2026-04-01T12:01:00+00:00",
        "model_a": "google",
        "model_b": "openai:gpt-4o",
        "winner": "model_b",
        "side": "right",
        "propensity": 0.25,
        "intent": {"language": "en"},
        "prompt_hash": vote.prompt_hash,
        "reason": None,
        "rated": "rated",
    }


def test_texts_come_only_where_asked_for_and_follow_their_side() -> None:
    vote = cast(1, "z", "a")
    line = json.loads(exported([vote], {"m1": ("Why?", "By z.", "By a.")}))
    assert (line["prompt"], line["answer_a"], line["answer_b"]) == ("Why?", "By a.", "By z.")
    assert "prompt" not in exported([vote]).replace("prompt_hash", "")
    assert 'prompt"' not in imported(json.dumps(line).encode()).votes[0].model_dump_json()


def test_broken_lines_are_named_and_the_rest_is_read() -> None:
    good = exported([cast(1), cast(2)])
    read = imported(f"{good}\nnonsense\n[]\n{{}}\n".encode())
    assert [vote.id for vote in read.votes] == ["m1", "m2"]
    assert read.problem == "Lines 4, 5, 6 are no votes and were left out."
    one = imported(f"{good}x".encode())
    assert one.problem == "Line 3 is no vote and was left out."
    many = imported(("x\n" * 9).encode())
    assert many.problem == "Lines 1, 2, 3, 4, 5 and 4 more are no votes and were left out."


def test_lines_of_others_without_ids_are_the_same_votes_when_read_again() -> None:
    line = json.dumps({"model_a": "x", "model_b": "y", "winner": "tie"})
    twice = f"{line}\n{line}\n".encode()
    first, again = imported(twice).votes, imported(twice).votes
    assert [vote.id for vote in first] == [vote.id for vote in again]
    assert len({vote.id for vote in first}) == 2
    assert first[0].outcome == "tie"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 4, 1, 12), datetime(2026, 4, 1, 12, tzinfo=UTC)),
        (
            datetime(2026, 4, 1, 12, tzinfo=timezone(timedelta(hours=2))),
            datetime(2026, 4, 1, 10, tzinfo=UTC),
        ),
    ],
)
def test_a_time_is_in_utc(at: datetime, expected: datetime) -> None:
    line = {"model_a": "x", "model_b": "y", "winner": "tie", "at": at.isoformat()}
    assert imported(json.dumps(line).encode()).votes[0].at == expected


def test_too_large_a_file_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(VoteFileError, match="100,001 lines, and 5,000 is the most"):
        imported(b"{}\n" * 100_000)
    monkeypatch.setattr(vote_files, "MOST_BYTES", 1_000_000)
    with pytest.raises(VoteFileError, match="more than 1 MB"):
        imported(b"x" * 1_000_001)
    with pytest.raises(VoteFileError, match="no text in UTF-8"):
        imported(b"\xff\xfe\x00")
