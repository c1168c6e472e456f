"""What the three wire dialects have in common: one request out, one stream of events in.

A dialect is pure. ``Outgoing`` is what it wants sent, a ``Reader`` turns the events that come
back into text, tool calls and the finish; ``upstream`` does the sending.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from speko_gateway.provider import ProviderEvent, ProviderRequest
from speko_gateway.providers.vendors.catalogue import Vendor
from speko_gateway.providers.vendors.reading import text

CHAT_COMPLETIONS: Final = "/chat/completions"
"""The path of the ``openai`` dialect."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request: ``path`` goes behind the base URL; ``notes`` say what was left out or changed.

    ``headers`` are the dialect's own; those that carry the key are added when it is sent.
    """

    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads one answer, event by event."""

    @property
    def done(self) -> bool:
        """Whether the vendor's terminal event has come; what follows is not read."""
        ...

    def read(self, data: str) -> list[ProviderEvent]:
        """What one event's data says. ProviderError where it is an error or no event at all."""
        ...

    def finish(self) -> list[ProviderEvent]:
        """The tool calls and the finish, once the stream has ended.

        ProviderError where it ended without its terminal event.
        """
        ...


class Dialect(Protocol):
    """One wire dialect; the modules ``openai``, ``anthropic`` and ``google`` each are one."""

    def outgoing(self, vendor: Vendor, request: ProviderRequest) -> Outgoing:
        """What to send for ``request``. ProviderError where it cannot be said to this vendor."""
        ...

    def reader(self, notes: tuple[str, ...], secret: str | None) -> Reader:
        """A reader for the answer; ``secret`` is never quoted."""
        ...

    def key_headers(self, key: str) -> dict[str, str]:
        """The headers that carry the key."""
        ...

    def models_request(self) -> Outgoing:
        """What to GET for the vendor's own list of models."""
        ...

    def model_ids(self, entries: list[Any]) -> list[str]:
        """The ids in the entries of the vendor's list; see ``model_listing`` for its forms."""
        ...


def model_ids(entries: list[Any], prefix: str = "") -> list[str]:
    """The ids of a list of models, sorted, each once; an entry may be the bare id."""
    names = (
        text(each.get("id") or each.get("name") if isinstance(each, dict) else each)
        for each in entries
    )
    return sorted({name.removeprefix(prefix) for name in names if name})
