"""How many candidates an allow-list leaves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playground.servers import pool
from speko_client.models import KnownProvider

ROWS = [
    KnownProvider(id="openai", vendor="openai", vendor_name="OpenAI"),
    KnownProvider(id="openai:gpt-4o", vendor="openai", vendor_name="OpenAI", model="gpt-4o"),
    KnownProvider(
        id="openai:gpt-4o-mini", vendor="openai", vendor_name="OpenAI", model="gpt-4o-mini"
    ),
    KnownProvider(id="google", vendor="google", vendor_name="Google"),
    KnownProvider(id="google:g", vendor="google", vendor_name="Google", model="g", available=False),
]
IDS = [row.id for row in ROWS]


def test_nobody_named_lets_every_available_model_in() -> None:
    assert [row.model for row in pool.remaining(ROWS, [])] == ["gpt-4o", "gpt-4o-mini"]


def test_a_vendor_stands_for_all_its_models() -> None:
    assert len(pool.remaining(ROWS, ["openai"])) == 2


def test_a_pinned_model_stands_for_itself() -> None:
    assert [row.model for row in pool.remaining(ROWS, ["openai:gpt-4o-mini"])] == ["gpt-4o-mini"]


def test_what_is_not_available_is_not_counted() -> None:
    assert pool.remaining(ROWS, ["google"]) == []


def test_who_of_an_allow_list_is_not_called_is_named_with_the_reason() -> None:
    why = "GOOGLE_API_KEY is not set"
    rows = [*ROWS[:4], ROWS[4].model_copy(update={"reason": why})]
    assert pool.not_called(rows, ["openai", "google:g", "openai:gpt-3"]) == [
        ("Google · g", why),
        ("openai:gpt-3", "it is no longer offered"),
    ]
    assert pool.not_called([], ["openai:gpt-3"]) == [], "a server without a list"


@given(st.lists(st.sampled_from(IDS), min_size=1), st.sampled_from(IDS))
def test_one_more_entry_never_narrows_the_pool(allowed: list[str], more: str) -> None:
    before = {row.id for row in pool.remaining(ROWS, allowed)}
    assert before <= {row.id for row in pool.remaining(ROWS, [*allowed, more])}
