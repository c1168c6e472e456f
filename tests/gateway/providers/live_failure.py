"""One call to a live provider that fails, and the error it ends in."""

from __future__ import annotations

import pytest

from speko_gateway.provider import ProviderError
from tests.gateway.providers.vendor_server import VendorServer, ask, drain

KEY = "sk-fake-0123456789"
MODELS = {"openai": "gpt-4o", "anthropic": "claude-sonnet-5-5", "google": "gemini-3.8-flash"}


async def failure(server: VendorServer, vendor: str = "openai") -> ProviderError:
    """The error that this server's answer ends in."""
    with pytest.raises(ProviderError) as caught:
        await drain(server.provider(vendor, KEY), ask(MODELS[vendor]))
    assert KEY not in str(caught.value)
    return caught.value
