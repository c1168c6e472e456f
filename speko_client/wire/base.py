"""What every wire model is made of: the base classes, and the words of an intent."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema

ProviderKind = Literal["live", "local", "simulated"]
Vertical = Literal["general", "healthcare", "finance", "legal"]
Region = Literal["global", "us-east4", "europe-west3", "asia-southeast1"]
OptimizeFor = Literal["balanced", "accuracy", "latency", "cost"]
ProviderModality = Literal["stt", "llm", "tts"]

LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Z]{2})?$"
Language = Annotated[str, Field(pattern=LANGUAGE_PATTERN)]


class _AtFirstFault:
    """As pydantic's ``FailFast``, which cannot be hashed, as a type that may be None must be."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return cast(CoreSchema, {**handler(source), "fail_fast": True})


_T = TypeVar("_T")
Many = Annotated[list[_T], _AtFirstFault()]
"""A list that is refused at its first bad element: to report a million takes gigabytes."""

# A model's id may hold blanks and commas, as file names do.
Entry = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
Share = Annotated[float, Field(ge=0, le=1)]


class SpekoModel(BaseModel):
    """Base of every wire model: camelCase aliases, either name accepted, the unknown ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", allow_inf_nan=False
    )


class HeaderModel(SpekoModel):
    """What travels in a header of one request; the gateway keeps nothing of it."""

    def to_header(self) -> str:
        """Base64url of this object's JSON, fields that are not set left out."""
        text = self.model_dump_json(by_alias=True, exclude_none=True)
        return base64.urlsafe_b64encode(text.encode()).decode("ascii")
