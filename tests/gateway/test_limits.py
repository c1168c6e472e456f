"""The limits as people set them: flags, environment, and what is no limit."""

from __future__ import annotations

import pytest

from speko_gateway.config import SETTINGS, Limits, read_limits
from speko_gateway.errors import SetupError


def test_without_a_word_the_defaults_hold() -> None:
    assert read_limits({}, {"PATH": "/bin"}) == Limits()


def test_every_limit_has_a_flag_and_a_variable() -> None:
    environment = {each.variable: "7" for each in SETTINGS}
    flags = {each.destination: "9" for each in SETTINGS}
    assert read_limits({}, environment) == Limits(*[7] * len(SETTINGS))
    assert read_limits(flags, environment) == Limits(*[9] * len(SETTINGS))
    assert SETTINGS[1].flag == "--limit-first-token"
    assert SETTINGS[1].variable == "SPEKO_LIMIT_FIRST_TOKEN"


def test_an_empty_variable_is_none() -> None:
    assert read_limits({"limit_idle": None}, {"SPEKO_LIMIT_IDLE": " "}) == Limits()


@pytest.mark.parametrize("wrong", ["0", "-1", "nan", "inf", "1e9", "soon", ""])
def test_seconds_that_make_no_sense_are_told(wrong: str) -> None:
    with pytest.raises(SetupError) as caught:
        read_limits({"limit_first_token": wrong}, {})
    assert str(caught.value) == (
        f"--limit-first-token is {wrong!r}. It takes seconds above 0 and at most 86400, such as 20."
    )


@pytest.mark.parametrize("wrong", ["0", "-1", "1.5", "101", "many", "٣", "9" * 99])
def test_attempts_that_make_no_sense_are_told(wrong: str) -> None:
    with pytest.raises(SetupError) as caught:
        read_limits({}, {"SPEKO_LIMIT_ATTEMPTS": wrong})
    assert str(caught.value) == (
        f"SPEKO_LIMIT_ATTEMPTS is {wrong!r}. It takes a whole number from 1 to 100, such as 10."
    )
