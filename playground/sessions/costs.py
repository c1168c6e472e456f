"""What a turn would cost at list price. An estimate, always labelled with the table it comes from.

The table is genai-prices', read from the package and never updated over the network. A model that
it does not know, and anything that runs on the user's own machine, has no estimate: None, not 0.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Final

from speko_client.models import CompleteUsage

_OWN_MACHINE: Final = frozenset({"local", "ollama", "lmstudio", "vllm", "llamacpp", "custom"})
_TABLE_NAMES: Final = {"xai": "x-ai"}


def estimate(
    provider: str | None, model: str | None, usage: CompleteUsage | None
) -> tuple[float, str] | None:
    """US$ for these tokens and the price table's name and version; None where it is not known."""
    if not provider or not model or usage is None or provider in _OWN_MACHINE:
        return None
    price = _price(provider, model, usage.prompt_tokens, usage.completion_tokens)
    return None if price is None else (price, price_source())


@cache
def price_source() -> str:
    """The price table as shown beside every estimate, such as ``genai-prices 0.2.3``."""
    return f"genai-prices {version('genai-prices')}"


def _price(provider: str, model: str, tokens_in: int, tokens_out: int) -> float | None:
    # Reading the table takes a quarter of a second, so it is read at the first price.
    from genai_prices import Usage, calc_price

    usage = Usage(input_tokens=tokens_in, output_tokens=tokens_out)
    table_name = _TABLE_NAMES.get(provider, provider)
    try:
        return float(calc_price(usage, model_ref=model, provider_id=table_name).total_price)
    except LookupError:
        return None
