"""Vendors that refuse: the status decides what it means, and nothing is quoted that must not be."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_gateway.provider import FailureCode
from speko_gateway.providers.failures import MAX_QUOTE, refusal
from tests.gateway.providers.live_failure import KEY, MODELS, failure
from tests.gateway.providers.vendor_server import vendor_server

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize("vendor", MODELS)
@pytest.mark.parametrize(
    ("status", "code"),
    [
        *[(status, FailureCode.INVALID_REQUEST) for status in (400, 413, 422)],
        *[(status, FailureCode.AUTH_FAILED) for status in (401, 402, 403, 451)],
        *[(status, FailureCode.MODEL_NOT_FOUND) for status in (404, 405, 410)],
        *[(status, FailureCode.TIMEOUT) for status in (408, 504, 522, 524)],
        *[(status, FailureCode.RATE_LIMITED) for status in (429, 498, 509, 529)],
        *[(status, FailureCode.CONNECT_FAILED) for status in (407, 421, 426, 499, 511, 523, 530)],
        *[(status, FailureCode.SERVER_ERROR) for status in (406, 409, 418, 423, 424)],
        *[(status, FailureCode.SERVER_ERROR) for status in (500, 502, 503, 520)],
    ],
)
async def test_the_status_decides(vendor: str, status: int, code: FailureCode) -> None:
    body = b'{"error":{"message":"Not today.","type":"whatever"}}'
    async with vendor_server(status=status, chunks=[body]) as server:
        error = await failure(server, vendor)
    assert (error.code, error.status) == (code, status)
    assert error.message == f"answered {status}: Not today."


@given(status=st.integers(300, 599), vendor=st.sampled_from(["", "what_nobody_knows"]))
def test_a_status_blames_the_request_only_where_the_request_can_be_at_fault(
    status: int, vendor: str
) -> None:
    body = json.dumps({"error": {"message": "No", "code": vendor}})
    error = refusal(status, {}, body, None, NOW)
    assert (error.code is FailureCode.INVALID_REQUEST) == (status in (400, 413, 422))


@pytest.mark.parametrize("vendor", MODELS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://else.example/v1/chat", "https://else.example/v1/chat"),
        (f"https://user:{KEY}@else.example/{KEY}?key={KEY}#x", "https://else.example/[key]"),
        ("/login", "{url}/login"),
        ("//else.example", "http://else.example"),
    ],
)
async def test_a_redirect_says_where_it_leads_and_is_not_followed(
    vendor: str, status: int, location: str, shown: str
) -> None:
    async with vendor_server(status=status, headers={"Location": location}) as server:
        error = await failure(server, vendor)
    leads = f"it leads to {shown.format(url=server.url)}, and redirects are not followed"
    assert (error.code, error.message) == (
        FailureCode.CONNECT_FAILED,
        f"answered {status}: {leads}",
    )
    assert len(server.seen) == 1


@pytest.mark.parametrize(("location", "said"), [("", ""), ("http://[", "")])
async def test_a_redirect_to_nowhere_is_only_its_status(location: str, said: str) -> None:
    async with vendor_server(status=302, headers={"Location": location}) as server:
        assert (await failure(server)).message == f"answered 302{said}"


def error_body(**fields: object) -> bytes:
    return json.dumps({"error": fields}).encode()


@pytest.mark.parametrize(
    ("status", "fields", "code"),
    [
        (400, {"code": "model_decommissioned"}, FailureCode.MODEL_NOT_FOUND),
        (400, {"code": "model_terms_required"}, FailureCode.MODEL_NOT_FOUND),
        (403, {"code": "model_not_found"}, FailureCode.MODEL_NOT_FOUND),
        (400, {"code": "billing_hard_limit_reached"}, FailureCode.AUTH_FAILED),
        (400, {"status": "FAILED_PRECONDITION", "type": None}, FailureCode.AUTH_FAILED),
        (413, {"code": "rate_limit_exceeded", "type": "tokens"}, FailureCode.RATE_LIMITED),
        (400, {"code": "context_length_exceeded"}, FailureCode.INVALID_REQUEST),
        (403, {"metadata": {"flagged_input": "Hello"}}, FailureCode.CONTENT_FILTERED),
        (400, {"code": "content_filter"}, FailureCode.CONTENT_FILTERED),
        (498, {"code": "invalid_token"}, FailureCode.AUTH_FAILED),
    ],
)
async def test_where_a_status_says_little_the_vendors_own_code_decides(
    status: int, fields: dict[str, object], code: FailureCode
) -> None:
    body = error_body(message="No.", **{"type": "invalid_request_error", **fields})
    async with vendor_server(status=status, chunks=[body]) as server:
        error = await failure(server)
    assert (error.code, error.message) == (code, f"answered {status}: No.")


GONE = {"message": "The model is gone.", "code": "model_decommissioned"}


@pytest.mark.parametrize("whole", [False, True], ids=["status", "event"])
@pytest.mark.parametrize(
    ("raw", "said", "code"),
    [
        (json.dumps({"error": GONE}), "The model is gone.", FailureCode.MODEL_NOT_FOUND),
        ({"error": GONE}, "The model is gone.", FailureCode.MODEL_NOT_FOUND),
        ('{"error":{"message":"No key","code":401}}', "No key", FailureCode.AUTH_FAILED),
        ('{"error":{"message":"Slow","code":"429"}}', "Slow", FailureCode.RATE_LIMITED),
        ("plain words", "plain words", FailureCode.INVALID_REQUEST),
    ],
)
async def test_an_intermediary_passes_the_vendors_own_words_on(
    raw: object, said: str, code: FailureCode, whole: bool
) -> None:
    passed_on = {"raw": raw, "provider_name": "Acme"}
    body = error_body(message="Provider returned error", code=400, metadata=passed_on)
    answer = {"chunks": [b"data: ", body, b"\n\n"]} if whole else {"chunks": [body]}
    async with vendor_server(status=200 if whole else 400, **answer) as server:
        error = await failure(server)
    began = "reported an error" if whole else "answered 400"
    assert error.message == f"{began}: Provider returned error: {said}"
    assert error.code is code


@pytest.mark.parametrize("raw", [None, "", " ", 17, [], "<html>", {"metadata": {"raw": "x"}}])
def test_whatever_an_intermediary_passes_on_is_an_error_of_ours(raw: object) -> None:
    body = error_body(message="Provider returned error", metadata={"raw": raw}).decode()
    assert refusal(400, {}, body, None, NOW).code is FailureCode.INVALID_REQUEST


RETRY_INFO = b'[{"error":{"code":429,"details":[{"retryDelay":"34.5s"}]}}]'
PASSED_ON = b"""{"error":{"code":429,"message":"Rate limit exceeded","metadata":{"headers":
    {"X-RateLimit-Limit":"20","X-RateLimit-Remaining":"0","Retry-After":"12"}}}}"""


@pytest.mark.parametrize("vendor", MODELS)
@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "17"}, b"{}", 17.0),
        ({"Retry-After": "30s"}, b"{}", 30.0),
        ({"retry-after-ms": "1500", "Retry-After": "2"}, b"{}", 1.5),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"{}", 0.0),
        ({"Retry-After": "soon"}, b"{}", None),
        ({"Retry-After": "soon"}, RETRY_INFO, 34.5),
        ({"Retry-After": "Wed, 21 Oct 99999999999999999999 07:28:00 GMT"}, b"{}", None),
        ({}, b"", None),
        ({}, RETRY_INFO, 34.5),
        ({}, PASSED_ON, 12.0),
        ({}, b'{"error":{"code":429,"retry_after":2.5}}', 2.5),
        ({}, b'{"error":{"code":429,"metadata":{"retry_after_seconds":8}}}', 8.0),
        ({"x-ratelimit-reset-requests": "6m0s"}, b"{}", 360.0),
        ({"anthropic-ratelimit-tokens-reset": "2015-10-21T07:28:00Z"}, b"{}", None),
    ],
)
async def test_a_rate_limit_says_how_long(
    vendor: str, headers: dict[str, str], body: bytes, seconds: float | None
) -> None:
    async with vendor_server(status=429, headers=headers, chunks=[body]) as server:
        assert (await failure(server, vendor)).retry_after == seconds


async def test_an_error_within_an_answer_says_how_long_too() -> None:
    for error, seconds in ((RETRY_INFO[1:-1], 34.5), (PASSED_ON, 12.0)):
        async with vendor_server(chunks=[b"data: ", error.replace(b"\n", b""), b"\n\n"]) as server:
            failed = await failure(server)
        assert (failed.code, failed.retry_after) == (FailureCode.RATE_LIMITED, seconds)


async def test_a_reset_beside_another_failure_asks_for_no_pause() -> None:
    headers = {"x-ratelimit-reset-requests": "6m0s", "x-ratelimit-remaining-requests": "9"}
    async with vendor_server(status=503, headers=headers) as server:
        assert (await failure(server)).retry_after is None


async def test_a_vendor_that_is_overloaded_says_how_long_too() -> None:
    async with vendor_server(status=503, headers={"Retry-After": "9"}) as server:
        assert (await failure(server)).retry_after == 9.0


async def test_googles_400_for_a_wrong_key_is_a_matter_of_the_key() -> None:
    body = b"""{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT",
        "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"""
    async with vendor_server(status=400, chunks=[body]) as server:
        assert (await failure(server, "google")).code is FailureCode.AUTH_FAILED


async def test_an_error_quotes_shortly_and_without_the_key() -> None:
    body = f'{{"error":{{"message":"Incorrect key {KEY}, sk-fa*****789. {"Sorry! " * 99}"}}}}'
    async with vendor_server(status=401, chunks=[body.encode()]) as server:
        message = (await failure(server)).message
    assert message.startswith("answered 401: Incorrect key [key], [key] Sorry!")
    assert len(message) <= len("answered 401: ") + MAX_QUOTE


@pytest.mark.parametrize("shown", [f"{KEY[:9]}...{KEY[-4:]}", f"...{KEY[-10:]}", KEY[:-1]])
async def test_a_key_cut_short_is_not_quoted_either(shown: str) -> None:
    body = f'{{"error":{{"message":"Incorrect key {shown} given"}}}}'
    async with vendor_server(status=401, chunks=[body.encode()]) as server:
        message = (await failure(server)).message
    assert message.startswith("answered 401: Incorrect key ")
    assert "[key]" in message
    assert KEY[:8] not in message
    assert KEY[-8:] not in message


async def test_a_huge_error_body_is_not_read_to_its_end() -> None:
    async with vendor_server(
        status=500, chunks=[b"x" * 65_536] * 4, hold=asyncio.Event()
    ) as server:
        assert len((await failure(server)).message) < 250


async def test_a_web_page_is_not_quoted() -> None:
    page = b"<!DOCTYPE html><html><h1>Bad Gateway</h1></html>"
    async with vendor_server(status=502, content_type="text/html", chunks=[page]) as server:
        assert (await failure(server)).message == "answered 502"
