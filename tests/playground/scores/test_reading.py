"""A file that somebody brings: what is taken over, and what a fault in it is called."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.make_scores_schema import SCHEMA
from playground.scores import own_files
from playground.scores.own_files import ScoresError
from playground.scores.reading import as_file, read_file, schema_text
from speko_client.models import Figure, ScoresRow, SnapshotFile
from tests.playground.scores.snapshots import ONE, described, known, row

ROW: dict[str, Any] = {"provider": "openai", "model": "gpt-6", "quality": 80, "ttftMs": 300}
FILE: dict[str, Any] = {
    "id": "mine",
    "label": "Mine",
    "source": "my own tests",
    "date": "2026-11-26",
    "rows": [ROW],
}


def content(**changes: Any) -> bytes:
    """The file, with changes."""
    return json.dumps(FILE | changes).encode()


def test_a_file_is_read_and_is_a_file_whatever_it_says_of_itself() -> None:
    found = read_file(content(origin="measured"))
    assert (found.label, found.origin) == ("Mine", "file")
    assert found.rows[0].quality == 80
    assert found.rows[0].usd_per_minute is None


def test_an_id_is_not_needed() -> None:
    assert read_file(json.dumps({k: v for k, v in FILE.items() if k != "id"}).encode())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"label": None}, "Label: input should be a valid string, not None."),
        ({"date": "yesterday"}, "Date: .*, not 'yesterday'."),
        ({"rows": []}, "Rows: "),
        ({"rows": 3}, "Rows: .*tuple, not 3."),
        ({"rows": [ROW, ROW | {"quality": 101}]}, "Row 2, quality: .* equal to 100, not 101."),
        ({"rows": [ROW | {"ttft": 3}]}, "Row 1, ttft: a snapshot has no such field."),
        ({"rows": [{"model": "m"}]}, "Row 1, provider is missing."),
        ({"rows": [ROW, "no"]}, "Row 2: "),
        ({"colour": "red"}, "Colour: a snapshot has no such field."),
        ({"rows": [ROW, ROW]}, "Row 2 is for openai/gpt-6 in en, general, global, as row 1 is."),
        ({"rows": [ROW | {"ttftMs": -1}]}, "Row 1, ttftMs: .*, not -1."),
    ],
)
def test_a_fault_is_named_with_its_field(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ScoresError, match=said):
        read_file(content(**changes))


@pytest.mark.parametrize("bytes_", [b"", b"{", b"[]", b"3", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_snapshot_at_all_is_a_sentence(bytes_: bytes) -> None:
    with pytest.raises(ScoresError, match=r"^This file .*\.$"):
        read_file(bytes_)


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_no_bytes_raise_anything_else(bytes_: bytes) -> None:
    with suppress(ScoresError):
        read_file(bytes_)


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    with pytest.raises(ScoresError, match="larger than"):
        read_file(b" " * (own_files.MOST_BYTES + 1))


def test_what_a_server_knows_becomes_a_file_that_can_be_read_again() -> None:
    price = row(ONE, cost=2.3)
    both = [*row(ONE, accuracy=80, latency=300).figures, *price.figures]
    both[0] = Figure(axis="accuracy", value=80, low=70, high=88, n=40, source="elsewhere")
    made = as_file(known(price.model_copy(update={"figures": both}), row("xai:grok-4")))
    (only,) = read_file(own_files.as_json(made)).rows
    assert (only.quality, only.quality_low, only.quality_high, only.n) == (80, 70, 88, 40)
    assert only.ttft_ms == 300
    assert only.usd_per_minute == pytest.approx(2.3 * 230 / 1_000_000)
    assert only.source == "accuracy: elsewhere"


def test_nothing_known_is_a_sentence() -> None:
    empty: list[ScoresRow] = []
    with pytest.raises(ScoresError, match="no figures"):
        as_file(known(*empty))


def test_the_file_keeps_what_the_snapshot_says_of_itself() -> None:
    shown = described().model_copy(update={"licence": "CC0", "notes": ["a note"]})
    made = as_file(known(row(ONE, accuracy=1), snapshot=shown))
    assert isinstance(made, SnapshotFile)
    assert (made.licence, made.notes, made.scale) == ("CC0", ("a note",), "index")


def test_a_byte_order_mark_is_looked_past() -> None:
    assert read_file(b"\xef\xbb\xbf" + content()).label == "Mine"


def test_the_schema_is_the_one_in_the_documentation() -> None:
    assert SCHEMA.read_text("utf-8") == schema_text()
    schema = json.loads(schema_text())
    jsonschema_rs.validate(schema, FILE)
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(schema, FILE | {"colour": "red"})


def test_the_example_in_the_documentation_can_be_read() -> None:
    page = (SCHEMA.parent / "scores.md").read_text("utf-8")
    example = page.partition("```json")[2].partition("```")[0]
    found = read_file(example.encode())
    assert [row.provider for row in found.rows] == ["openai", "xai"]
