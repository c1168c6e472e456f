"""Vendors' list prices, from the table of genai-prices.

The table takes a quarter of a second to read, so it is read at the first price. A vendor's own part
of it is made at the vendor's first price.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.metadata import version
from typing import Final

OWN_MACHINE: Final = frozenset({"local", "ollama", "lmstudio", "vllm", "llamacpp"})
"""Those who run on a machine of one's own, at no price."""

_TABLE_NAMES: Final = {"xai": "x-ai"}


@cache
def price_source() -> str:
    """The table as shown beside every price, such as ``genai-prices 0.2.3``."""
    return f"genai-prices {version('genai-prices')}"


@lru_cache(maxsize=1024)
def list_price(provider: str, model: str, tokens_in: int, tokens_out: int) -> float | None:
    """US$ for these tokens at this vendor's list price; None where the table has none."""
    from genai_prices import Usage, calc_price

    usage = Usage(input_tokens=tokens_in, output_tokens=tokens_out)
    table_name = _TABLE_NAMES.get(provider, provider)
    try:
        found = calc_price(usage, model_ref=model, provider_id=table_name)
    except LookupError:
        return None
    # The table also takes a name that only contains a vendor's; a list price is the vendor's own.
    return float(found.total_price) if found.provider.id == table_name else None
