"""A price list of one's own: what models cost you, in place of their list prices.

A JSON file that names candidates as an allow-list does; prices are US$ per million tokens::

    {"openai:gpt-5.4-mini": {"inputUsdPerMillion": 0.6, "outputUsdPerMillion": 3.6}}
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

PRICES_VARIABLE: Final = "SPEKO_PRICES"

_Usd = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class OwnPrice(BaseModel):
    """One candidate's price, US$ per million tokens."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)

    input_usd_per_million: _Usd
    output_usd_per_million: _Usd

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """US$ for these tokens."""
        spent = tokens_in * self.input_usd_per_million + tokens_out * self.output_usd_per_million
        return spent / 1_000_000


class OwnPricesError(Exception):
    """The file cannot be used; the text names it, the field and the fault."""


_File = TypeAdapter(dict[Annotated[str, Field(pattern=r"^[^:\s]+:\S(.*\S)?$")], OwnPrice])


def read_own_prices(path: Path) -> Mapping[str, OwnPrice]:
    """The prices by candidate (``vendor:model``). Raises OwnPricesError."""
    try:
        return _File.validate_json(path.read_bytes())
    except OSError as error:
        raise OwnPricesError(f"Price list {path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise OwnPricesError(f"Price list {path}, {field}: {first['msg']}") from error


def own_source(path: Path) -> str:
    """The list as shown beside its prices."""
    return f"own price list, {path.name}"


@cache
def own_price_list() -> tuple[Mapping[str, OwnPrice], str]:
    """This process's list, as ``SPEKO_PRICES`` named it at the first call, and its source.

    Empty where there is none, or none that can be read: the gateway then says what is wrong with it
    and does not start.
    """
    named = os.environ.get(PRICES_VARIABLE, "").strip()
    try:
        return (read_own_prices(Path(named)), own_source(Path(named))) if named else ({}, "")
    except OwnPricesError:
        return {}, ""
