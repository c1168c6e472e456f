"""What the local model is given to read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from speko_client.models import ChatMessage, ChatRole, ChatToolCall, RoutingIntent
from speko_gateway.local_model.prompt import (
    BYTES_PER_TOKEN,
    LONGEST_LAST,
    last_that_fit,
    prompt_of,
    system_prompt_for,
    with_system_prompt,
)
from speko_gateway.provider import ProviderRequest


def said(role: ChatRole, content: str) -> ChatMessage:
    return ChatMessage(role=role, content=content)


def request(*messages: ChatMessage, system_prompt: str | None = None) -> ProviderRequest:
    intent = RoutingIntent(language="es-MX", vertical="healthcare")
    return ProviderRequest("m", messages, intent, system_prompt=system_prompt)


def test_the_system_prompt_names_vertical_and_language() -> None:
    found = system_prompt_for(RoutingIntent(language="es-MX", vertical="healthcare"))
    assert "medical practice" in found
    assert "Spanish" in found
    plain = system_prompt_for(RoutingIntent(language="en-GB"))
    assert "English" in plain
    assert "medical" not in plain


def test_the_callers_own_system_prompt_is_the_only_one() -> None:
    given_apart = with_system_prompt(request(said("user", "Hi"), system_prompt="Be terse."))
    assert [each.content for each in given_apart] == ["Be terse.", "Hi"]
    given_inside = with_system_prompt(request(said("system", "Be kind."), said("user", "Hi")))
    assert [each.content for each in given_inside] == ["Be kind.", "Hi"]


def test_there_is_a_system_prompt_even_where_nobody_gave_one() -> None:
    assert prompt_of([said("user", "Hi")]).messages()[0]["role"] == "system"
    assert "medical" in with_system_prompt(request(said("user", "Hi")))[0].content


def test_tool_calls_and_results_are_told_in_words() -> None:
    call = ChatToolCall(id="1", name="free_slots", args='{"day": "Tue"}')
    prompt = prompt_of(
        [
            said("user", "When?"),
            ChatMessage(role="assistant", content="", tool_calls=[call]),
            ChatMessage(role="tool", content="3pm", tool_call_id="1"),
        ]
    )
    assert [(each["role"], each["content"]) for each in prompt.messages()[1:]] == [
        ("user", "When?"),
        ("assistant", '(Called free_slots with {"day": "Tue"}.)'),
        ("user", "Result of free_slots: 3pm"),
    ]


def test_shortening_drops_the_oldest_and_begins_with_the_user() -> None:
    turns = [said("user", "a" * 50), said("assistant", "b" * 50)] * 4 + [said("user", "the end")]
    prompt = prompt_of([said("system", "Be kind."), *turns])
    shorter = prompt.shortened(tokens=400, limit=200)
    assert shorter is not None
    assert shorter.system == "Be kind."
    assert shorter.turns[0].role == "user"
    assert shorter.turns[-1].text == "the end"
    assert 0 < shorter.left_out < len(turns) - 1
    assert str(shorter.left_out) in shorter.all_notes()[-1]


def test_a_last_message_cannot_be_shortened() -> None:
    assert prompt_of([said("user", "a" * 50)]).shortened(tokens=400, limit=200) is None


@given(
    st.lists(
        st.builds(
            ChatMessage,
            role=st.sampled_from(["system", "user", "assistant", "tool"]),
            content=st.text(),
        ),
        min_size=1,
    )
)
def test_whatever_is_said_the_turns_alternate_and_end_with_the_user(
    messages: list[ChatMessage],
) -> None:
    prompt = prompt_of(messages)
    found = prompt.messages()
    roles = [each["role"] for each in found]
    assert roles == ["system", *(["user", "assistant"] * len(roles))[: len(roles) - 1]]
    assert roles[-1] == "user"
    assert all(each["content"].strip() for each in found)
    while (shorter := prompt.shortened(tokens=1000, limit=900)) is not None:
        assert len(shorter.turns) < len(prompt.turns)
        prompt = shorter
    assert len(prompt.turns) == 1


def test_text_the_engine_cannot_carry_is_made_sound() -> None:
    # What a JSON body's lone surrogate becomes on its way in.
    broken = ChatMessage.model_construct(role="user", content="a\ud83d b\0c", tool_calls=None)
    assert prompt_of([broken]).messages()[-1]["content"] == "a\ufffd bc"


def conversation(*said_by_turns: str) -> list[ChatMessage]:
    roles: tuple[ChatRole, ...] = ("user", "assistant")
    return [said(roles[place % 2], text) for place, text in enumerate(said_by_turns)]


def test_the_last_turns_that_fit_are_read_and_the_system_prompt_always() -> None:
    messages = [said("system", "Be kind."), *conversation("a" * 70, "b" * 70, "c", "d", "e")]
    assert [each.content for each in last_that_fit(messages, 40)] == ["Be kind.", "c", "d", "e"]
    assert last_that_fit(messages, 1000) == messages
    assert [each.content for each in last_that_fit(messages, 0)] == ["Be kind.", "e"]


def test_a_huge_last_message_keeps_its_beginning_and_its_end() -> None:
    text = "What is wrong here? " + "line of code " * 400 + "It says: index out of range."
    (read,) = last_that_fit([said("user", text)], 40)
    assert read.content.startswith("What is wrong here? line")
    assert read.content.endswith("index out of range.")
    assert " ... " in read.content
    assert len(read.content) < LONGEST_LAST * BYTES_PER_TOKEN


@given(
    st.lists(st.text(max_size=2000), min_size=1, max_size=9), st.floats(-10, 5000), st.booleans()
)
def test_what_is_read_is_the_end_of_the_conversation_and_begins_with_the_user(
    texts: list[str], tokens: float, asks_last: bool
) -> None:
    texts = texts if asks_last == (len(texts) % 2 == 1) else ["first", *texts]
    messages = conversation(*texts)
    read = last_that_fit(messages, tokens)
    assert read[0].role == "user"
    assert read[:-1] == messages[len(messages) - len(read) : -1]
    assert read[-1].role == messages[-1].role
