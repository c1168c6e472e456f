"""Answers against JSON schemas: whatever the schema is, it ends, and nothing is fetched."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.suites.json_schemas import SchemaError, check_schema, why_not

PERSON = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
}
BRANCHING = {
    "$ref": "#/$defs/a0",
    "$defs": {
        **{f"a{n}": {"anyOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)},
        "a40": {"type": "integer"},
    },
}
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def test_an_answer_is_accepted_or_said_what_is_wrong() -> None:
    assert why_not(PERSON, '{"name": "Ada", "age": 36}') is None
    assert why_not(PERSON, '{"age": 36}') == "'name' is a required property"
    assert why_not(PERSON, '{"name": "Ada", "age": -1}') == (
        "at $.age: -1 is less than the minimum of 0"
    )


def test_the_only_code_block_is_the_answer() -> None:
    assert why_not(PERSON, 'Here it is:\n```json\n{"name": "Ada"}\n```\nBye.') is None
    two = '```json\n{"name": "Ada"}\n```\n```json\n{}\n```'
    assert "no JSON" in str(why_not(PERSON, two))


@pytest.mark.parametrize("text", ["", "Ada", "{", "NaN", "[" * 5_000 + "]" * 5_000, "0" * 300_000])
def test_what_is_no_json_is_not_accepted(text: str) -> None:
    assert why_not({}, text)


def test_the_draft_that_a_schema_names_is_used() -> None:
    old = {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}]}
    assert why_not(old, '["a", 1]') is None
    assert why_not(old, "[1]") == "at $[0]: 1 is not of type 'string'"


def test_a_schema_may_refer_to_itself_where_it_ends() -> None:
    tree = {"properties": {"next": {"$ref": "#"}}, "additionalProperties": False}
    assert why_not(tree, '{"next": {"next": {}}}') is None
    assert "at $.next" in str(why_not(tree, '{"next": {"other": 1}}'))


@pytest.mark.parametrize(
    ("schema", "text", "sentence"),
    [
        ({"$ref": "#"}, "1", "refers to itself without end"),
        ({"$dynamicRef": "#"}, "1", "refers to itself without end"),
        (BRANCHING, '"x"', "refers to itself without end, or branches too often"),
        ({"pattern": "(a+)+$"}, f'"{"a" * 5_000}b"', "took more than"),
        ({"pattern": "(?R)a"}, '"a"', "no JSON schema"),
        ({"$ref": "http://127.0.0.1:1/x"}, "1", "“http://127.0.0.1:1/x”, which is not in it"),
        ({"$ref": "file:///etc/passwd"}, "1", "which is not in it; nothing is fetched"),
        ({"$ref": DRAFT}, "1", "nothing is fetched"),
        ({"$ref": "#/$defs/none"}, "1", "which is not in it"),
        ({"type": "objekt"}, "1", "no JSON schema"),
        ({"pattern": "("}, '"a"', "no JSON schema"),
        ({"multipleOf": 0.01}, "1e400", "cannot be followed"),
        (
            {
                "$schema": DRAFT,
                "$ref": "#/$defs/a",
                "$defs": {"a": {"$schema": DRAFT, "$ref": "#"}},
            },
            "1",
            "refers to itself without end",
        ),
        (
            {"$ref": "#/$defs/a", "$defs": {"a": {"$schema": DRAFT, "pattern": "(a+)+$"}}},
            f'"{"a" * 5_000}b"',
            "took more than",
        ),
    ],
)
def test_a_hostile_schema_ends_in_a_sentence(
    schema: dict[str, Any], text: str, sentence: str
) -> None:
    with pytest.raises(SchemaError) as refused:
        why_not(schema, text)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("entry", ["{}", "1", '{"a": 1}', "1.0"])
def test_uniqueness_takes_one_pass(entry: str) -> None:
    text = f"[{','.join([entry] * 20_000)}]"
    assert "is there twice" in str(why_not({"uniqueItems": True}, text))
    own = [{"a": number} for number in range(15_000)]
    assert why_not({"uniqueItems": True}, json.dumps(own)) is None


@given(st.text(max_size=60))
def test_any_text_is_accepted_or_not(text: str) -> None:
    why_not(PERSON, text)


_NAMES = (
    "$ref type items properties anyOf not pattern $id a patternProperties uniqueItems $schema "
    "allOf if then enum $defs"
)
KEYWORDS = _NAMES.split()
_SCHEMA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["#", "object", "a", "(", "^a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYWORDS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["$ref", "type", "items", "anyOf", "not", "$id"]), _SCHEMA))
def test_any_schema_decides_or_is_refused(schema: dict[str, Any]) -> None:
    for text in ("1", '{"a": [1, "a"]}', '"aa"', "[[], {}]"):
        with suppress(SchemaError):
            check_schema(schema)
            why_not(schema, text)
