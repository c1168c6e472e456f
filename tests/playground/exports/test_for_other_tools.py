"""Messages and Open WebUI's chats hold the conversation as others read it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from playground.exports.for_other_tools import messages_jsonl, open_webui
from playground.sessions.turns import Answer, Conversation, TurnError, TurnSettings
from tests.any_sessions import whole_sessions
from tests.turns import conversation, turn

KIND = TurnSettings(system_prompt="Be kind")


def lines(*sessions: Conversation) -> list[dict[str, Any]]:
    """The lines of the file."""
    return [json.loads(line) for line in messages_jsonl(sessions).decode().splitlines()]


def test_a_line_is_the_branch_that_is_shown() -> None:
    tree = conversation(turn("a", settings=KIND), turn("b", "a"), turn("c", "a", settings=KIND))
    assert lines(tree) == [
        {
            "messages": [
                {"role": "system", "content": "Be kind"},
                {"role": "user", "content": "Message a"},
                {"role": "assistant", "content": "Answer to a."},
                {"role": "user", "content": "Message c"},
                {"role": "assistant", "content": "Answer to c."},
            ]
        }
    ]


def test_each_seat_of_a_comparison_has_a_line() -> None:
    seats = [turn(seat, message="Hi", seat=seat, message_id="m") for seat in "ab"]
    found = lines(conversation(*seats))
    assert [each["messages"][1]["content"] for each in found] == ["Answer to a.", "Answer to b."]


def test_what_nobody_answered_is_left_out() -> None:
    failed = turn("b", "a", text="", status="failed")
    assert [m["content"] for m in lines(conversation(turn("a"), failed))[0]["messages"]] == [
        "Message a",
        "Answer to a.",
    ]
    assert lines(conversation(turn("a", text="", status="failed"))) == []


def test_open_webui_gets_every_branch() -> None:
    error = TurnError(message="It broke.", code="TIMEOUT")
    answer = Answer(text="Yes.", provider="openai", model="gpt-4o")
    tree = conversation(
        turn("a", answer=answer), turn("b", "a"), turn("d", "a", error=error), title="Leases"
    )
    (chat,) = json.loads(open_webui([tree]))
    history = chat["chat"]["history"]
    assert chat["title"] == "Leases"
    assert chat["chat"]["models"] == ["openai:gpt-4o"]
    assert history["currentId"] == "d-answer"
    assert history["messages"]["a-answer"]["childrenIds"] == ["b-message", "d-message"]
    assert history["messages"]["b-message"]["parentId"] == "a-answer"
    assert history["messages"]["a-message"]["parentId"] is None
    assert history["messages"]["d-answer"]["error"] == {"content": "It broke."}
    assert [each["id"] for each in chat["chat"]["messages"]] == [
        "a-message",
        "a-answer",
        "d-message",
        "d-answer",
    ]


@settings(max_examples=50)
@given(whole_sessions())
def test_parents_and_children_agree_in_any_tree(session: Conversation) -> None:
    (chat,) = json.loads(open_webui([session]))
    messages = chat["chat"]["history"]["messages"]
    assert len(messages) == 2 * len(session.turns)
    for key, message in messages.items():
        assert message["id"] == key
        for child in message["childrenIds"]:
            assert messages[child]["parentId"] == key
        if message["parentId"]:
            assert key in messages[message["parentId"]]["childrenIds"]
