"""What schemathesis checks besides its own: loaded by its command line, not a test itself."""

from __future__ import annotations

from typing import Any

import schemathesis

FAILURES = {"COMPLETE_FAILED", "ALL_PROVIDERS_FAILED"}


@schemathesis.check
def a_500_is_one_of_the_contracts(_ctx: Any, response: Any, _case: Any) -> None:
    """``/v1/complete`` may answer 500, but only to say that nobody is available or all failed."""
    if response.status_code >= 500:
        assert response.status_code == 500
        assert response.json()["code"] in FAILURES


@schemathesis.check
def an_error_is_the_flat_envelope(_ctx: Any, response: Any, _case: Any) -> None:
    """Whatever is refused, is refused in one shape."""
    if response.status_code >= 400:
        body = response.json()
        assert isinstance(body["error"], str)
        assert isinstance(body["code"], str)


@schemathesis.check
def an_answer_names_who_gave_it(_ctx: Any, response: Any, case: Any) -> None:
    """Headers and body agree."""
    if response.status_code == 200 and case.path == "/v1/complete":
        body = response.json()
        assert response.headers["x-speko-provider"] == [body["provider"]]
        assert response.headers["x-speko-failover-count"] == [str(body["failoverCount"])]
        assert len(body["attempts"]) == body["failoverCount"] + 1
