"""Half characters meet over two events, and none reaches the caller alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client.wire.halves import Halves, sound
from speko_gateway.provider import TextDelta, ToolCall
from speko_gateway.providers.vendors.live import DIALECTS
from tests.gateway.providers.test_tool_call_quirks import block, fragment, part
from tests.gateway.providers.vendor_server import text_of
from tests.gateway.providers.wire_forms import FORMS, answer, ending, piece, read

HIGH, LOW, EMOJI = "\ud83d", "\ude00", "\U0001f600"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["Hi " + HIGH, LOW + "!"], f"Hi {EMOJI}!"),
        ([HIGH, LOW, HIGH, LOW], EMOJI * 2),
        (["Hi " + HIGH, "you"], "Hi \ufffdyou"),
        ([LOW + "Hi"], "\ufffdHi"),
        (["Hi " + HIGH], "Hi \ufffd"),
        ([HIGH, HIGH + LOW], "\ufffd" + EMOJI),
    ],
)
def test_halves_meet(dialect: str, pieces: list[str], text: str) -> None:
    events = [*(piece(dialect, each) for each in pieces), ending(dialect, "stop")]
    assert text_of(read(dialect, events)) == text


@pytest.mark.parametrize(("dialect", "whole"), FORMS)
def test_a_lone_half_at_the_end_is_replaced(dialect: str, whole: bool) -> None:
    events = answer(dialect, "Hi " + HIGH, "stop", whole=whole)
    assert text_of(read(dialect, events)) == "Hi \ufffd"


def arguments(dialect: str, first: str, second: str) -> str:
    """What a call's arguments are whose JSON comes in these two pieces."""
    events: list[dict[str, Any]] = [fragment(first, call_id="c", name="say"), fragment(second)]
    if dialect == "anthropic":
        events = [block(), part(first), part(second)]
    (call, _) = read(dialect, [*events, ending(dialect, "stop")])
    assert isinstance(call, ToolCall)
    return str(json.loads(call.args)["text"])


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ('{"text": "' + HIGH, LOW + '"}', EMOJI),
        ('{"text": "\\ud83d', '\\ude00"}', EMOJI),
        ('{"text": "\\uD83D', '"}', "\ufffd"),
        ('{"text": "' + HIGH, '"}', "\ufffd"),
        ('{"text": "\\\\ud83d', '"}', "\\ud83d"),
    ],
)
def test_halves_meet_in_arguments(dialect: str, first: str, second: str, text: str) -> None:
    assert arguments(dialect, first, second) == text


def test_a_gemini_call_holds_no_half() -> None:
    call = {"functionCall": {"name": "say", "args": {"text": HIGH}}}
    events = [{"candidates": [{"content": {"parts": [call]}}]}, ending("google", "STOP")]
    assert read("google", events)[0] == ToolCall("call_0", "say", '{"text": "\ufffd"}')


def test_thoughts_between_the_halves_do_not_part_them() -> None:
    thought = {"candidates": [{"content": {"parts": [{"thought": True, "text": "Hm"}]}}]}
    events = [piece("google", HIGH), thought, piece("google", LOW), ending("google", "STOP")]
    assert read("google", events)[0] == TextDelta(EMOJI)


ANY_TEXT = st.text(st.sampled_from(["a", "é", HIGH, LOW, EMOJI]), max_size=8)


@given(pieces=st.lists(ANY_TEXT, max_size=6))
def test_pieces_give_what_the_whole_gives(pieces: list[str]) -> None:
    halves = Halves()
    joined = "".join([halves.take(each) for each in pieces]) + halves.rest()
    assert joined == sound("".join(pieces))
    assert joined.encode("utf-8").decode() == joined
