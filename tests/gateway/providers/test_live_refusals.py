"""Vendors that refuse: the status decides what it means, and nothing is quoted that must not be."""

from __future__ import annotations

import asyncio

import pytest

from speko_gateway.provider import FailureCode
from speko_gateway.providers.failures import MAX_QUOTE
from tests.gateway.providers.live_failure import KEY, MODELS, failure
from tests.gateway.providers.vendor_server import vendor_server


@pytest.mark.parametrize("vendor", MODELS)
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (307, FailureCode.SERVER_ERROR),
        (400, FailureCode.INVALID_REQUEST),
        (401, FailureCode.AUTH_FAILED),
        (402, FailureCode.AUTH_FAILED),
        (403, FailureCode.AUTH_FAILED),
        (404, FailureCode.MODEL_NOT_FOUND),
        (408, FailureCode.TIMEOUT),
        (409, FailureCode.INVALID_REQUEST),
        (413, FailureCode.INVALID_REQUEST),
        (422, FailureCode.INVALID_REQUEST),
        (429, FailureCode.RATE_LIMITED),
        (500, FailureCode.SERVER_ERROR),
        (502, FailureCode.SERVER_ERROR),
        (503, FailureCode.SERVER_ERROR),
        (504, FailureCode.TIMEOUT),
        (529, FailureCode.RATE_LIMITED),
    ],
)
async def test_the_status_decides(vendor: str, status: int, code: FailureCode) -> None:
    body = b'{"error":{"message":"Not today.","type":"whatever"}}'
    async with vendor_server(status=status, chunks=[body], headers={"Location": "/"}) as server:
        error = await failure(server, vendor)
    assert (error.code, error.status) == (code, status)
    assert error.message == f"answered {status}: Not today."


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "17"}, b"{}", 17.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"{}", 0.0),
        ({"Retry-After": "soon"}, b"{}", None),
        ({"Retry-After": "Wed, 21 Oct 99999999999999999999 07:28:00 GMT"}, b"{}", None),
        ({}, b"", None),
        ({}, b'[{"error":{"code":429,"details":[{"retryDelay":"34.5s"}]}}]', 34.5),
    ],
)
async def test_a_rate_limit_says_how_long(
    headers: dict[str, str], body: bytes, seconds: float | None
) -> None:
    async with vendor_server(status=429, headers=headers, chunks=[body]) as server:
        assert (await failure(server)).retry_after == seconds


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
