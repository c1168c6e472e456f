"""A table as CSV: whole, with its labels, and harmless in a spreadsheet."""

from __future__ import annotations

import codecs
import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.analytics import cost, failures, flow, providers, timeline, tokens
from playground.look.safe_text import csv_bytes
from playground.sessions.turns import TurnSettings
from speko_client.models import Fault
from tests.turns import failed, served, used


def rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    """The CSV as a reader sees it."""
    return list(csv.DictReader(io.StringIO(csv_bytes(frame).decode("utf-8-sig"), newline="")))


def test_a_row_says_who_and_whose_words() -> None:
    turns = [
        served(1, usage=used(10, 5), simulated=True, kind="simulated", words="scripted"),
        served(2, "local", "smollm2", kind="local"),
    ]
    first, second = rows(tokens.frame(turns))
    assert first["turn_id"] == "t1"
    assert (first["provider"], first["model"]) == ("openai", "gpt-4o")
    assert (first["tokens_in"], first["tokens_out"]) == ("10", "5")
    assert (first["simulated"], first["source"]) == ("True", "simulated, scripted")
    assert second["tokens_in"] == ""
    assert second["source"] == "local model"


def test_a_row_says_whether_it_was_made_under_a_drill() -> None:
    outage = TurnSettings(drill=(Fault(target="openai"),))
    turns = [served(1).model_copy(update={"settings": outage}), served(2)]
    for frame in (providers.frame, cost.frame, flow.frame, timeline.frame):
        assert [row["drill"] for row in rows(frame(turns))] == ["True", "False"]


def test_an_empty_table_keeps_its_header() -> None:
    header = b"provider,turns,share\r\n"
    assert csv_bytes(providers.shares(providers.frame([]))) == codecs.BOM_UTF8 + header


def test_a_spreadsheet_is_told_that_it_is_utf_8() -> None:
    data = csv_bytes(pd.DataFrame({"modell": ["Müller ≈ 3 €"]}))
    assert data == codecs.BOM_UTF8 + "modell\r\nMüller ≈ 3 €\r\n".encode()


def test_a_formula_in_a_category_is_only_text() -> None:
    frame = pd.DataFrame({"model": pd.Categorical(["=1+1", "gpt-4o"])})
    assert [row["model"] for row in rows(frame)] == ["'=1+1", "gpt-4o"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1", "\u00a0=1", "＝1"]
)
def test_a_formula_is_only_text(text: str) -> None:
    turn = served(1, attempts=(failed("openai", text),))
    assert rows(failures.frame([turn]))[0]["model"] == f"'{text}"


def test_our_own_ids_are_left_as_they_are() -> None:
    (row,) = rows(tokens.frame([served(1).model_copy(update={"id": "-Gk3_x"})]))
    assert row["turn_id"] == "-Gk3_x"


def test_a_negative_number_stays_a_number() -> None:
    assert rows(pd.DataFrame({"n": [-1.5]})) == [{"n": "-1.5"}]


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=5))
def test_text_comes_back_as_it_was(texts: list[str]) -> None:
    frame = pd.DataFrame({"n": range(len(texts)), "text": pd.Series(texts, dtype="string")})
    read = [row["text"] for row in rows(frame)]
    assert [text.removeprefix("'") for text in read] == [text.removeprefix("'") for text in texts]
