"""Server-sent events out of chunks of bytes, without I/O.

A decoder is fed whatever arrives, cut anywhere: inside a character, between CR and LF, in the
middle of a field. It works on whole lines of bytes and decodes a field's value once its line is
complete, so that split characters need no special care. The rules are those of the WHATWG HTML
standard, section 9.2.6, with one difference: a last block without its blank line is not lost,
``flush()`` returns it.

Both sides use it: the client for a gateway's answer, the gateway for a vendor's.
"""

from __future__ import annotations

from typing import NamedTuple

MAX_EVENT_BYTES = 16 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_MAX_DIGITS = 18


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

    ``max_event_bytes`` limits what is kept of an incomplete event. Bytes that are not UTF-8
    become U+FFFD, as the standard says.
    """

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._limit = max_event_bytes
        self._tail: list[bytes] = []
        self._kept = 0
        self._after_cr = False
        self._at_start = True
        self._event = ""
        self._data: list[bytes] = []
        self._id = ""
        self._retry: int | None = None

    def feed(self, chunk: bytes | str) -> list[ServerSentEvent]:
        """The events that ``chunk`` completes, in order. Raises EventTooLargeError."""
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
        rest = b"".join(self._tail)
        self._tail.clear()
        return self._read_lines([rest, b""])

    def _complete_lines(self, data: bytes) -> list[bytes]:
        """The lines that are whole now, without their ends; the rest waits in the tail."""
        if b"\n" not in data and b"\r" not in data:
            self._keep(data)
            return []
        # bytes.splitlines() splits at CR, LF and CRLF only, as the standard does.
        lines = b"".join((*self._tail, data)).splitlines()
        self._kept -= sum(map(len, self._tail))
        self._tail.clear()
        if not data.endswith((b"\n", b"\r")):
            self._keep(lines.pop())
        return lines

    def _keep(self, rest: bytes) -> None:
        self._tail.append(rest)
        self._count(len(rest))

    def _count(self, size: int) -> None:
        self._kept += size
        if self._kept > self._limit:
            raise EventTooLargeError(f"an event is larger than {self._limit} bytes")

    def _read_lines(self, lines: list[bytes]) -> list[ServerSentEvent]:
        events: list[ServerSentEvent] = []
        for line in lines:
            if self._at_start:
                line, self._at_start = line.removeprefix(_BOM), False
            if line:
                self._read_field(line)
            elif (event := self._dispatch()) is not None:
                events.append(event)
        return events

    def _read_field(self, line: bytes) -> None:
        """One line of a block; a comment has an empty name and is ignored like unknown fields."""
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._count(len(value))
        elif name == b"event":
            self._event = _text(value)
        elif name == b"id" and b"\0" not in value:
            self._id = _text(value)
        elif name == b"retry" and value.isdigit() and len(value) <= _MAX_DIGITS:
            self._retry = int(value)

    def _dispatch(self) -> ServerSentEvent | None:
        """The block that a blank line ends; None where it held no data."""
        name, self._event = self._event, ""
        if not self._data:
            return None
        self._kept -= sum(map(len, self._data))
        data = _text(b"\n".join(self._data))
        self._data.clear()
        return ServerSentEvent(name or "message", data, self._id, self._retry)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
