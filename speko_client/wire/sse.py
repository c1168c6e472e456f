"""Server-sent events out of chunks of bytes, without I/O.

A decoder is fed whatever arrives, cut anywhere: inside a character, between CR and LF, in the
middle of a field. It works on whole lines of bytes and decodes a field's value once its line is
complete, so that split characters need no special care. The rules are those of the WHATWG HTML
standard, section 9.2.6, with two differences. A last block without its blank line is not lost,
``flush()`` returns it. Some servers leave out the blank lines: where a data line is a whole JSON
object and another one follows, they are two events, because no JSON could be made of both.

Both sides use it: the client for a gateway's answer, the gateway for a vendor's.
"""

from __future__ import annotations

import json
from typing import NamedTuple

MAX_EVENT_BYTES = 16 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_MAX_DIGITS = 18
_LOOKED_AT = 64 * 1024
"""Bytes of a line that may be looked at to find a missing blank line."""


class EventTooLargeError(ValueError):
    """One event grew beyond the decoder's limit: what was sent is no event stream, or is broken."""


class ServerSentEvent(NamedTuple):
    """One event; ``id`` is the last one the stream has set, ``retry`` is in milliseconds."""

    event: str
    data: str
    id: str = ""
    retry: int | None = None


class SSEDecoder:
    """Turns chunks into events; one decoder per stream.

    ``max_event_bytes`` limits an incomplete event: its unfinished line and all its data lines,
    also those that are empty. Bytes that are not UTF-8 become U+FFFD, as the standard says.
    """

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._limit = max_event_bytes
        self._tail = bytearray()
        self._data_bytes = 0
        self._too_large = False
        self._after_cr = False
        self._at_start = True
        self._event = ""
        self._event_of_data = ""
        self._data: list[bytes] = []
        self._id = ""
        self._retry: int | None = None

    def feed(self, chunk: bytes | str) -> list[ServerSentEvent]:
        """The events that ``chunk`` completes, in order.

        Raises EventTooLargeError; where events were complete before that one, at the next call.
        """
        data = chunk.encode("utf-8", "replace") if isinstance(chunk, str) else chunk
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        if not data:
            return []
        self._after_cr = data.endswith(b"\r")
        return self._read_lines(self._complete_lines(data))

    def flush(self) -> list[ServerSentEvent]:
        """The last block where its blank line is missing; call it once, at the stream's end."""
        rest = bytes(self._tail)
        self._tail.clear()
        return self._read_lines([rest, b""])

    def _complete_lines(self, data: bytes) -> list[bytes]:
        """The lines that are whole now, without their ends; the rest waits in the tail."""
        if b"\n" not in data and b"\r" not in data:
            self._tail += data
            return []
        # bytes.splitlines() splits at CR, LF and CRLF only, as the standard does.
        lines = (bytes(self._tail) + data if self._tail else data).splitlines()
        self._tail.clear()
        if not data.endswith((b"\n", b"\r")):
            self._tail += lines.pop()
        return lines

    def _read_lines(self, lines: list[bytes]) -> list[ServerSentEvent]:
        events: list[ServerSentEvent] = []
        for line in () if self._too_large else lines:
            if self._at_start:
                line, self._at_start = line.removeprefix(_BOM), False
            if not line:
                event = self._dispatch(self._event)
                self._event = ""
            else:
                event = self._read_field(line)
            if event is not None:
                events.append(event)
            if self._data_bytes > self._limit:
                self._too_large = True
                break
        self._too_large |= self._data_bytes + len(self._tail) > self._limit
        if self._too_large and not events:
            raise EventTooLargeError(f"an event is larger than {self._limit} bytes")
        return events

    def _read_field(self, line: bytes) -> ServerSentEvent | None:
        """One line of a block; a comment has an empty name and is ignored like unknown fields.

        The event before it, where this line shows that its blank line is missing.
        """
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        before = None
        if name == b"data":
            if len(self._data) == 1 and value and _is_object(self._data[0]):
                before = self._dispatch(self._event_of_data)
            if not self._data:
                self._event_of_data = self._event
            self._data.append(value)
            # The whole line: a million lines without data are a million values all the same.
            self._data_bytes += len(line) + 1
        elif name == b"event":
            self._event = _text(value)
        elif name == b"id" and b"\0" not in value:
            self._id = _text(value)
        elif name == b"retry" and value.isdigit() and len(value) <= _MAX_DIGITS:
            self._retry = int(value)
        return before

    def _dispatch(self, name: str) -> ServerSentEvent | None:
        """The event of this name that ends here; None where it held no data."""
        if not self._data:
            return None
        data = _text(b"\n".join(self._data))
        self._data.clear()
        self._data_bytes = 0
        return ServerSentEvent(name or "message", data, self._id, self._retry)


def _is_object(line: bytes) -> bool:
    """Whether a line is a JSON object by itself."""
    if line[:1] != b"{" or len(line) > _LOOKED_AT:
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
