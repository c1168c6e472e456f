"""Which server answers, and what it takes."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from playground.settings import Settings
from speko_client.server import DEFAULT_BASE_URL


@dataclass(frozen=True, slots=True)
class Connection:
    """A server that speaks ``/v1/complete``; the key shows nowhere, not even in a repr.

    ``takes_vertical`` is False for the hosted service, whose current generation rejects the field.
    ``embedded`` is True for the gateway that ships here.
    """

    name: str
    base_url: str
    key: SecretStr
    takes_vertical: bool
    embedded: bool


def configured(settings: Settings) -> Connection | None:
    """The server that the settings name; None where the embedded gateway is meant."""
    if settings.api_key is None:
        return None
    url = settings.base_url or DEFAULT_BASE_URL
    name = "Speko" if url == DEFAULT_BASE_URL else urlsplit(url).netloc
    return Connection(name, url, settings.api_key, settings.takes_vertical, embedded=False)


def embedded(base_url: str, key: str) -> Connection:
    """The gateway that ships here, at its loopback address."""
    return Connection(
        "Embedded gateway", base_url, SecretStr(key), takes_vertical=True, embedded=True
    )
