"""Written answers: which requests get one, and that each vendor has its own in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.look.answer_html import answer_html
from speko_client.models import ChatMessage, RoutingIntent
from speko_gateway.config import Config
from speko_gateway.gateway import build_gateway
from speko_gateway.provider import ProviderRequest
from speko_gateway.providers.stand_ins.written import (
    WRITTEN,
    answer_of,
    compared,
    threads,
    written_answers,
)
from tests.gateway.served import STREAM, events, serving

VENDORS = ("openai", "anthropic", "google", "xai")
BOOKING = "Book me an appointment for Tuesday."
MESSAGES = [(starter, message) for starter, thread in threads().items() for message in thread]
LONGEST = 160
"""Words."""


def asks(*texts: str, **settings: object) -> ProviderRequest:
    """A conversation of these user messages, each but the last one answered."""
    messages = [ChatMessage(role="user", content=texts[0])]
    for text in texts[1:]:
        messages.append(ChatMessage(role="assistant", content="I see."))
        messages.append(ChatMessage(role="user", content=text))
    request = ProviderRequest("m", tuple(messages), RoutingIntent(language="en"))
    return replace(request, **settings)  # type: ignore[arg-type]


def files(language: str) -> list[str]:
    return sorted(path.name for path in (WRITTEN / language).glob("*.md"))


def test_both_languages_have_the_same_starters_and_as_many_follow_ups() -> None:
    assert files("en") == files("es")
    assert len(threads()) == 2 * len(files("en"))
    assert {len(thread) for thread in threads().values()} == {3}


@pytest.mark.parametrize(("starter", "message"), MESSAGES)
def test_every_vendor_has_an_answer_of_its_own(starter: str, message: str) -> None:
    answers = threads()[starter][message]
    assert tuple(answers) == VENDORS
    for one, other in combinations(answers.values(), 2):
        assert len(set(words(one)) & set(words(other))) < 0.7 * len(set(words(one)))
    for answer in answers.values():
        assert 5 <= len(answer.split()) <= LONGEST


@pytest.mark.parametrize(("starter", "message"), MESSAGES)
def test_the_answers_are_sound_markdown(starter: str, message: str) -> None:
    for answer in threads()[starter][message].values():
        assert answer.count("```") % 2 == 0
        assert answer.count("**") % 2 == 0
        prose = re.sub(r"```.*?```", "", answer, flags=re.DOTALL)
        for table in re.findall(r"(?:^\|.*\|$\n?)+", prose, re.MULTILINE):
            assert len({row.count("|") for row in table.splitlines()}) == 1
        assert answer_html(answer)


def test_the_python_in_the_answers_does_what_they_say() -> None:
    for starter, message in MESSAGES:
        for answer in threads()[starter][message].values():
            for code in re.findall(r"```python\n(.*?)```", answer, re.DOTALL):
                made: dict[str, object] = {}
                if "import words" in code or "from words" in code:
                    compile(code, "answer", "exec")
                    continue
                exec(code, made)  # noqa: S102
                if callable(longest := made.get("longest_word")):
                    said = [longest("a bee hums"), longest("one two"), longest(" ")]
                    assert said == ["hums", "one", ""]
                if callable(longest := made.get("longest_words")):
                    assert list(longest("a bee hums")) == ["hums"]
                    assert not longest(" ")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


SPACE = st.text(" \t\n", max_size=3)
CASES = st.sampled_from([str.upper, str.lower, str.title, str])


@given(st.sampled_from(MESSAGES), CASES, SPACE, SPACE, st.text(".!?…¡¿\"' ", max_size=4))
def test_case_spaces_and_punctuation_around_a_message_make_no_difference(
    place: tuple[str, str], case: type[str], before: str, between: str, after: str
) -> None:
    starter, message = place
    typed = f"{before}{case(message).replace(' ', f' {between}')}{after}"
    said = [typed] if message == starter else [starter, typed]
    assert written_answers(asks(*said)) == threads()[starter][message]


@given(st.text(), st.text())
def test_any_other_text_is_for_the_model(first: str, then: str) -> None:
    for said in ([first], [first, then], [BOOKING, f"{then} and something of my own"]):
        known = {compared(each) for each in said} & {message for _, message in MESSAGES}
        assert known or written_answers(asks(*said)) is None


def test_accents_can_be_left_out() -> None:
    assert written_answers(asks("cuanto cuesta una transferencia internacional")) is not None


def test_a_starter_is_known_wherever_it_stands() -> None:
    assert written_answers(asks("What do you think of zebras?", BOOKING)) == written_answers(
        asks(BOOKING)
    )


def test_a_follow_up_needs_its_own_thread() -> None:
    follow_up = "And on Wednesday?"
    told = written_answers(asks(BOOKING, follow_up))
    assert told is not None
    assert "Wednesday" in told["xai"]
    assert written_answers(asks(BOOKING, "3pm, with Dr. Chen.", follow_up)) == told
    assert written_answers(asks(follow_up)) is None
    assert written_answers(asks(BOOKING, "My dog is ill.", follow_up)) is None
    assert written_answers(asks("Explain failover to a ten-year-old.", follow_up)) is None


@pytest.mark.parametrize(
    ("settings", "is_written"),
    [
        ({"system_prompt": "You are a pirate."}, False),
        ({"system_prompt": "  "}, True),
        ({"temperature": 0.0}, False),
        ({"max_tokens": 16}, True),
    ],
)
def test_what_a_text_cannot_obey_is_for_the_model(
    settings: dict[str, object], is_written: bool
) -> None:
    assert (written_answers(asks(BOOKING, **settings)) is not None) is is_written


def test_a_system_message_counts_as_a_system_prompt_and_a_tools_result_as_no_message() -> None:
    own = ChatMessage(role="system", content="You are a pirate.")
    result = ChatMessage(role="tool", content="{}", tool_call_id="1")
    said = asks(BOOKING).messages
    assert written_answers(replace(asks(BOOKING), messages=(own, *said))) is None
    assert written_answers(replace(asks(BOOKING), messages=(*said, result))) is None


def test_a_vendor_without_a_text_of_its_own_says_anothers_always_the_same() -> None:
    answers = written_answers(asks(BOOKING))
    assert answers is not None
    assert answer_of("xai", answers) == answers["xai"]
    assert answer_of("acme", answers) in answers.values()
    assert answer_of("acme", answers) == answer_of("acme", answers)


def body(text: str, **settings: object) -> dict[str, object]:
    return {
        "messages": [{"role": "user", "content": text}],
        "intent": {"language": "en"},
        **settings,
    }


async def test_the_demo_fleet_says_what_is_written_and_calls_it_scripted_from_the_first_word() -> (
    None
):
    """Before its end too: an answer that is stopped keeps the label it began with."""
    gateway = build_gateway(Config(fleet="demo", pace=0), {})
    async with serving(gateway) as client:
        response = await client.post("/v1/complete", json=body(BOOKING), headers=STREAM)
    (_, meta), *_, (_, done) = events(response.text)
    written = written_answers(asks(BOOKING))
    assert written is not None
    assert done["text"] == written[done["provider"]]
    assert (meta["words"], done["words"]) == ("scripted", "scripted")
    assert (meta["simulated"], done.get("notes")) == (True, None)


async def test_max_tokens_cuts_what_is_written() -> None:
    gateway = build_gateway(Config(fleet="demo", pace=0), {})
    async with serving(gateway) as client:
        done = (await client.post("/v1/complete", json=body(BOOKING, maxTokens=16))).json()
    written = written_answers(asks(BOOKING))
    assert written is not None
    assert done["finishReason"] == "length"
    assert done["usage"]["completionTokens"] <= 16
    assert 0 < len(done["text"]) < len(written[done["provider"]])
    assert written[done["provider"]].startswith(done["text"])


async def test_a_live_fleet_says_nothing_that_is_written() -> None:
    gateway = build_gateway(Config(fleet="demo", words="scripted", pace=0), {})
    live = replace(gateway, fleet=replace(gateway.fleet, demo=False))
    async with serving(live) as client:
        done = (await client.post("/v1/complete", json=body(BOOKING))).json()
    written = written_answers(asks(BOOKING))
    assert written is not None
    assert done["text"] not in written.values()
