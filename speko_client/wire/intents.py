"""The words of an intent (docs/contract.md, section 2); ``speko_client.models`` has them too."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

Vertical = Literal["general", "healthcare", "finance", "legal"]
Region = Literal["global", "us-east4", "europe-west3", "asia-southeast1"]
OptimizeFor = Literal["balanced", "accuracy", "latency", "cost"]

LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Z]{2})?$"

Language = Annotated[str, Field(pattern=LANGUAGE_PATTERN)]
