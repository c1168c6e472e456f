"""Each tool's export becomes a session: order, branches, thoughts, system prompts, dates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from playground.imports.foreign import BrokenError
from tests.playground.imports.exports_of_others import (
    ALL,
    as_read,
    branches,
    chatgpt,
    chatgpt_branched,
    claude,
    librechat,
    messages,
    node,
    open_webui,
    sharegpt,
    spoken,
)


def test_chatgpt_keeps_both_answers_and_shows_the_branch_that_was_open() -> None:
    made = as_read(chatgpt_branched())
    conversation = made.conversation
    assert conversation.title == "Rolling back a deploy"
    assert branches(conversation) == [
        [("How do I roll back?", "Run `helm rollback`.")],
        [("How do I roll back?", "Use the last chart."), ("And if that fails?", "Restore.")],
    ]
    assert spoken(conversation) == branches(conversation)[1]
    assert made.origin == "chatgpt:6b0f0d9c-0001"
    assert [turn.answer.model for turn in conversation.turns] == ["gpt-5", "gpt-5", "o4"]


def test_chatgpt_the_open_branch_is_the_one_of_its_current_node() -> None:
    conversation = as_read(chatgpt_branched(current_node="a1")).conversation
    assert spoken(conversation) == [("How do I roll back?", "Run `helm rollback`.")]


def test_chatgpt_times_are_seconds_or_missing() -> None:
    made = as_read(
        chatgpt(
            node("u1", None, "user", "Hello", at=None),
            node("a1", "u1", "assistant", "Hi", at=1756000002.5),
            create_time=1756000000,
            update_time=None,
        )
    )
    (turn,) = made.conversation.turns
    assert turn.created_at == turn.finished_at == datetime(2025, 8, 24, 1, 46, 42, 500000, UTC)
    assert made.conversation.created_at == datetime(2025, 8, 24, 1, 46, 40, tzinfo=UTC)
    assert made.conversation.updated_at == turn.finished_at


def test_chatgpt_thoughts_and_tools_stand_beside_the_answer() -> None:
    thoughts = [{"summary": "Looking it up", "content": "I should add them.", "finished": True}]
    made = as_read(
        chatgpt(
            node("u1", None, "user", "Add 1 and 1"),
            node(
                "t", "u1", "assistant", content={"content_type": "thoughts", "thoughts": thoughts}
            ),
            node(
                "call",
                "t",
                "assistant",
                content={"content_type": "code", "language": "unknown", "text": "print(1+1)"},
                recipient="python",
            ),
            node(
                "out",
                "call",
                "tool",
                content={"content_type": "execution_output", "text": "2"},
                author={"role": "tool", "name": "python"},
            ),
            node(
                "recap",
                "out",
                "assistant",
                content={"content_type": "reasoning_recap", "content": "Thought for 6s"},
                metadata={"finished_duration_sec": 6},
            ),
            node("a", "recap", "assistant", "It is 2\ue200cite\ue202turn0search1\ue201."),
        )
    )
    (turn,) = made.conversation.turns
    assert turn.answer.text == "It is 2."
    assert turn.answer.reasoning == (
        "Looking it up\n\nI should add them.\n\nTo python:\n    print(1+1)\n\n"
        "Result of python:\n    2"
    )
    assert turn.answer.reasoning_ms == 6000


def test_chatgpt_custom_instructions_become_the_system_prompt() -> None:
    context = {
        "content_type": "user_editable_context",
        "user_profile": "An engineer.",
        "user_instructions": "Be concise.",
    }
    made = as_read(
        chatgpt(
            node("ctx", None, "user", content=context),
            node("u", "ctx", "user", "Hello"),
            node("a", "u", "assistant", "Hi"),
        )
    )
    assert made.conversation.settings.system_prompt == "An engineer.\n\nBe concise."
    assert made.conversation.turns[0].settings.system_prompt == "An engineer.\n\nBe concise."
    assert spoken(made.conversation) == [("Hello", "Hi")]
    assert made.notes == ("system text kept as the system prompt",)


def test_chatgpt_images_and_hidden_messages_are_counted() -> None:
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_1"}
    made = as_read(
        chatgpt(
            node(
                "u", None, "user", content={"content_type": "multimodal_text", "parts": [picture]}
            ),
            node(
                "h",
                "u",
                "user",
                "Not shown",
                metadata={"is_visually_hidden_from_conversation": True},
            ),
            node("a", "h", "assistant", "A cat."),
        )
    )
    assert spoken(made.conversation) == [("[a message without text]", "A cat.")]
    assert made.notes == ("1 hidden message left out", "1 image or file left out")


def test_claude_keeps_thoughts_tools_and_what_was_attached() -> None:
    made = as_read(claude())
    (turn,) = made.conversation.turns
    assert turn.message == "Which is larger?\n\nAttached: cities.txt\n\n```\nRome, Oslo\n```"
    assert turn.answer.text == "Rome."
    assert turn.answer.reasoning == (
        'Compare them.\n\nTo web_search:\n    {"query": "Rome"}\n\n'
        "Result of a tool:\n    2.8 million"
    )
    assert turn.created_at == datetime(2025, 5, 1, 12, 0, 1, tzinfo=UTC)
    assert made.notes == ("1 image or file left out",)
    assert made.origin == "claude:c1a0-de"


def test_claude_without_parents_is_a_row() -> None:
    entry = claude()
    for message in entry["chat_messages"]:
        del message["parent_message_uuid"]
    assert [answer for _, answer in spoken(as_read(entry).conversation)] == ["Rome."]


def test_claude_without_content_has_its_text() -> None:
    entry = claude()
    for message in entry["chat_messages"]:
        message["content"] = []
    assert as_read(entry).conversation.turns[0].answer.text == "Rome."


def test_open_webui_keeps_branches_thoughts_and_each_answers_model() -> None:
    made = as_read(open_webui())
    first, second = made.conversation.turns
    assert spoken(made.conversation) == [("What is 15 × 17?", "255")]
    assert first.answer.reasoning == "15 × 10 + 15 × 7"
    assert (first.answer.model, second.answer.model) == ("deepseek-r1:7b", "llama3.1:latest")
    assert made.conversation.settings.system_prompt == "Be brief."


@pytest.mark.parametrize("recursive", [True, False])
def test_librechat_nested_or_in_a_row_is_the_same_tree(recursive: bool) -> None:
    made = as_read(librechat(recursive=recursive))
    question = ("How do I activate it?", "With `source`.")
    assert branches(made.conversation) == [
        [question, ("Thanks", "")],
        [question, ("lol", "You are welcome.")],
    ]
    assert spoken(made.conversation) == branches(made.conversation)[1]
    assert made.conversation.settings.system_prompt == "You are an expert."


def test_librechat_blocks_of_content() -> None:
    content = [
        {"type": "think", "think": "Easy."},
        {"type": "tool_call", "tool_call": {"name": "sum", "args": "{}", "output": "2"}},
        {"type": "text", "text": {"value": "It is 2."}},
    ]
    entry = librechat()
    entry["messages"][1] |= {"text": "", "content": content, "unfinished": True}
    answer = as_read(entry).conversation.turns[0]
    assert answer.answer.text == "It is 2."
    assert answer.answer.reasoning.startswith("Easy.\n\nTo sum:")
    assert answer.status == "stopped"


def test_a_message_without_an_answer_is_kept() -> None:
    conversation = as_read(sharegpt()).conversation
    assert spoken(conversation) == [("Say hello.", "Hello, fellow."), ("And goodbye?", "")]
    assert [turn.status for turn in conversation.turns] == ["done", "interrupted"]
    assert conversation.settings.system_prompt == "Answer in rhyme."
    assert conversation.title == "Say hello."


def test_answers_in_a_row_are_joined_and_tools_stand_beside_them() -> None:
    (turn,) = as_read(messages()).conversation.turns
    assert (turn.message, turn.answer.text) == ("1 + 1?", "It is 2.")
    assert turn.answer.reasoning == 'To sum:\n    {"a":1}\n\nResult of sum:\n    2'


def test_an_assistant_that_speaks_first_is_kept() -> None:
    entry = sharegpt(conversations=[{"from": "gpt", "value": "Welcome!"}])
    assert spoken(as_read(entry).conversation) == [("", "Welcome!")]


def test_a_list_without_an_id_is_known_by_what_it_says() -> None:
    first, same, other = (as_read(messages(title=title)) for title in ("a", "a", "b"))
    assert first.origin == same.origin != other.origin
    assert first.conversation.id != same.conversation.id


@pytest.mark.parametrize("tool", ALL)
def test_no_turn_has_a_provider_and_each_says_where_it_comes_from(tool: str) -> None:
    made = as_read(ALL[tool]())
    assert made.conversation.turns
    for turn in made.conversation.turns:
        assert turn.origin is not None
        assert turn.origin.tool == tool
        assert turn.connection == turn.origin.name
        assert turn.answer.provider is None
        assert turn.conversation_id == made.conversation.id


def test_what_follows_a_half_answer_does_not_have_the_other_half() -> None:
    made = as_read(
        chatgpt(
            node("u", None, "user", "Tell me", at=1.7e9),
            node("a", "u", "assistant", "Part one.", at=1.7e9 + 1),
            node("b", "a", "assistant", "Part two.", at=1.7e9 + 2),
            node("v", "a", "user", "Stop there", at=1.7e9 + 3),
            node("c", "v", "assistant", "Yes.", at=1.7e9 + 4),
        )
    )
    assert branches(made.conversation) == [
        [("Tell me", "Part one.\n\nPart two.")],
        [("Tell me", "Part one."), ("Stop there", "Yes.")],
    ]


def test_a_circle_is_refused() -> None:
    with pytest.raises(BrokenError, match="circle"):
        as_read(chatgpt(node("a", "b", "user", "x"), node("b", "a", "assistant", "y")))


def test_an_empty_conversation_is_refused() -> None:
    with pytest.raises(BrokenError, match="no messages"):
        as_read(claude(chat_messages=[]))
