"""Whose fault a vendor's refusal is: the key's, the network's, the model's, the request's or none.

The HTTP status decides. Where a status says little, the vendor's own machine-readable words do.
Only what the request itself causes may be ``INVALID_REQUEST``: where every candidate answers so,
the caller gets a 400.
"""

from __future__ import annotations

from collections.abc import Iterable

from speko_gateway.provider import FailureCode

_STATUSES = {
    FailureCode.INVALID_REQUEST: (400, 413, 422),
    # 419, 440: a session that is over; 451: not in this country
    FailureCode.AUTH_FAILED: (401, 402, 403, 419, 440, 451),
    # 405, 501: nothing at this address takes the call; 410: retired
    FailureCode.MODEL_NOT_FOUND: (404, 405, 410, 501),
    FailureCode.TIMEOUT: (408, 504, 522, 524, 598, 599),
    # 498: Groq's flex tier is at capacity; 509: over its bandwidth; 529: Anthropic is overloaded
    FailureCode.RATE_LIMITED: (429, 498, 509, 529),
    # What stands in between refused: a redirect, a proxy that wants a password, a network that
    # wants a login, nginx's codes for hung-up and TLS, Cloudflare's for a server it cannot reach.
    FailureCode.CONNECT_FAILED: (
        *range(300, 400),
        *(407, 421, 426, 444, 460, 495, 496, 497, 499, 511),
        *(521, 523, 525, 526, 530),
    ),
}
_BY_STATUS = {status: code for code, statuses in _STATUSES.items() for status in statuses}

_SAY_LITTLE = frozenset({None, 400, 403, 413, 422, 498})
"""Statuses that vendors give for many reasons; None: an error within an answer has none."""

_WORDS = {
    FailureCode.AUTH_FAILED: (
        *("API_KEY_INVALID", "PERMISSION_DENIED", "UNAUTHENTICATED", "FAILED_PRECONDITION"),
        *("authentication_error", "permission_error", "billing_error", "access_denied"),
        *("invalid_api_key", "invalid_authentication", "invalid_token", "token_expired"),
        *("account_deactivated", "billing_not_active", "billing_hard_limit_reached"),
        *("insufficient_balance", "insufficient_credits", "unsupported_country_region_territory"),
    ),
    FailureCode.MODEL_NOT_FOUND: (
        *("NOT_FOUND", "not_found_error", "NotFoundError", "model_not_found", "invalid_model"),
        *("model_decommissioned", "model_deprecated", "model_not_available", "model_not_supported"),
        *("model_not_active", "model_terms_required", "model_permission_blocked_org"),
        *("model_permission_blocked_project", "unsupported_model", "unknown_model"),
    ),
    FailureCode.RATE_LIMITED: (
        *("RESOURCE_EXHAUSTED", "rate_limit_error", "rate_limit_exceeded", "rate_limited"),
        *("insufficient_quota", "quota_exceeded", "overloaded_error", "overloaded"),
        *("capacity_exceeded", "engine_overloaded", "engine_overloaded_error"),
        *("too_many_requests",),
    ),
    FailureCode.TIMEOUT: ("timeout_error", "timeout", "DEADLINE_EXCEEDED"),
    FailureCode.SERVER_ERROR: (
        *("INTERNAL", "UNAVAILABLE", "api_error", "server_error", "internal_server_error"),
        *("service_unavailable", "provider_error"),
    ),
    FailureCode.INVALID_REQUEST: (
        *("INVALID_ARGUMENT", "invalid_request_error", "request_too_large", "BadRequestError"),
        *("context_length_exceeded", "string_above_max_length"),
    ),
    FailureCode.CONTENT_FILTERED: (
        *("content_filter", "content_policy_violation", "flagged_input", "moderation_error"),
    ),
}
_BY_WORD = {word.lower(): code for code, words in _WORDS.items() for word in words}


def says_little(status: int | None) -> bool:
    """Whether this status leaves open what was wrong."""
    return status in _SAY_LITTLE


def code_for(status: int | None, words: Iterable[str]) -> FailureCode:
    """The code for this status and these words of the vendor's, the most specific first."""
    if says_little(status):
        known = (_BY_WORD[word.lower()] for word in words if word.lower() in _BY_WORD)
        if (found := next(known, None)) is not None:
            return found
    return _BY_STATUS.get(status or 500, FailureCode.SERVER_ERROR)
