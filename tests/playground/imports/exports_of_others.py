"""Conversations as other tools export them, in miniature, and files made of them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from playground.imports.reading import Ended, Found, conversations
from playground.imports.shapes import reader_of
from playground.imports.tree import Woven, woven
from playground.sessions.turns import Conversation, Turn

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


def node(
    own: str,
    parent: str | None,
    role: str | None,
    text: str = "",
    *,
    at: float | None = None,
    content: dict[str, Any] | None = None,
    metadata: dict[str, Any] | None = None,
    **message: Any,
) -> dict[str, Any]:
    """A node of ChatGPT's mapping; without a role it has no message, as the root."""
    said = content or {"content_type": "text", "parts": [text]}
    written = {
        "id": own,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": at,
        "update_time": None,
        "content": said,
        "status": "finished_successfully",
        "end_turn": role == "assistant" or None,
        "weight": 1.0,
        "metadata": metadata or {},
        "recipient": "all",
        "channel": None,
        **message,
    }
    # The children are wrong on purpose: they must not be read.
    return {"id": own, "message": written if role else None, "parent": parent, "children": ["?"]}


def chatgpt(*nodes: dict[str, Any], **given: Any) -> dict[str, Any]:
    """One conversation of ChatGPT's export."""
    return {
        "title": "Rolling back a deploy",
        "create_time": 1756000000.123456,
        "update_time": 1756000400.654321,
        "mapping": {each["id"]: each for each in nodes},
        "moderation_results": [],
        "current_node": nodes[-1]["id"] if nodes else None,
        "conversation_id": "6b0f0d9c-0001",
        "default_model_slug": "gpt-5",
        "id": "6b0f0d9c-0001",
        **given,
    }


def chatgpt_branched(**given: Any) -> dict[str, Any]:
    """A question, its answer made twice, and a second question after the second one."""
    return chatgpt(
        node("root", None, None),
        node("sys", "root", "system", metadata={"is_visually_hidden_from_conversation": True}),
        node("u1", "sys", "user", "How do I roll back?", at=1756000001.0),
        node("a1", "u1", "assistant", "Run `helm rollback`.", at=1756000002.0),
        node("a2", "u1", "assistant", "Use the last chart.", at=1756000003.5),
        node("u2", "a2", "user", "And if that fails?", at=1756000004.0),
        node("a3", "u2", "assistant", "Restore.", at=1756000005.0, metadata={"model_slug": "o4"}),
        **given,
    )


def claude(**given: Any) -> dict[str, Any]:
    """One conversation of Claude's export."""
    root = "00000000-0000-4000-8000-000000000000"
    return {
        "uuid": "c1a0-de",
        "name": "Two cities",
        "created_at": "2025-05-01T12:00:00.000000Z",
        "updated_at": "2025-05-01T12:05:00.000000Z",
        "account": {"uuid": "acc"},
        "chat_messages": [
            {
                "uuid": "m1",
                "text": "Which is larger?",
                "content": [{"type": "text", "text": "Which is larger?"}],
                "sender": "human",
                "created_at": "2025-05-01T12:00:01.000000Z",
                "attachments": [
                    {"file_name": "cities.txt", "file_size": 12, "extracted_content": "Rome, Oslo"}
                ],
                "files": [{"file_name": "map.png"}],
                "parent_message_uuid": root,
            },
            {
                "uuid": "m2",
                "text": "Rome.",
                "content": [
                    {"type": "thinking", "thinking": "Compare them."},
                    {"type": "tool_use", "name": "web_search", "input": {"query": "Rome"}},
                    {"type": "tool_result", "content": [{"type": "text", "text": "2.8 million"}]},
                    {"type": "text", "text": "Rome."},
                ],
                "sender": "assistant",
                "created_at": "2025-05-01T12:00:09.000000Z",
                "attachments": [],
                "files": [],
                "parent_message_uuid": "m1",
            },
        ],
        **given,
    }


def open_webui(**given: Any) -> dict[str, Any]:
    """One chat of Open WebUI's export."""
    thought = '<details type="reasoning" done="true" duration="3">\n<summary>Thought</summary>\n'
    messages = {
        "w1": {
            "id": "w1",
            "parentId": None,
            "childrenIds": ["w2", "w3"],
            "role": "user",
            "content": "What is 15 × 17?",
            "timestamp": 1700000000,
        },
        "w2": {
            "id": "w2",
            "parentId": "w1",
            "childrenIds": [],
            "role": "assistant",
            "content": f"{thought}&gt; 15 × 10 + 15 × 7\n</details>\n255",
            "model": "deepseek-r1:7b",
            "timestamp": 1700000010,
            "done": True,
        },
        "w3": {
            "id": "w3",
            "parentId": "w1",
            "childrenIds": [],
            "role": "assistant",
            "content": "It is 255.",
            "model": "llama3.1:latest",
            "timestamp": 1700000020,
        },
    }
    return {
        "id": "0a1b-web",
        "user_id": "u1",
        "title": "Sums",
        "chat": {
            "title": "Sums",
            "models": ["deepseek-r1:7b"],
            "params": {"system": "Be brief."},
            "history": {"currentId": "w2", "messages": messages},
            "timestamp": 1700000000000,
        },
        "created_at": 1700000000,
        "updated_at": 1700000020,
        "archived": False,
        "meta": {},
        **given,
    }


def librechat(*, recursive: bool = False, **given: Any) -> dict[str, Any]:
    """One conversation of LibreChat's export, nested or in a row."""

    def message(own: str, parent: str, text: str, sender: str, at: str) -> dict[str, Any]:
        is_user = sender == "User"
        return {
            "messageId": own,
            "parentMessageId": parent,
            "conversationId": "4a86-libre",
            "sender": sender,
            "text": text,
            "isCreatedByUser": is_user,
            "model": None if is_user else "gpt-4-turbo",
            "createdAt": f"2024-05-01T16:35:{at}.530Z",
            "error": False,
            "unfinished": False,
        }

    none = "00000000-0000-0000-0000-000000000000"
    first = message("l1", none, "How do I activate it?", "User", "11")
    answer = message("l2", "l1", "With `source`.", "Software Engineer", "12")
    thanks = message("l3", "l2", "Thanks", "User", "20")
    lol = message("l4", "l2", "lol", "User", "30")
    welcome = message("l5", "l4", "You are welcome.", "Software Engineer", "31")
    row = [first, answer, thanks, lol, welcome]
    if recursive:
        lol["children"], answer["children"], first["children"] = [welcome], [thanks, lol], [answer]
        row = [first]
    return {
        "conversationId": "4a86-libre",
        "endpoint": "openAI",
        "title": "Virtual environments",
        "exportAt": "13:18:04 GMT-0400 (Eastern Daylight Time)",
        "branches": True,
        "recursive": recursive,
        "options": {"model": "gpt-4-turbo", "promptPrefix": "You are an expert."},
        "messages": row,
        **given,
    }


def sharegpt(**given: Any) -> dict[str, Any]:
    """One conversation as in ShareGPT's files."""
    return {
        "id": "QWJhYvA_0",
        "conversations": [
            {"from": "system", "value": "Answer in rhyme."},
            {"from": "human", "value": "Say hello."},
            {"from": "gpt", "value": "Hello, fellow."},
            {"from": "human", "value": "And goodbye?"},
        ],
        **given,
    }


def messages(**given: Any) -> dict[str, Any]:
    """One line of messages JSONL."""
    call = {"id": "c1", "type": "function", "function": {"name": "sum", "arguments": '{"a":1}'}}
    return {
        "messages": [
            {"role": "system", "content": "Be exact."},
            {"role": "user", "content": [{"type": "text", "text": "1 + 1?"}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "name": "sum", "content": "2"},
            {"role": "assistant", "content": "It is 2."},
        ],
        **given,
    }


ALL = {
    "chatgpt": chatgpt_branched,
    "claude": claude,
    "open-webui": open_webui,
    "librechat": librechat,
    "sharegpt": sharegpt,
    "messages": messages,
}
"""One conversation of each tool."""


def as_read(entry: dict[str, Any]) -> Woven:
    """The conversation as ours. Raises BrokenError."""
    read = reader_of(entry)
    assert read is not None, "nobody knows its shape"
    return woven(read(entry), NOW)


def found_in(data: bytes, name: str = "conversations.json") -> list[Found | Ended]:
    """All that is found in a file."""
    return [*conversations(io.BytesIO(data), name, lambda done, total: None, NOW)]


def as_json(*entries: Any) -> bytes:
    """A list of conversations as a file."""
    return json.dumps(entries).encode()


def as_zip(files: Mapping[str, bytes]) -> bytes:
    """These files in a ZIP."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def spoken(conversation: Conversation, turn: Turn | None = None) -> list[tuple[str, str]]:
    """What was said on the way to a turn, or on the branch that is shown."""
    path = conversation.path_to(turn.id) if turn else conversation.path()
    return [(each.message, each.answer.text) for each in path]


def branches(conversation: Conversation) -> list[list[tuple[str, str]]]:
    """What was said on each branch, in the order of their ends."""
    followed = {turn.parent_id for turn in conversation.turns}
    ends = [turn for turn in conversation.turns if turn.id not in followed]
    return [spoken(conversation, end) for end in ends]
