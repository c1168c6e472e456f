"""Sessions for other tools: messages as JSON lines, and Open WebUI's chats. Pure.

Both have the messages and who answered. Rankings, attempts and figures are in our own JSON only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from playground.exports.branches import threads, title_of
from playground.sessions.turns import Conversation, Turn


def messages_jsonl(conversations: Iterable[Conversation]) -> bytes:
    """A line for each branch that is shown, a seat's own for a comparison: OpenAI's messages.

    A turn without an answer is left out, its message too. A branch without any has no line.
    """
    lines = (line for each in conversations for line in map(_messages, threads(each)) if line)
    return "".join(f"{_json({'messages': line})}\n" for line in lines).encode("utf-8", "replace")


def _messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    answered = [turn for turn in turns if turn.answer.text]
    if not answered:
        return []
    prompt = answered[-1].settings.system_prompt
    messages = [{"role": "system", "content": prompt}] if prompt else []
    for turn in answered:
        messages.append({"role": "user", "content": turn.message})
        messages.append({"role": "assistant", "content": turn.answer.text})
    return messages


def open_webui(conversations: Iterable[Conversation]) -> bytes:
    """The chats as Open WebUI's "Export chats" writes them, every branch included."""
    return _json([_chat(each) for each in conversations], indent=1).encode("utf-8", "replace")


def _chat(conversation: Conversation) -> dict[str, Any]:
    created = int(conversation.created_at.timestamp())
    messages = dict(_nodes(conversation))
    path = conversation.path()
    leaf = f"{path[-1].id}-answer" if path else None
    shown = [messages[node] for turn in path for node in _ids(turn)]
    models = sorted({_model(turn) for turn in conversation.kept if _model(turn)})
    return {
        "id": conversation.id,
        "user_id": "",
        "title": title_of(conversation),
        "chat": {
            "id": "",
            "title": title_of(conversation),
            "models": models,
            "params": {"system": conversation.settings.system_prompt or None},
            "history": {"messages": messages, "currentId": leaf},
            "messages": shown,
            "tags": [],
            "timestamp": created * 1000,
            "files": [],
        },
        "updated_at": int(conversation.updated_at.timestamp()),
        "created_at": created,
        "share_id": None,
        "archived": False,
        "pinned": False,
        "meta": {},
        "folder_id": None,
    }


def _ids(turn: Turn) -> tuple[str, str]:
    """A turn is two messages there: the person's and the model's."""
    return f"{turn.id}-message", f"{turn.id}-answer"


def _nodes(conversation: Conversation) -> Iterator[tuple[str, dict[str, Any]]]:
    following: dict[str | None, list[str]] = {}
    for turn in conversation.kept:
        following.setdefault(turn.parent_id, []).append(_ids(turn)[0])
    for turn in conversation.kept:
        asked, answered = _ids(turn)
        parent = f"{turn.parent_id}-answer" if turn.parent_id else None
        at = {"timestamp": int(turn.created_at.timestamp()), "models": [_model(turn)]}
        yield (
            asked,
            {
                "id": asked,
                "parentId": parent,
                "childrenIds": [answered],
                "role": "user",
                "content": turn.message,
                **at,
            },
        )
        yield answered, _answer(turn, asked, answered, following.get(turn.id, []))


def _answer(turn: Turn, asked: str, answered: str, following: Sequence[str]) -> dict[str, Any]:
    answer = {
        "id": answered,
        "parentId": asked,
        "childrenIds": list(following),
        "role": "assistant",
        "content": turn.answer.text,
        "model": _model(turn),
        "modelName": _model(turn),
        "modelIdx": 0,
        "timestamp": int((turn.finished_at or turn.created_at).timestamp()),
        "done": True,
    }
    if turn.error is not None:
        answer["error"] = {"content": turn.error.message}
    return answer


def _model(turn: Turn) -> str:
    """``openai:gpt-4o``; empty where nobody answered."""
    return ":".join(filter(None, (turn.answer.provider, turn.answer.model)))


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
