"""How long a server asks to be left alone, in every form that servers write it in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client import SpekoRateLimitError
from speko_client.pauses import asked_pause, seconds_until, until_reset
from tests.client.calls import HELLO
from tests.client.conftest import Connect
from tests.client.wire_server import WireServer, refused

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("7.66", 7.66),
        ("30s", 30),
        ("6m0s", 360),
        ("2m59.56s", 179.56),
        ("1h0m0.5S", 3600.5),
        ("250ms", 0.25),
        ("1d", 86_400),
        (f"{SOON.timestamp():.0f}", 90),
        (f"{SOON.timestamp() * 1000:.0f}", 90),
        (format_datetime(SOON, usegmt=True), 90),
        ("2026-11-22T12:01:30Z", 90),
        ("2026-11-22T13:01:30+01:00", 90),
        (format_datetime(NOW - timedelta(days=1)), 0),
        ("1700000000", 0),
    ],
)
def test_a_wait_is_read_in_every_form(text: str, seconds: float) -> None:
    assert seconds_until(f" {text} ", NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", [None, "", "soon", "-1", "nan", "inf", "1e9", "5 s", "s", "٣", "9" * 65]
)
def test_what_is_no_wait_is_none(text: str | None) -> None:
    assert seconds_until(text, NOW) is None


@given(text=st.text() | st.from_regex(r"[0-9smhd.:TZ -]{0,40}"))
def test_a_wait_survives_anything(text: str) -> None:
    pause = seconds_until(text, NOW)
    assert pause is None or pause >= 0


@given(milliseconds=st.integers(0, 10**6))
def test_milliseconds_are_more_exact_than_seconds(milliseconds: int) -> None:
    headers = {"retry-after-ms": str(milliseconds), "retry-after": "1000"}
    assert asked_pause(headers, NOW) == milliseconds / 1000
    assert asked_pause({**headers, "retry-after-ms": "soon"}, NOW) == 1000


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"}, 1),
        (
            {
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-reset-tokens": "6m0s",
                "x-ratelimit-remaining-requests": "29",
                "x-ratelimit-remaining-tokens": "0",
            },
            360,
        ),
        (
            {
                "anthropic-ratelimit-requests-reset": "2026-11-22T12:00:02Z",
                "anthropic-ratelimit-input-tokens-reset": "2026-11-22T12:00:40Z",
                "anthropic-ratelimit-input-tokens-remaining": "0",
            },
            40,
        ),
        ({"x-ratelimit-reset": f"{SOON.timestamp() * 1000:.0f}"}, 90),
        ({"ratelimit-reset": "50", "ratelimit-remaining": "0"}, 50),
        ({"x-ratelimit-reset-tokens-minute": "11.38"}, 11.38),
        ({"x-ratelimit-reset-requests": "0s"}, None),
        ({"x-ratelimit-limit-requests": "60"}, None),
    ],
)
def test_a_reset_is_read_from_the_limit_that_is_used_up(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert until_reset(headers, NOW) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("header", "value", "seconds"),
    [("retry-after-ms", "1500", 1.5), ("Retry-After", "30s", 30), ("RateLimit-Reset", "9", 9)],
)
def test_the_client_passes_it_on(
    connect: Connect, server: WireServer, header: str, value: str, seconds: float
) -> None:
    pause = {header.replace("-", "_"): value}
    server.script(refused("429 Too Many", "Slow", "RATE_LIMITED", **pause))
    with pytest.raises(SpekoRateLimitError) as failed:
        connect().complete(**HELLO)
    assert failed.value.retry_after == seconds
