"""Languages by name and tag."""

from __future__ import annotations

import re

import pytest

from docs.make_languages import TABLE, table
from playground.intent import languages
from speko_client.models import LANGUAGE_PATTERN


def test_a_language_reads_as_its_name_with_its_tag() -> None:
    assert languages.label("es-MX") == "Spanish (Mexico) · es-MX"


def test_every_offered_tag_has_the_wires_form_and_a_name() -> None:
    for tag in languages.tags():
        assert re.match(LANGUAGE_PATTERN, tag)
        assert languages.name(tag) != tag


def test_english_comes_first_and_nothing_twice() -> None:
    tags = languages.tags()
    assert tags[0] == "en"
    assert len(tags) == len(set(tags))
    assert {"es", "es-MX", "fr", "de", "pt-BR", "ja", "hi"} <= set(tags)


@pytest.mark.parametrize("tag", ["xx-YY", "english", "EN", "e", "", "es-mx", "es-MX-x"])
def test_what_is_no_tag_is_told_apart(tag: str) -> None:
    assert not languages.is_valid(tag)


@pytest.mark.parametrize("tag", ["en", "es-MX", "yue"])
def test_a_tag_is_a_tag(tag: str) -> None:
    assert languages.is_valid(tag)


def test_what_is_written_down_is_what_the_tables_say() -> None:
    assert TABLE.read_text("utf-8") == table()


@pytest.mark.parametrize(
    ("typed", "meant"), [("EN", "en"), (" pt-br ", "pt-BR"), ("es_mx", "es-MX"), ("yue", "yue")]
)
def test_a_tag_may_be_typed_in_any_case(typed: str, meant: str) -> None:
    assert languages.tidied(typed) == meant
    assert languages.is_valid(languages.tidied(typed))
