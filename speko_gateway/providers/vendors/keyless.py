"""A vendor's answer without the key it was asked with: some servers repeat what they were sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from speko_client.redaction import RedactedStream, Redactor
from speko_gateway.provider import Finish, ProviderEvent, TextDelta, ToolCall


class KeylessEvents:
    """One answer's events; only what is a key so far is held back."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._text = RedactedStream(redactor)

    def of(self, event: ProviderEvent) -> Iterator[ProviderEvent]:
        """What of the answer may be passed on with this event."""
        if isinstance(event, TextDelta):
            shown = self._text.feed(event.text)
            if shown:
                yield event if shown == event.text else TextDelta(shown)
            return
        if isinstance(event, ToolCall | Finish):
            if rest := self._text.end():
                yield TextDelta(rest)
            event = self._without_key(event)
        yield event

    def _without_key(self, event: ToolCall | Finish) -> ToolCall | Finish:
        said = {each.name: getattr(event, each.name) for each in fields(event)}
        cut = {name: self._redactor.value(value) for name, value in said.items()}
        return event if cut == said else replace(event, **cut)
