"""Demo scripts: what is read of them, and what a person is told who wrote one wrongly."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from playground.demos.player import estimated_seconds
from playground.demos.script import DemoScript, DemoTurn
from playground.demos.script_files import (
    MAX_BYTES,
    OWN,
    SHIPPED,
    DemoScriptError,
    parse_script,
    shelf,
)
from speko_client.models import Fault

SMALLEST = "title: Small\nturns:\n  - message: Hi\n"
WHOLE = """
title: All there is
description: Every field.
turns:
  - message: Book it
    intent: {language: es-MX, vertical: healthcare, optimise_for: cost, region: europe-west3}
    allowed: [openai, "anthropic:claude-3-5-haiku"]
    faults:
      - {target: openai, kind: slow, seconds: 2.5}
    caption: {before: Look., after: "{served} after {ttft}.", failed_over: "{failed} failed."}
    reply: Done.
    pause: 1.5
  - message: And
  - message: Thanks
    faults: clear
closing: "{answered} of {turns}"
"""


def script(text: str) -> DemoScript:
    return parse_script(text.encode(), "mine.yaml")


def complaint(text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(DemoScriptError) as caught:
        parse_script(content, "mine.yaml")
    return caught.value.message


def with_turn(field: str) -> str:
    """A script whose one turn, at line 3, has this field at line 4."""
    return f"{SMALLEST}    {field}\n"


def test_a_message_is_enough() -> None:
    turn = script(SMALLEST).turns[0]
    assert (turn.message, turn.intent.language, turn.reply, turn.pause) == ("Hi", "en", None, 0)


def test_a_turn_is_sent_with_what_the_script_says() -> None:
    settings = script(WHOLE).settings_at(0, drills=True)
    assert (settings.language, settings.vertical, settings.region) == (
        "es-MX",
        "healthcare",
        "europe-west3",
    )
    assert (settings.optimize_for, settings.reply) == ("cost", "Done.")
    assert settings.allowed == ("openai", "anthropic:claude-3-5-haiku")
    assert settings.drill == (Fault(target="openai", kind="slow", seconds=2.5),)


def test_faults_hold_until_they_are_cleared() -> None:
    whole = script(WHOLE)
    assert [len(whole.faults_at(place)) for place in range(3)] == [1, 1, 0]
    assert whole.settings_at(1, drills=False).drill == ()


def test_a_value_is_the_text_that_stands_there() -> None:
    turn = script("title: 2026\nturns:\n  - message: yes\n    intent: {language: no}\n").turns[0]
    assert (turn.message, turn.intent.language) == ("yes", "no")


def test_seats_are_named_as_in_an_address() -> None:
    found = script(f"seats: [router, openai:gpt-4o, router;optimize_for=cost]\n{SMALLEST}")
    settings = found.settings_at(0, drills=False)
    comparison = found.compared(settings)
    assert comparison is not None
    asked = [seat.settings(settings) for seat in comparison.seats]
    assert [each.allowed for each in asked] == [(), ("openai:gpt-4o",), ()]
    assert [each.optimize_for for each in asked] == ["balanced", "balanced", "cost"]
    assert script(SMALLEST).compared(settings) is None


@pytest.mark.parametrize(
    ("seats", "told"),
    [
        ("[router]", "line 1: seats: a comparison has 2 to 6 seats, not 1"),
        ("[a, b, c, d, e, f, g]", "a comparison has 2 to 6 seats, not 7"),
        ("[router, '!']", "“!” is no seat; write router, vendor, or vendor:model"),
    ],
)
def test_seats_that_nobody_can_take_are_refused(seats: str, told: str) -> None:
    with pytest.raises(DemoScriptError) as refused:
        script(f"seats: {seats}\n{SMALLEST}")
    assert told in refused.value.message


def test_a_field_with_nothing_behind_it_is_left_out() -> None:
    assert script(with_turn("reply:")).turns[0].reply is None


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("intnt: {}", "turn 1, intnt is not a field of a script; check its spelling"),
        ("intent: {vertical: health}", "vertical must be 'general', 'healthcare'"),
        ("intent: {language: english}", "language cannot be “english”; write a tag such as en"),
        ("faults: clea", "turn 1, faults: write “clear”, or a list of faults"),
        ("faults: [{target: open ai}]", "fault 1, target cannot be “open ai”"),
        ("faults: [{kind: down}]", "fault 1, target is missing; add it"),
        ("faults: [{target: a, kind: broken}]", "kind must be 'down', 'rate_limited'"),
        ("caption: Look!", "turn 1, caption must have fields"),
        ("caption: {after: '{servd}'}", "{servd} is unknown here; there are {cheapest}"),
        ("allowed: openai", "allowed must be a list"),
        ("pause: long", "pause must be a number, not “long”"),
        ("pause: -1", "pause must be 0 or more, not “-1”"),
        ("pause: inf", "pause must be a number, not “inf”"),
        ("faults: [{target: a, kind: flaky, rate: 30}]", "rate must be 1 at most, not “30”"),
        ("faults: [{target: a, kind: slow, seconds: 0}]", "seconds must be more than 0, not “0”"),
        ("caption: {after: {served}}", "caption, after must be text; put one that begins with {"),
        ("caption: {before: [Look]}", "caption, before must be text"),
        (f"reply: {'x' * 2001}", "reply is too long: 2000 is the most"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(field: str, told: str) -> None:
    message = complaint(with_turn(field))
    assert message.startswith("mine.yaml, line 4: turn 1, ")
    assert told in message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("turns:\n  - message: Hi\n", "title is missing; add it"),
        ("title: A\nturns: []\n", "line 2: turns is empty"),
        ("title: A\nturns:\n", "line 2: turns is empty"),
        (f"{SMALLEST}closing: {{turns}}\n", "line 4: closing must be text"),
        ("title: A\nturns:\n  - message: a \x07 bell\n", "line 3: The character U+0007"),
        (
            "title: A\nturns:\n  message: Hi\n",
            "line 2: turns must be a list: begin each entry with “- ”",
        ),
        ("title: A\nturns:\n  - Hi\n", "line 3: turn 1 must have fields"),
        ("", "a script begins with “title: ...”"),
        ("- a\n", "a script begins with “title: ...”"),
        ("title: A\ntitle: B\n", "line 2: “title” is there twice"),
        ("title: a: b\n", "line 1: This is not YAML"),
        ("title: A\n\tturns: []\n", "line 2: This is not YAML"),
        (b"title: \xff\n", "line 1: This is not UTF-8 text"),
        ("x: &a [1]\ny: *a\n", "line 1: Anchors and aliases"),
        ("x: *a\n", "line 1: Anchors and aliases"),
        ("? [a]\n: b\n", "line 1: A field's name must be plain text"),
        ('title: "\\UFFFFFFFF"\n', "a number in it is too large"),
        (f"%YAML 1.{'9' * 5000}\n--- a\n", "a number in it is too large"),
        ("[" * 50, "nested more than 10 levels"),
        ("x" * (MAX_BYTES + 1), "too long"),
    ],
)
def test_what_is_no_script_is_told_so(text: str | bytes, told: str) -> None:
    assert told in complaint(text)


def test_many_problems_are_told_at_once_but_not_all() -> None:
    turns = "".join(f"  - message: Hi\n    wrong{place}: 1\n" for place in range(9))
    message = complaint(f"title: A\nturns:\n{turns}")
    assert len(message.splitlines()) == 6
    assert "... and 4 more" in message


def read_or_refused(content: bytes) -> None:
    """Nothing else may come of it: the page shows what is raised, if it is this."""
    with suppress(DemoScriptError):
        parse_script(content, "mine.yaml")


_FIELDS = ["title: ", "turns:", *(f"\n  - {name}: " for name in DemoTurn.model_fields)]
_SIGNS = [
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "- ",
    ": ",
    "? ",
    "|",
    ">",
    "!!",
    "#",
    "\n",
    "\t",
    "<<: ",
]
_VALUES = ["x", "1e999", "nan", "9" * 5000, "%YAML 1.", "'", '"', "\\UFFFFFFFF", "\\ud800", "\x00"]


@given(st.lists(st.sampled_from([*_FIELDS, *_SIGNS, *_VALUES]), max_size=40))
def test_any_pieces_of_a_script_are_read_or_refused(pieces: list[str]) -> None:
    read_or_refused("".join(pieces).encode())


@given(st.text(alphabet="[]{}&*-:!|>'\"#%@\\U \n\tax19", max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    read_or_refused(text.encode())
    read_or_refused(f"{SMALLEST}    reply: {text}".encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read_or_refused(content)


_NAMES = st.sampled_from([*DemoScript.model_fields, *DemoTurn.model_fields])
_ANYTHING = st.recursive(
    st.text(max_size=8) | st.floats() | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner),
    max_leaves=12,
)


@given(_NAMES, _ANYTHING)
def test_any_value_of_any_field_is_read_or_refused(name: str, value: object) -> None:
    for script in ({name: value}, {"title": "A", "turns": [{"message": "Hi", name: value}]}):
        read_or_refused(yaml.safe_dump(script).encode())


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_script_that_comes_along_lasts_about_two_minutes(path: Path) -> None:
    found = parse_script(path.read_bytes(), path.name)
    assert 90 <= estimated_seconds(found) <= 150
    assert all(turn.reply or found.seats for turn in found.turns)
    assert all(turn.caption.before and turn.caption.after for turn in found.turns)
    assert any(found.faults_at(place) for place in range(len(found.turns)))
    assert found.faults_at(len(found.turns) - 1) == ()


def test_own_scripts_stand_on_the_shelf_with_their_problems(tmp_path: Path) -> None:
    folder = tmp_path / OWN
    folder.mkdir()
    (folder / "good.yaml").write_text(SMALLEST)
    (folder / "bad.yml").write_text("title: 1\n")
    (folder / "notes.txt").write_text("not a script")
    (folder / "folder.yaml").mkdir()
    entries = shelf(tmp_path)
    assert len([entry for entry in entries if not entry.own and entry.script]) == 4
    own = {entry.name: entry for entry in entries if entry.own}
    assert own.keys() == {"good.yaml", "bad.yml", "folder.yaml"}
    assert own["good.yaml"].script is not None
    assert "turns is missing" in (own["bad.yml"].problem or "")
    assert "cannot be read" in (own["folder.yaml"].problem or "")


def test_a_shelf_without_own_scripts_has_those_that_come_along(tmp_path: Path) -> None:
    assert [entry.own for entry in shelf(tmp_path / "none")] == [False] * 4
