"""Secrets are known by their variable's name, and no piece of one is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client.redaction import redacted, secrets_in

words = st.text("abc", min_size=1, max_size=6)


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "HF_TOKEN", "SPEKO_SECRET", "PGPASSWORD"])
def test_a_secret_is_known_by_its_variables_name(name: str) -> None:
    assert secrets_in({name: " long-enough ", "PATH": "/usr/bin"}) == ("long-enough",)


def test_secrets_are_the_values_of_what_is_called_one() -> None:
    environment = {
        "OPENAI_API_KEY": "sk-fake",
        "SPEKO_GATEWAY_KEY": "sk-fake-longer",
        "A_TOKEN": "abc",
        "PATH": "/bin",
    }
    assert secrets_in(environment) == ("sk-fake-longer", "sk-fake")


def test_what_is_too_short_to_be_a_key_is_none() -> None:
    assert secrets_in({"ANY_KEY": "abc", "OTHER_KEY": ""}) == ()


def test_the_longest_goes_first_so_that_no_piece_of_it_is_left() -> None:
    assert redacted("open-sesame and open", ["open", "open-sesame"]) == "[key] and [key]"


def test_no_secret_changes_nothing() -> None:
    assert redacted("as it was", ["", "other"]) == "as it was"


@given(words, st.lists(words, max_size=4))
def test_a_text_that_is_a_secret_is_hidden_whole(text: str, others: list[str]) -> None:
    shorter = [other for other in others if len(other) <= len(text)]
    assert redacted(text, [*shorter, text]) == "[key]"
