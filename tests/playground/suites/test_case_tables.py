"""Cases from CSV, JSONL and a grid: what can be used is, and each line that cannot says why."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docs.make_suite_schema import SCHEMA
from playground.suites.case_lines import cases_from_lines
from playground.suites.case_tables import cases_from_csv, cases_from_grid, grid_of
from playground.suites.gathering import Gathered
from playground.suites.questions import conversation_for
from playground.suites.reading import read_file
from playground.suites.suite import (
    Arm,
    Case,
    Contains,
    ContainsAny,
    Equals,
    HasSchema,
    Message,
    NumberWithin,
    Suite,
    SuiteError,
)
from tests.any_suites import CASES


def left_out(found: Gathered) -> list[str]:
    """What was left out, in words."""
    return [str(each) for each in found.left_out]


def test_columns_are_variables_but_for_those_of_ours() -> None:
    found = cases_from_csv(
        b"id,input,ideal,Language,vertical,tags,shop\n"
        b'a,"When,\nreally?",At 9,no,legal,"x; y",flower\n'
        b"b,=1+1,,,,,\n"
    )
    assert found == Gathered(
        (
            Case(
                id="a",
                vars={"input": "When,\nreally?", "shop": "flower"},
                ideal="At 9",
                language="no",
                vertical="legal",
                tags=("x", "y"),
            ),
            Case(id="b", vars={"input": "=1+1", "shop": ""}),
        )
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_found_out(delimiter: str, encoding: str) -> None:
    text = f'input{delimiter}ideal\nÜber, "1"; 2|3\t?{delimiter}ß\n'
    text = text.replace('Über, "1"; 2|3\t?', '"Über, ""1""; 2|3\t?"')
    found = cases_from_csv(text.encode(encoding))
    assert found.cases[0].vars == {"input": 'Über, "1"; 2|3\t?'}
    assert found.cases[0].ideal == "ß"


def test_a_question_is_the_input_too() -> None:
    (case,) = cases_from_csv(b"Question,expected\nWhy?,Because\n").cases
    assert (case.vars["input"], case.ideal) == ("Why?", "Because")


def test_a_list_of_questions_needs_no_head() -> None:
    found = cases_from_csv(b"What is up?\nHow, are you\n")
    assert [case.vars["input"] for case in found.cases] == ["What is up?", "How, are you"]


def test_checks_are_typed_into_a_cell() -> None:
    found = cases_from_csv(b'input,check\nx,"number: 5 +- 1\nnot contains: z\nnine"\ny,number: q\n')
    assert found.cases[0].checks == (
        NumberWithin(value=5, tolerance=1),
        Contains(value="z", negate=True),
        Contains(value="nine"),
    )
    assert left_out(found) == ["line 5: “number: q”: it must be a number, not “q”"]


def test_a_line_that_cannot_be_used_says_why() -> None:
    found = cases_from_csv(b"id,input,language\na,x,\na,y,\nb,z,klingon\nc,d,de,e,f\n\n,,\nd,ok,\n")
    assert [case.id for case in found.cases] == ["a", "d"]
    assert left_out(found) == [
        "line 3: the id “a” is there already; give it another",
        "line 4: language: it cannot be “klingon”; write a tag such as en or es-MX",
        "line 5: it has 5 cells, and the head has 3",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "line 1: it is empty"),
        (b'a,b\n"x', "line 2: this CSV is broken: unexpected end of data"),
        (b"a,A\n1,2", "line 1: two columns are called “a”"),
        (b"x," * 300 + b"\n", "line 1: it has 300 columns; 200 is the most"),
        (b"x\n" * 5_000_000, "more than 8 MB"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "line 2: this CSV is broken: field larger"),
    ],
)
def test_a_file_that_is_no_table_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(SuiteError) as refused:
        cases_from_csv(content)
    assert sentence in str(refused.value)


def test_a_million_lines_are_not_all_taken() -> None:
    found = cases_from_csv(b"input,x\n" + b"a,1\n" * 1_000_000)
    assert len(found.cases) == 20_000
    assert left_out(found) == [
        "line 20002: a suite has 20,000 cases at most; from here on nothing was read"
    ]
    lines = cases_from_lines(b'{"input":1}\n' * 600_000)
    assert len(lines.cases) == 20_000
    for read, content in (
        (cases_from_lines, b"ab\n" * 2_600_000),
        (cases_from_csv, b"a,b\n" + b"1,2,3\n" * 1_300_000),
        (cases_from_csv, b"a,b\n" + b"\n" * 7_000_000),
    ):
        with pytest.raises(SuiteError, match="more than 200,000 lines"):
            read(content)


def test_lines_as_openai_evals_write_them() -> None:
    lines = [
        {"input": "Why?", "ideal": "Because", "topic": "x", "n": 5},
        {
            "input": [
                {"role": "system", "content": "Be {{kind}}."},
                {"role": "user", "content": "Is it?"},
            ],
            "ideal": ["yes", "Yes."],
        },
        {
            "messages": [
                {"role": "developer", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "{{q}}?"}]},
                {"role": "assistant", "content": "No."},
            ],
            "vars": {"q": "Really"},
            "checks": [{"type": "contains", "value": "no"}],
        },
    ]
    found = cases_from_lines("\n".join(map(json.dumps, lines)).encode())
    assert not found.left_out
    plain, chat, tuned = found.cases
    assert plain.vars == {"input": "Why?", "topic": "x", "n": "5"}
    assert plain.ideal == "Because"
    assert chat.ideal == "yes"
    assert chat.checks == (ContainsAny(value=("yes", "Yes."), ignore_case=False),)
    assert tuned.messages == (
        Message(role="system", content="Be brief."),
        Message(role="user", content="{{q}}?"),
    )
    assert (tuned.ideal, tuned.checks) == ("No.", (Contains(value="no"),))
    suite, arm = Suite(name="s"), Arm(id="a")
    assert [conversation_for(suite, arm, each)[1] for each in found.cases] == [
        "Why?",
        "Is it?",
        "Really?",
    ]


def test_braces_of_a_foreign_chat_are_no_variables() -> None:
    line = b'{"input": [{"role": "user", "content": "What is {{x}}?"}]}'
    (case,) = cases_from_lines(line).cases
    assert conversation_for(Suite(name="s"), Arm(id="a"), case) == ((), "What is {{x}}?")


def test_a_broken_line_takes_no_other_along() -> None:
    found = cases_from_lines(
        b'{"input": "a"}\nnot\n[1]\n{}\n{"input": [{"role": "tool", "content": "x"}]}\n'
        b'{"input": "\\ud800"}\n{"input": NaN}\n{"input": "b"}\n'
    )
    assert [case.vars["input"] for case in found.cases] == ["a", "b"]
    assert left_out(found) == [
        "line 2: this is no JSON: Expecting value, at character 1",
        "line 3: a case is an object, such as {“input”: ..., “ideal”: ...}",
        "line 4: it has neither an input nor messages",
        "line 5: message 1: the role “tool” is not asked here",
        "line 6: vars.input: it holds half a character (a lone surrogate); remove it",
        "line 7: this is no JSON: NaN is no number",
    ]


@given(st.binary(max_size=200))
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b"\0,\0")
def test_any_bytes_are_cases_or_refused(content: bytes) -> None:
    for read in (cases_from_csv, cases_from_lines):
        with suppress(SuiteError):
            read(content)
    for name in ("a.csv", "a.jsonl", "a.yaml", "a.json", "a"):
        with suppress(SuiteError):
            read_file(name, content)


@given(st.text(alphabet="inputdea,;\"\n\r\t|'", max_size=80))
def test_any_table_is_cases_or_refused(text: str) -> None:
    with suppress(SuiteError):
        cases_from_csv(text.encode())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["input", "ideal", "messages", "vars", "role", "content", "id", "tags"]
            ),
            inner,
            max_size=4,
        )
    ),
)


@given(st.lists(_JSON, max_size=4))
def test_any_lines_are_cases_or_left_out(values: list[object]) -> None:
    lines = ['{"input": "x"}', *map(json.dumps, values)]
    found = cases_from_lines("\n".join(lines).encode())
    assert len(found.cases) + len(found.left_out) == len(lines)


@given(st.lists(CASES, max_size=3, unique_by=lambda case: case.id.strip()))
def test_a_grid_gives_back_the_cases_that_it_shows(cases: list[Case]) -> None:
    known = [
        case.model_copy(update={"id": f"c{number}", "ideal": case.ideal or None})
        for number, case in enumerate(cases)
    ]
    read = cases_from_grid(grid_of(known), known).cases
    assert [each.id for each in read] == [each.id for each in known]
    for before, after in zip(known, read, strict=True):
        assert {k: v for k, v in after.vars.items() if v} == {
            k: v for k, v in before.vars.items() if v
        }
        assert after.messages == before.messages
        assert after.ideal == before.ideal
        assert sorted(map(repr, after.checks)) == sorted(map(repr, before.checks))


def test_a_grid_is_typed_in() -> None:
    found = cases_from_grid(
        [
            {"id": None, "input": "Hi", "ideal": None, "check": "is: Hello"},
            {"id": None, "input": None},
            {"input": "Bye", "language": "english"},
        ]
    )
    assert found.cases == (Case(id="1", vars={"input": "Hi"}, checks=(Equals(value="Hello"),)),)
    assert left_out(found) == [
        "row 3: language: it cannot be “english”; write a tag such as en or es-MX"
    ]


def test_a_grid_keeps_what_it_does_not_show() -> None:
    schema = HasSchema(value={"type": "object"})
    case = Case(
        id="a",
        vars={"input": "x", "tags": "t"},
        messages=(Message(role="user", content="{{input}}"),),
        checks=(schema, Contains(value="old")),
    )
    (row,) = grid_of([case])
    assert row["check"] == "contains: old"
    (after,) = cases_from_grid([{**row, "input": "y", "check": "contains: new"}], [case]).cases
    assert after.messages == case.messages
    assert after.vars == {"input": "y", "tags": "t"}
    assert after.checks == (Contains(value="new"), schema)


@pytest.mark.parametrize(
    ("name", "content", "cases"),
    [
        ("a.csv", b"input\nx\n", 1),
        ("a.jsonl", b'{"input": "x"}\n', 1),
        ("a.json", b'[{"input": "x"}]', 1),
        ("a.json", b'{"input": "x"}\n{"input": "y"}', 2),
        ("a.json", b'{\n"name": "s",\n"cases": [{"id": "a"}]}', 1),
        ("a.yaml", b"name: s\ncases: [{id: a}]", 1),
        ("a.yaml", b"prompts: [x]\ntests: [{vars: {a: 1}}]", 1),
        ("a", b"name: s\ncases: [{id: a}]", 1),
        ("a", b"input,ideal\nx,y\n", 1),
    ],
)
def test_a_file_is_told_by_what_is_in_it(name: str, content: bytes, cases: int) -> None:
    assert len(read_file(name, content).suite.cases) == cases


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_the_documented_tables_are_read(kind: str) -> None:
    text = (SCHEMA.parent / "evaluate.md").read_text("utf-8")
    example = text.split(f"```{kind}\n")[1].split("```")[0]
    read = read_file(f"a.{kind}", example.encode())
    assert read.suite.cases
    assert not read.notes


def test_a_file_says_what_was_left_out_and_why_it_is_refused() -> None:
    assert read_file("a.jsonl", b'{"input": "x"}\nno').notes == (
        "line 2: this is no JSON: Expecting value, at character 1",
    )
    with pytest.raises(SuiteError, match=r"^a\.jsonl: there is no case in it; line 1: this is no"):
        read_file("a.jsonl", b"no")
    with pytest.raises(SuiteError, match=r"^a\.yaml, line 1, nam: there is no such field"):
        read_file("a.yaml", b"nam: x\nname: y")
