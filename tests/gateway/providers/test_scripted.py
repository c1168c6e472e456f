"""Scripted words: sensible for the vertical and language, and the same again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client.models import ChatMessage, RoutingIntent
from speko_gateway.provider import Finish, ProviderRequest, TextDelta
from speko_gateway.providers.stand_ins.scripted import scripted_reply, scripted_words

VERTICALS = ("general", "healthcare", "finance", "legal")


def asks(*texts: str) -> list[ChatMessage]:
    """A conversation of these user messages, each but the last one answered."""
    messages = [ChatMessage(role="user", content=texts[0])]
    for text in texts[1:]:
        messages.append(ChatMessage(role="assistant", content="Which day, time and doctor?"))
        messages.append(ChatMessage(role="user", content=text))
    return messages


def intent(vertical: str = "general", language: str = "en") -> RoutingIntent:
    return RoutingIntent.model_validate({"language": language, "vertical": vertical})


def says(*texts: str, vertical: str = "general", language: str = "en", seed: int = 0) -> str:
    return scripted_reply(asks(*texts), intent(vertical, language), seed).text


@pytest.mark.parametrize("seed", range(4))
def test_it_holds_the_example_conversation(seed: int) -> None:
    first = says("Book me an appointment for Tuesday.", vertical="healthcare", seed=seed)
    assert "Tuesday" in first
    assert first.endswith("?")
    then = says(
        "Book me an appointment for Tuesday.",
        "3pm, with Dr. Chen.",
        vertical="healthcare",
        seed=seed,
    )
    for detail in ("Tuesday", "3pm", "Dr. Chen"):
        assert detail in then


@pytest.mark.parametrize("seed", range(4))
def test_it_holds_it_in_spanish(seed: int) -> None:
    talk = ("Quiero una cita para el martes.", "A las 3 de la tarde, con la Dra. Chen.")
    text = says(*talk, vertical="healthcare", language="es-MX", seed=seed)
    for detail in ("martes", "las 3 de la tarde", "Dra. Chen"):
        assert detail in text


@pytest.mark.parametrize(
    ("vertical", "language", "asked", "told"),
    [
        ("finance", "en", "My card was stolen!", "block the card"),
        ("finance", "en", "Please transfer $250.00 to my sister", "$250.00"),
        ("finance", "es", "Me han robado la tarjeta", "bloquear la tarjeta"),
        ("legal", "en", "What should I check in this contract?", "lawyer"),
        ("legal", "es", "Tengo una duda sobre un contrato", "abogado"),
        ("healthcare", "en", "I have had a fever since Monday", "How long"),
        ("general", "en", "What is the capital of France?", "Paris"),
        ("general", "es", "Gracias", "De nada"),
        ("legal", "en", "Thanks a lot", "else"),
    ],
)
def test_it_fits_what_was_asked(vertical: str, language: str, asked: str, told: str) -> None:
    assert told in says(asked, vertical=vertical, language=language)


@pytest.mark.parametrize("vertical", VERTICALS)
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_no_script_knows_comes_back_in_the_users_words(vertical: str, language: str) -> None:
    text = says("Zebras waltz quietly", vertical=vertical, language=language)
    assert "Zebras waltz quietly" in text


def test_a_language_without_a_script_gets_english_and_is_told() -> None:
    reply = scripted_reply(asks("Bonjour"), intent(language="fr-CA"), 0)
    assert reply.text.startswith("(There is no script in this language (fr), so this is in English")
    assert reply.notes == ("There is no script in this language (fr), so this is in English.",)


async def no_count(_text: str) -> int | None:
    return None


async def words_count(text: str) -> int | None:
    return 2 * len(text.split())


async def spoken(request: ProviderRequest, *, counted: bool = False) -> tuple[str, Finish]:
    count = words_count if counted else no_count
    events = [event async for event in scripted_words(request, 0, count)]
    finish = events.pop()
    assert isinstance(finish, Finish)
    return "".join(each.text for each in events if isinstance(each, TextDelta)), finish


async def test_no_word_waits_for_the_tokens_to_be_counted() -> None:
    """The first count loads the model, which takes seconds."""

    async def never(_text: str) -> int | None:
        raise AssertionError("counted before the last word")

    request = ProviderRequest("m", tuple(asks("Hi")), intent())
    whole, _ = await spoken(request)
    words = scripted_words(request, 0, never)
    said = [await anext(words) for _ in re.findall(r"\S+", whole)]
    assert "".join(each.text for each in said if isinstance(each, TextDelta)) == whole


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("limit", [2, 3, 10, 40])
async def test_max_tokens_cuts_the_answer(limit: int, counted: bool) -> None:
    whole = ProviderRequest("m", tuple(asks("Tell me a long story")), intent())
    cut = ProviderRequest("m", whole.messages, intent(), max_tokens=limit)
    text, finish = await spoken(cut, counted=counted)
    assert finish.finish_reason == "length"
    assert finish.completion_tokens is not None
    assert 0 < finish.completion_tokens <= limit
    assert (await spoken(whole))[0].startswith(text)


async def test_what_does_nothing_to_a_script_is_said() -> None:
    request = ProviderRequest("m", tuple(asks("Hi")), intent(), "Be kind", temperature=0.2)
    _, finish = await spoken(request)
    assert finish.notes == (
        "Scripted words: the system prompt had no effect.",
        "Scripted words: the temperature had no effect.",
    )


@given(
    st.lists(st.text(), min_size=1, max_size=4),
    st.sampled_from(VERTICALS),
    st.sampled_from(["en", "es-MX", "ja"]),
    st.integers(0, 2**31),
)
def test_any_conversation_gets_words_and_the_same_again(
    texts: list[str], vertical: str, language: str, seed: int
) -> None:
    text = says(*texts, vertical=vertical, language=language, seed=seed)
    assert text.strip()
    assert text == says(*texts, vertical=vertical, language=language, seed=seed)


def test_a_conversation_without_a_user_gets_words_too() -> None:
    messages = [ChatMessage(role="system", content="Greet the caller")]
    assert scripted_reply(messages, intent(), 0).text
