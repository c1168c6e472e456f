"""Suite files: what is written is read back, and whatever else comes ends in a sentence."""

from __future__ import annotations

import json
from contextlib import suppress

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docs.make_suite_schema import SCHEMA
from playground.suites.questions import conversation_for, settings_for
from playground.suites.suite import Contains, HasSchema, Suite, SuiteError
from playground.suites.suite_files import read_suite, schema_text, suite_from, write_suite
from tests.any_suites import SUITES

WRITTEN = b"""
name: Opening hours
language: no
max_tokens: null
cases:
  - id: 1
    vars: {input: When are you open?, version: 1.10}
    ideal: ~
    checks:
      - {type: contains, value: 9}
      - type: json_schema
        value: {properties: {a: {const: 5}, b: {enum: [yes, true, null, "5"]}}}
arms:
  - id: router
  - {id: mini, pin: "openai:gpt-4o-mini", temperature: 0.5}
"""


def refusal(content: bytes) -> str:
    """The sentence that this content is refused with."""
    with pytest.raises(SuiteError) as refused:
        read_suite(content, "s.yaml")
    return str(refused.value)


def test_a_suite_is_read_as_it_is_written() -> None:
    suite = read_suite(WRITTEN)
    case = suite.cases[0]
    assert (suite.language, suite.max_tokens, case.id, case.ideal) == ("no", None, "1", None)
    assert case.vars == {"input": "When are you open?", "version": "1.10"}
    assert case.checks[0] == Contains(value="9")
    assert [arm.pin for arm in suite.arms] == [None, "openai:gpt-4o-mini"]


def test_a_schema_has_the_types_it_is_written_with() -> None:
    schema = read_suite(WRITTEN).cases[0].checks[1]
    assert isinstance(schema, HasSchema)
    assert schema.value["properties"] == {
        "a": {"const": 5},
        "b": {"enum": ["yes", True, None, "5"]},
    }


@given(SUITES)
def test_what_is_written_as_yaml_is_read_back(suite: Suite) -> None:
    assert read_suite(write_suite(suite)) == suite


@given(SUITES)
def test_what_is_written_as_json_is_read_back(suite: Suite) -> None:
    assert read_suite(write_suite(suite, "json")) == suite


@given(SUITES)
def test_the_schema_describes_the_file(suite: Suite) -> None:
    jsonschema_rs.validate(json.loads(schema_text()), json.loads(write_suite(suite, "json")))


def test_the_documented_schema_is_current() -> None:
    """If not: `python -m docs.make_suite_schema`."""
    assert SCHEMA.read_text("utf-8") == schema_text()


def test_the_documented_suite_is_one() -> None:
    text = (SCHEMA.parent / "evaluate.md").read_text("utf-8")
    suite = read_suite(text.split("```yaml\n")[1].split("```")[0].encode())
    assert write_suite(read_suite(write_suite(suite))) == write_suite(suite)
    for case in suite.cases:
        for arm in suite.arms:
            conversation_for(suite, arm, case)
            settings_for(suite, arm, case)


def test_a_text_of_several_lines_is_written_as_a_block() -> None:
    assert b"prompt: |-\n  Say\n  this.\n" in write_suite(Suite(name="x", prompt="Say\nthis."))


@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"%YAML 9999999999999999999.1\n---\na")
@example(b'"\\UFFFFFFFF"')
def test_any_bytes_are_a_suite_or_refused(content: bytes) -> None:
    with suppress(SuiteError):
        read_suite(content)


@given(st.text(alphabet="name: x[]{}&*!|>%@-?,'\"#\n\t casesid", max_size=80))
def test_any_yaml_is_a_suite_or_refused(text: str) -> None:
    with suppress(SuiteError):
        read_suite(f"name: x\n{text}".encode())


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_any_value_in_a_field_is_a_suite_or_refused(value: object) -> None:
    for name in Suite.model_fields:
        with suppress(SuiteError):
            suite_from({"name": "x", name: value})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"name: x\nlanguage: norsk", "s.yaml, line 2, language: it cannot be “norsk”"),
        (b"name: x\ncase: []", "s.yaml, line 2, case: there is no such field"),
        (b"name: a\nname: b", "s.yaml, line 2: “name” is there twice"),
        (b'{"name": "a", "name": "b"}', "s.yaml: “name” is there twice"),
        (b"name: x\n\tcases: []", "s.yaml, line 2: this is no YAML: found a tab"),
        ("name: é".encode("latin-1"), "s.yaml, line 1: this is no text in UTF-8"),
        (b"name: !!python/object:os.system x", "s.yaml, line 1: tags such as"),
        (b"name: x\n---\nname: y", "s.yaml, line 2: a second document begins here"),
        (b"name: x\ncases: [{id: a}, {id: a}]", "line 2, cases: the id “a” is there twice"),
        (b"name: x\nbaseline: q", "s.yaml: baseline “q” is the id of no arm"),
        (b"- a", "s.yaml: a suite has fields"),
        (b"", "s.yaml: a suite has fields"),
        (b'{"name": "\\ud800"}', "s.yaml, name: it holds half a character"),
        (b'{"name": NaN}', "s.yaml: this is no JSON: NaN is no number"),
        (b'{"name": "x",\n"cases": [}', "s.yaml, line 2: this is no JSON"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(content: bytes, sentence: str) -> None:
    assert sentence in refusal(content)


@pytest.mark.parametrize(
    ("check", "sentence"),
    [
        (
            "{type: regex, value: (}",
            "line 5, cases.0.checks.0.value: this is no regular expression",
        ),
        ("{type: number, value: abc}", "cases.0.checks.0.value: it must be a number, not “abc”"),
        ("{type: regx}", "cases.0.checks.0: there is no check “regx”; there are equals, contains"),
        ("{value: 5}", "cases.0.checks.0: it needs a type"),
        (
            "{type: json_schema, value: {type: objekt}}",
            "cases.0.checks.0.value: this is no JSON schema: type",
        ),
    ],
)
def test_a_broken_check_is_named(check: str, sentence: str) -> None:
    content = f"name: x\ncases:\n- id: a\n  checks:\n  - {check}\n"
    assert sentence in refusal(content.encode())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_how_to_read(encoding: str) -> None:
    assert read_suite("name: é".encode(encoding)).name == "é"


BOMB = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 9)) for n in range(20)
)
HOSTILE = {
    "ten megabytes": (b"name: x\n" + b"#" * 10_000_000, "more than 8 MB"),
    "an alias bomb": (BOMB, "more than 500,000 values"),
    "an alias inside itself": (b"name: &a [*a]", "stands inside itself"),
    "deep YAML": (b"[" * 1_000_000, "nested more than 100 levels"),
    "deep blocks": (b"- " * 1_000_000, "nested more than 100 levels"),
    "deep JSON": (b'{"a":' * 100_000, "nested too deeply"),
    "many cases": (b"name: x\ncases:\n" + b"- {id: a}\n" * 700_000, "more than 500,000 values"),
    "many cases, JSON": (
        b'{"name":"x","cases":[' + b'{"id":"a"},' * 600_000 + b"{}]}",
        "too many values",
    ),
    "more cases than may be": (
        b'{"name":"x","cases":[' + b'{"id":"a"},' * 20_000 + b"{}]}",
        "there are 20,001 of them, and 20,000 is the most",
    ),
    "many variables": (
        b'{"name":"x","cases":[{"id":"a","vars":{'
        + b",".join(b'"k%d":[]' % n for n in range(200_000))
        + b"}}]}",
        "there are 200,000 variables",
    ),
    "a long number": (b'{"name":"x","repeats":' + b"9" * 5_000 + b"}", "no JSON"),
    "a schema of long patterns": (
        json.dumps(
            {
                "name": "x",
                "checks": [{"type": "json_schema", "value": {"pattern": "(a|b)*" * 1_000_000}}],
            }
        ).encode(),
        "100,000 characters",
    ),
    "many slow schemas": (
        json.dumps(
            {
                "name": "x",
                "checks": [
                    {
                        "type": "json_schema",
                        "value": {
                            "$schema": "http://json-schema.org/draft-04/schema#",
                            "title": str(first),
                            "enum": [{"a": second} for second in range(600)],
                        },
                    }
                    for first in range(90)
                ],
            }
        ).encode(),
        "took too long to look through",
    ),
    "a large schema": (
        json.dumps(
            {"name": "x", "checks": [{"type": "json_schema", "value": {"enum": [*range(10**5)]}}]}
        ).encode(),
        "a schema has 2,000 names and values at most",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_suite_ends_in_a_sentence(name: str) -> None:
    content, sentence = HOSTILE[name]
    assert sentence in refusal(content)


@pytest.mark.parametrize("value", ['"\\ud800"', '{"\\udfff": 1}', "1e400"])
def test_a_schema_holds_only_what_can_be_stored(value: str) -> None:
    content = (
        f'{{"name": "x", "checks": [{{"type": "json_schema", "value": {{"const": {value}}}}}]}}'
    )
    assert "a schema holds no endless number and no half of a character" in refusal(
        content.encode()
    )


def test_aliases_are_read_where_they_are_few() -> None:
    content = (
        b"name: x\nchecks: &same [{type: contains, value: a}]\ncases: [{id: a, checks: *same}]"
    )
    suite = read_suite(content)
    assert suite.checks == suite.cases[0].checks == (Contains(value="a"),)
