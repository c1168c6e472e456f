"""The starters: one for each vertical, in the form's language, with what can be asked next."""

from __future__ import annotations

import pytest

from playground.chat.samples import SAMPLES, next_messages, samples_for
from speko_client.models import ChatMessage, RoutingIntent
from speko_gateway.provider import ProviderRequest
from speko_gateway.providers.stand_ins.written import written_answers

BOOKING = "Book me an appointment for Tuesday."


def test_there_is_a_starter_for_every_vertical_in_both_languages() -> None:
    for language in ("en", "es"):
        shown = samples_for(language)
        assert {sample.vertical for sample in shown} == {
            "general",
            "healthcare",
            "finance",
            "legal",
        }
    assert {sample.language for sample in samples_for("es-MX")} == {"es"}
    assert [each.message for each in samples_for("de") if each.language == "es"] == [
        "¿Cuánto cuesta una transferencia internacional?"
    ]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.message)
def test_the_demo_fleets_answers_to_all_of_them_are_written(sample: object) -> None:
    assert isinstance(sample, type(SAMPLES[0]))
    assert len(sample.follow_ups) == 2
    for said in ([sample.message], *([sample.message, each] for each in sample.follow_ups)):
        messages = tuple(ChatMessage(role="user", content=text) for text in said)
        assert written_answers(
            ProviderRequest("m", messages, RoutingIntent(language=sample.language))
        )


def test_a_conversation_goes_on_with_what_was_not_asked_yet() -> None:
    assert next_messages([BOOKING]) == ["3pm, with Dr. Chen.", "And on Wednesday?"]
    assert next_messages([BOOKING, "And on Wednesday?"]) == ["3pm, with Dr. Chen."]
    assert next_messages([BOOKING, "3pm, with Dr. Chen.", "And on Wednesday?"]) == []
    assert next_messages(["Hello", BOOKING]) == ["3pm, with Dr. Chen.", "And on Wednesday?"]


def test_after_a_message_of_ones_own_nothing_is_offered() -> None:
    assert next_messages([]) == []
    assert next_messages(["Hello"]) == []
    assert next_messages([BOOKING, "My dog is ill."]) == []
    assert next_messages([BOOKING, "My dog is ill.", "And on Wednesday?"]) == []
