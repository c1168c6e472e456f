"""An error tells what happened, who must act and what to do, and never shows a key."""

from __future__ import annotations

import pytest

from playground.servers.connection import Connection, configured, embedded
from playground.sessions.turn_words import failed_attempts, internal_error, turn_error
from playground.settings import load_settings
from speko_client import (
    SpekoAnswerTooLargeError,
    SpekoApiError,
    SpekoAuthError,
    SpekoConnectionError,
    SpekoRateLimitError,
    SpekoRequestError,
    SpekoStreamError,
    SpekoTimeoutError,
)

GATEWAY = embedded("http://127.0.0.1:9", "k-gateway")


def hosted() -> Connection:
    connection = configured(load_settings({"SPEKO_API_KEY": "k-hosted"}))
    assert connection is not None
    return connection


@pytest.mark.parametrize(
    ("error", "who", "what"),
    [
        (SpekoAuthError(), "Connections page", "valid key for Speko"),
        (SpekoRateLimitError(retry_after=2.5), "this key", "Wait 2.5 s, then retry"),
        (SpekoRateLimitError(), "this key", "Wait a moment"),
        (SpekoConnectionError("Refused."), "https://api.speko.dev", "Check the network"),
        (SpekoTimeoutError("Silence."), "The server is slow", "Retry"),
        (SpekoAnswerTooLargeError("The answer", 9, "x"), "no larger answer", "kept"),
        (SpekoStreamError("Broke.", 200), "broke off", "Retry"),
        (SpekoApiError("Down.", 500, "ALL_PROVIDERS_FAILED"), "Allow more", "end the drill"),
        (SpekoApiError("None.", 500, "COMPLETE_FAILED"), "Nobody", "Widen the allowed providers"),
        (SpekoApiError("Bad.", 400, "VALIDATION_ERROR"), "rejected", "Correct what its words name"),
        (SpekoApiError("Oops.", 503), "The server failed", "Wait a moment, then retry"),
        (SpekoApiError("Gone.", 410), "refused", "Check the settings"),
        (SpekoApiError("Pay.", 402, advice="The owner must settle it."), "owner", "settle"),
        (SpekoRequestError("Bad tag.", advice="Nothing was sent."), "Nothing", "sent"),
    ],
)
def test_the_advice_names_who_must_act_and_how(error: SpekoApiError, who: str, what: str) -> None:
    told = turn_error(error, hosted())
    assert told.message == error.message
    assert (told.code, told.status) == (error.code, error.status)
    assert who in told.advice
    assert what in told.advice


def test_with_the_embedded_gateway_nobody_is_sent_to_a_key_or_a_network() -> None:
    assert "Restart the playground" in turn_error(SpekoAuthError(), GATEWAY).advice
    assert "Retry starts it again" in turn_error(SpekoConnectionError("x"), GATEWAY).advice


def test_a_pause_is_told_once() -> None:
    said = "Every provider that could answer asked for a pause. Ask again in 7 s, or allow others."
    told = turn_error(SpekoRateLimitError(said, 7), GATEWAY)
    assert f"{told.message} {told.advice}".count("7 s") == 1
    elsewhere = turn_error(SpekoRateLimitError("Slow down.", 7), hosted())
    assert f"{elsewhere.message} {elsewhere.advice}".count("7 s") == 1


def test_the_pause_is_kept_for_the_page() -> None:
    assert turn_error(SpekoRateLimitError(retry_after=7), GATEWAY).retry_after == 7


def test_a_server_that_repeats_the_key_does_not_get_it_shown() -> None:
    error = SpekoApiError("Bad key k-gateway.", 400, "VALIDATION_ERROR")
    assert turn_error(error, GATEWAY).message == "Bad key [key]."


def test_the_attempts_of_a_failed_answer_are_found_in_its_body() -> None:
    attempt = {
        "provider": "openai",
        "model": "gpt-4o",
        "outcome": "failed",
        "code": "TIMEOUT",
        "message": "timed out after 5.0 s",
        "durationMs": 5000,
    }
    error = SpekoApiError("All failed.", 500, "ALL_PROVIDERS_FAILED", body={"attempts": [attempt]})
    assert [a.message for a in failed_attempts(error)] == ["timed out after 5.0 s"]


@pytest.mark.parametrize(
    ("codes", "connection", "advice"),
    [
        (["AUTH_FAILED", "AUTH_FAILED"], GATEWAY, "Correct the key on the Connections page"),
        (["AUTH_FAILED", "TIMEOUT"], GATEWAY, "Allow more providers"),
        (["AUTH_FAILED"], hosted(), "Allow more providers"),
        (["SERVER_ERROR"], GATEWAY, "Allow more providers"),
    ],
)
def test_who_failed_without_a_drill_is_not_told_to_end_one(
    codes: list[str], connection: Connection, advice: str
) -> None:
    failed = {"provider": "a", "model": "m", "outcome": "failed", "durationMs": 1}
    body = {"attempts": [{**failed, "code": code} for code in codes]}
    told = turn_error(SpekoApiError("All.", 500, "ALL_PROVIDERS_FAILED", body=body), connection)
    assert told.advice.startswith(advice)
    assert "drill" not in told.advice


def test_a_drill_is_no_fault_of_a_server_or_a_provider() -> None:
    attempt = {"provider": "a", "model": "m", "outcome": "failed", "durationMs": 1, "drill": True}
    body = {"attempts": [attempt]}
    broken = SpekoStreamError("Broke.", 200, "STREAM_BROKEN", body=body)
    assert turn_error(broken, GATEWAY).advice.startswith(
        "This was a drill. Once you have seen words"
    )
    failed = SpekoApiError("All failed.", 500, "ALL_PROVIDERS_FAILED", body=body)
    assert "End it at the top of the page" in turn_error(failed, GATEWAY).advice


@pytest.mark.parametrize("listed", [None, 3, "no", [{"provider": 1}], [None]])
def test_a_body_of_another_shape_has_no_attempts(listed: object) -> None:
    assert failed_attempts(SpekoApiError("x", 500, body={"attempts": listed})) == ()


def test_a_bug_of_our_own_is_called_one() -> None:
    told = internal_error(KeyError("secret detail"))
    assert "KeyError" in told.message
    assert "secret detail" not in told.message
    assert "report" in told.advice
