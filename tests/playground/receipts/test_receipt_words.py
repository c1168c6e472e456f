"""The receipt has its own words for every way that a candidate fails."""

from __future__ import annotations

from playground.receipts.receipt_words import CODES
from speko_client.models import FailureCode


def test_every_failure_has_its_words() -> None:
    assert set(CODES) == set(FailureCode)
