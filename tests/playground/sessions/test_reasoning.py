"""Reasoning is told apart from the answer, kept beside it, and never sent back."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.servers.connection import Connection
from playground.sessions import turn_words
from playground.sessions.asking import messages_of, run_turn
from playground.sessions.bounds import MOST_REASONING
from playground.sessions.reasoning import parted
from playground.sessions.spending import estimated_cost
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Answer, Turn, TurnSettings
from speko_client.models import CompleteUsage
from tests.playground.servers.wire_server import META, USAGE, ThreadedWireServer, Wire, says
from tests.turns import turn

PLAIN = st.text(st.characters(exclude_characters="<`", codec="utf-8"), max_size=30)
TAGGED = {
    "<think>Hm.</think>Yes.": ("Hm.", "Yes."),
    "<thinking>\nHm.\n</thinking>\n\nYes.": ("Hm.", "Yes."),
    "\n <think>Hm.</think>\n\nYes.\n": ("Hm.", "Yes.\n"),
    "<think>\n\n</think>\n\nYes.": ("", "Yes."),
    "<think>One.</think>\n<think>Two.</think>Yes.": ("One.\n\nTwo.", "Yes."),
    "<think>Is <b> a tag?</think>Yes.": ("Is <b> a tag?", "Yes."),
    "<think>Without end": ("Without end", ""),
    "Hm.\n</think>\n\nYes.": ("Hm.", "Yes."),
    "Hm.</think>\nYes.": ("Hm.", "Yes."),
    "Hm.\n</think>Yes.": ("Hm.", "Yes."),
}
AS_WRITTEN = [
    "Models write `<think>` first, then `</think>`.",
    "```\n<think>Hm.</think>\n```",
    "```\n</think>\n```\nends it.",
    "Yes: <think>Hm.</think>",
    "It is <think>\nHm.\n</think>\nin the middle.",
    "The tag </think> ends it.",
    "</b>\n<th>",
    "a < b",
    "<thinker>Hm.</thinker>",
    "",
]


@pytest.mark.parametrize(("said", "expected"), TAGGED.items())
def test_reasoning_at_the_beginning_is_parted_from_the_answer(
    said: str, expected: tuple[str, str]
) -> None:
    assert parted(said, whole=True) == expected


@pytest.mark.parametrize("said", AS_WRITTEN)
def test_an_answer_about_tags_stays_as_it_is_written(said: str) -> None:
    assert parted(said, whole=True) == ("", said)


@given(PLAIN, PLAIN, st.sampled_from(["think", "thinking"]))
def test_while_it_arrives_no_tag_is_seen_and_nothing_is_taken_back(
    thought: str, answer: str, name: str
) -> None:
    said = f"<{name}>{thought}</{name}>{answer}"
    seen = [parted(said[:length]) for length in range(len(said) + 1)]
    assert all("<" not in each.reasoning + each.text for each in seen)
    for before, after in itertools.pairwise(seen):
        assert after.reasoning.startswith(before.reasoning)
        assert after.text.startswith(before.text)
    assert parted(said, whole=True) == (thought.strip(), answer.lstrip())


@given(PLAIN)
def test_a_text_without_tags_is_the_answer(said: str) -> None:
    assert parted(said, whole=True) == ("", said)


def pieces(text: str, borders: list[int]) -> list[str]:
    """The text, cut at these places."""
    places = sorted({0, len(text), *(border % (len(text) + 1) for border in borders)})
    return [text[begin:end] for begin, end in itertools.pairwise(places)]


async def asked(connection: Connection) -> list[Answer]:
    """The answers that a turn yields; the clock ticks a second at each look."""
    clock = itertools.count()
    answers = run_turn(connection, (), "Hi", TurnSettings(), clock=lambda: float(next(clock)))
    return [answer async for answer in answers]


@pytest.mark.parametrize("borders", [[], [1], [3, 9, 11, 20], list(range(40))])
async def test_however_the_text_is_cut_the_turn_is_the_same(
    wire: ThreadedWireServer, gateway: Connection, borders: list[int]
) -> None:
    timing = {"ttftMs": 1.0, "totalMs": 99.0}
    cut = pieces("<think>Hm, tides.</think>\n\nThe moon.", borders)
    wire.script = says(*cut, timing=timing)
    answers = await asked(gateway)
    last = answers[-1]
    assert (last.text, last.reasoning) == ("The moon.", "Hm, tides.")
    assert not any("<" in each.text or "think" in each.text for each in answers)
    assert last.timing is not None
    assert last.timing.ttft_ms != 1.0, "the first thought is not the first word"
    assert (last.reasoning_ms is None) is (len(cut) == 1)


async def test_a_lone_closing_tag_makes_reasoning_of_what_came_before(
    wire: ThreadedWireServer, gateway: Connection
) -> None:
    wire.script = says("Hm, ", "tides.\n", "</think>", "\n\n", "The ", "moon.")
    answers = await asked(gateway)
    assert [(each.reasoning, each.text) for each in answers[2:]] == [
        ("", "Hm, tides.\n"),
        ("Hm, tides.", ""),
        ("Hm, tides.", ""),
        ("Hm, tides.", "The "),
        ("Hm, tides.", "The moon."),
        ("Hm, tides.", "The moon."),
    ]
    assert answers[-1].reasoning_ms == 4000
    assert answers[-1].timing is not None
    assert answers[-1].timing.ttft_ms == 5000 + 1000


def thinks(*events: tuple[str, str], **done: object) -> Callable[[Wire], object]:
    """A script: these events, each with its text."""

    async def script(wire: Wire) -> None:
        await wire.start()
        for name, said in events:
            await wire.event(name, META if name == "meta" else {"text": said})
        await wire.event("done", {**META, "text": "", "usage": USAGE, **done})

    return script


async def test_a_servers_own_reasoning_is_kept_with_its_time_and_tokens(
    wire: ThreadedWireServer, gateway: Connection
) -> None:
    wire.script = thinks(  # type: ignore[assignment]
        ("meta", ""),
        ("reasoning", "Hm, "),
        ("reasoning", "tides."),
        ("delta", "The moon."),
        ("reasoning", " Right."),
        text="The moon.",
        reasoning="Hm, tides. Right.",
        usage={**USAGE, "reasoningTokens": 412},
    )
    answers = await asked(gateway)
    last = answers[-1]
    assert (last.text, last.reasoning) == ("The moon.", "Hm, tides. Right.")
    assert last.reasoning_ms == 2000
    assert turn_words.reasoned(last) == "Thought for 2.0 s · 412 tokens"
    assert wire.asked[0].headers["x-speko-reasoning"] == "true"


async def test_what_a_candidate_that_failed_has_thought_is_gone(
    wire: ThreadedWireServer, gateway: Connection
) -> None:
    wire.script = thinks(  # type: ignore[assignment]
        ("meta", ""), ("reasoning", "Wrong."), ("meta", ""), ("delta", "Yes."), text="Yes."
    )
    answers = await asked(gateway)
    assert answers[1].reasoning == "Wrong."
    assert {(each.reasoning, each.reasoning_ms) for each in answers[2:]} == {("", None)}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(text="Yes."), None),
        (Answer(reasoning="Hm."), "Thought"),
        (Answer(reasoning="Hm.", reasoning_ms=290), "Thought for 290 ms"),
        (
            Answer(
                reasoning="Hm.",
                usage=CompleteUsage(prompt_tokens=1, completion_tokens=9, reasoning_tokens=0),
            ),
            "Thought",
        ),
    ],
)
def test_what_is_not_known_of_it_is_left_out(answer: Answer, said: str | None) -> None:
    assert turn_words.reasoned(answer) == said


def test_an_answer_that_ended_after_it_without_a_word_says_so() -> None:
    ended = turn("t", answer=Answer(reasoning="Hm."))
    note = "The model ended its answer after its reasoning, without a word."
    assert turn_words.status_note(ended) == note
    stopped = turn("t", answer=Answer(reasoning="Hm."), status="stopped")
    assert turn_words.status_note(stopped) == "Stopped by you. No text had arrived."


ANSWERS = st.builds(Answer, text=PLAIN, reasoning=st.text("qx", min_size=3, max_size=9))


@given(st.lists(ANSWERS, max_size=4))
def test_it_is_never_sent_back(answers: list[Answer]) -> None:
    history = [turn(f"t{n}", answer=answer) for n, answer in enumerate(answers)]
    without = [
        each.model_copy(update={"answer": each.answer.model_copy(update={"reasoning": ""})})
        for each in history
    ]
    assert messages_of(history, "And now?") == messages_of(without, "And now?")


def kept(store: OwnerStore, made: Turn) -> Answer:
    """The turn's answer as it is read again."""
    store.save_turn(made)
    conversation = store.load("c")
    assert conversation is not None
    return conversation.path()[0].answer


def test_it_is_stored_with_its_turn(store: OwnerStore) -> None:
    answer = Answer(text="Yes.", reasoning="Hm.", reasoning_ms=2000)
    assert kept(store, turn("t", answer=answer)) == answer


def test_a_turn_that_was_stored_before_there_was_any_has_none() -> None:
    body = turn("t").model_dump(mode="json")
    del body["answer"]["reasoning"], body["answer"]["reasoning_ms"]
    assert Turn.model_validate(body) == turn("t")


def test_only_so_much_of_it_is_stored(store: OwnerStore) -> None:
    answer = kept(store, turn("t", answer=Answer(text="Yes.", reasoning="x" * 3_000_000)))
    assert answer.reasoning == "x" * MOST_REASONING
    assert answer.text == "Yes."
    assert answer.cut


def test_a_turn_that_was_stopped_while_it_thought_has_a_cost() -> None:
    given = {"provider": "openai", "model": "gpt-4o", "kind": "live"}
    wordless = turn("t", status="stopped", answer=Answer(**given))
    thought = turn("t", status="stopped", answer=Answer(**given, reasoning="x" * 4000))
    assert estimated_cost(thought, ()) > estimated_cost(wordless, ())
