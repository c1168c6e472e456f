"""The CSV has a row per turn, columns that never change, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings

from playground.exports.turns_csv import turns_csv
from playground.sessions.turns import Answer, Conversation, TurnError, TurnSettings
from speko_client.models import Timing
from tests.any_sessions import whole_sessions
from tests.turns import answered, conversation, failed, turn, used

HEADER = (
    "session_id,session_title,turn_id,parent_id,turn,on_shown_branch,seat,message_id,created_at,"
    "finished_at,status,message,answer,reasoning,language,vertical,region,optimize_for,temperature,"
    "max_tokens,system_prompt,allowed_providers,what_if,drill,server,imported_from,provider,"
    "provider_name,model,kind,source,first_choice,failovers,attempts,tokens_in,tokens_out,tokens_estimated,ttft_ms,"
    "total_ms,cost_usd,cost_estimated,price_source,scores_run_id,finish_reason,error_code,error"
)
"""Frozen: somebody's program reads these columns. A new one goes to the end."""


def rows(*sessions: Conversation) -> list[dict[str, str]]:
    """The file as a program reads it."""
    text = turns_csv(sessions).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_columns_never_change_their_order() -> None:
    content = turns_csv([])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").split("\r\n")[0] == HEADER


def test_every_turn_has_its_row_on_whatever_branch() -> None:
    tree = conversation(turn("a"), turn("b", "a"), turn("c", "a"), turn("d", "c"))
    found = rows(tree, conversation(turn("z", conversation_id="e"), id="e"))
    assert [
        (row["session_id"], row["turn_id"], row["parent_id"], row["turn"]) for row in found
    ] == [
        ("c", "a", "", "1"),
        ("c", "b", "a", "2"),
        ("c", "c", "a", "2"),
        ("c", "d", "c", "3"),
        ("e", "z", "", "1"),
    ]
    assert [row["on_shown_branch"] for row in found] == ["True", "False", "True", "True", "True"]


def test_a_row_has_what_was_sent_what_came_and_its_figures() -> None:
    answer = Answer(
        text="Tuesday.\nAt noon.",
        provider="openai",
        model="gpt-4o",
        simulated=True,
        usage=used(3, 7, estimated=True),
        failover_count=1,
        attempts=(failed("xai", "grok-2"), answered("openai", "gpt-4o")),
        timing=Timing(ttft_ms=290, total_ms=333),
        cost_usd=0.00002,
        price_source="genai-prices 0.2.3",
    )
    form = TurnSettings(temperature=0.2, system_prompt="Be kind", allowed=("openai", "xai"))
    (row,) = rows(conversation(turn("a", message="When?", settings=form, answer=answer)))
    wanted = {
        "message": "When?",
        "answer": "Tuesday.\nAt noon.",
        "language": "en",
        "temperature": "0.2",
        "system_prompt": "Be kind",
        "allowed_providers": "openai, xai",
        "provider": "openai",
        "provider_name": "OpenAI",
        "source": "simulated, scripted",
        "failovers": "1",
        "attempts": "xai:grok-2 failed (TIMEOUT); openai:gpt-4o answered",
        "tokens_in": "3",
        "tokens_estimated": "True",
        "ttft_ms": "290.0",
        "cost_usd": "2e-05",
        "cost_estimated": "True",
    }
    assert {name: row[name] for name in wanted} == wanted


def test_what_is_not_known_is_empty_and_never_0() -> None:
    error = TurnError(message="It broke.", code="TIMEOUT")
    (row,) = rows(conversation(turn("a", text="", status="failed", error=error)))
    for name in ("answer", "provider", "failovers", "tokens_in", "ttft_ms", "cost_usd"):
        assert row[name] == ""
    assert (row["status"], row["error_code"], row["error"]) == ("failed", "TIMEOUT", "It broke.")


@settings(max_examples=50)
@given(whole_sessions())
def test_no_cell_begins_as_a_formula_and_no_text_is_lost(session: Conversation) -> None:
    found = rows(session)
    assert len(found) == len(session.turns)
    for row, each in zip(found, session.turns, strict=True):
        assert row["message"].removeprefix("'").replace("\r\n", "\n") == each.message.replace(
            "\r\n", "\n"
        )
        for name, value in row.items():
            if name not in ("turn_id", "parent_id", "session_id"):
                assert not value.lstrip().startswith(("=", "+", "-", "@")), name
