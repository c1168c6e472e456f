"""Why an answer ends: what the vendor calls it reaches the person who asked."""

from __future__ import annotations

from typing import Any

import pytest

from speko_gateway.provider import FailureCode, Finish, ProviderError, TextDelta, without_words
from speko_gateway.providers.vendors.live import DIALECTS
from tests.gateway.providers.wire_forms import FORMS, answer, read

# All that Google documents, and those of OpenAI, Anthropic and servers that speak like them.
GOOGLE = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    **dict.fromkeys(
        [
            "SAFETY",
            "RECITATION",
            "LANGUAGE",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "MODEL_ARMOR",
            "ESCALATION",
            "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_RECITATION",
        ],
        "content_filter",
    ),
    **dict.fromkeys(["OTHER", "FINISH_REASON_UNSPECIFIED", "IMAGE_OTHER", "NO_IMAGE"], "other"),
}
GIVEN_UP = {
    "MALFORMED_FUNCTION_CALL": FailureCode.STREAM_BROKEN,
    "UNEXPECTED_TOOL_CALL": FailureCode.STREAM_BROKEN,
    "MALFORMED_RESPONSE": FailureCode.STREAM_BROKEN,
    "TOO_MANY_TOOL_CALLS": FailureCode.STREAM_BROKEN,
    "MISSING_THOUGHT_SIGNATURE": FailureCode.INVALID_REQUEST,
    "PUP_LIMITED_DISABLED": FailureCode.AUTH_FAILED,
    "abort": FailureCode.STREAM_BROKEN,
    "error": FailureCode.SERVER_ERROR,
    "insufficient_system_resource": FailureCode.SERVER_ERROR,
    "network_error": FailureCode.SERVER_ERROR,
}
OTHERS = {
    "stop": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "content_filter": "content_filter",
    "refusal": "content_filter",
    "sensitive": "content_filter",
    "pause_turn": "other",
    "tomorrow's reason": "other",
}
BY_FORM = [
    (dialect, whole, reason, finish)
    for dialect, whole in FORMS
    for reason, finish in (GOOGLE if dialect == "google" else OTHERS).items()
]
EARLY = "The provider ended its answer early: "


@pytest.mark.parametrize(("dialect", "whole", "reason", "finish"), BY_FORM)
def test_each_reason_is_what_it_is(dialect: str, whole: bool, reason: str, finish: str) -> None:
    said, last = read(dialect, answer(dialect, "Half an", reason, whole=whole))
    assert said == TextDelta("Half an")
    assert isinstance(last, Finish)
    assert last.finish_reason == finish
    named = reason.lower() in ("length", "max_tokens", "content_filter")
    assert last.notes == (() if finish == "stop" or named else (f"{EARLY}{reason}.",))


@pytest.mark.parametrize(("dialect", "whole"), FORMS)
@pytest.mark.parametrize("reason", GIVEN_UP)
def test_an_answer_that_is_given_up_says_why(dialect: str, whole: bool, reason: str) -> None:
    with pytest.raises(ProviderError) as caught:
        read(dialect, answer(dialect, "Half an", reason, whole=whole))
    assert caught.value.code is GIVEN_UP[reason]
    assert caught.value.message == f"gave up its answer ({reason})"


@pytest.mark.parametrize(("dialect", "whole"), FORMS)
@pytest.mark.parametrize(
    ("reason", "code", "why"),
    [
        ("MAX_TOKENS", FailureCode.TOKEN_LIMIT, ": its tokens were used up before the first word"),
        ("length", FailureCode.TOKEN_LIMIT, ": its tokens were used up before the first word"),
        ("SAFETY", FailureCode.CONTENT_FILTERED, ": a content filter stopped it"),
        ("refusal", FailureCode.CONTENT_FILTERED, ": a content filter stopped it"),
        ("content_filter", FailureCode.CONTENT_FILTERED, ": a content filter stopped it"),
        ("OTHER", FailureCode.EMPTY_ANSWER, ""),
    ],
)
def test_an_answer_without_words_says_why(
    dialect: str, whole: bool, reason: str, code: FailureCode, why: str
) -> None:
    (last,) = read(dialect, answer(dialect, "", reason, whole=whole))
    assert isinstance(last, Finish)
    error = without_words(last)
    assert (error.code, error.message) == (code, f"answered with no text{why} ({reason})")


@pytest.mark.parametrize("reason", ["SAFETY", "OTHER", "JAILBREAK", "MODEL_ARMOR"])
def test_a_blocked_prompt_says_so(reason: str) -> None:
    feedback = {"blockReason": reason, "blockReasonMessage": "It names a weapon."}
    (last,) = read("google", [{"promptFeedback": feedback}])
    assert isinstance(last, Finish)
    error = without_words(last)
    assert error.code is FailureCode.CONTENT_FILTERED
    assert error.message.endswith(f"(prompt blocked, {reason}: It names a weapon.)")


def explained(dialect: str, why: str) -> dict[str, Any]:
    """A vendor's own sentence beside the reason."""
    if dialect == "google":
        return {"finishMessage": why}
    return {"stop_details": {"type": "refusal", "explanation": why}}


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(("dialect", "reason"), [("google", "SAFETY"), ("anthropic", "refusal")])
def test_the_vendors_sentence_is_kept_without_the_key(
    dialect: str, reason: str, whole: bool
) -> None:
    more = explained(dialect, "sk-secret-key asks for a weapon")
    (last,) = read(dialect, answer(dialect, "", reason, whole=whole, **more), "sk-secret-key")
    assert isinstance(last, Finish)
    assert without_words(last).message.endswith(f"({reason}: [key] asks for a weapon)")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("none", [None, "", "null"])
def test_no_reason_is_no_end(dialect: str, none: str | None) -> None:
    with pytest.raises(ProviderError, match="broke off"):
        read(dialect, answer(dialect, "Half an", none))
