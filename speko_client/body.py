"""An answer's body as it arrives: unpacked, in small pieces, and bounded.

httpx unpacks a chunk whole, however much comes out of it. Here it is unpacked piece by piece, so
that a small answer that unfolds into gigabytes is given up before they are there.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from speko_client.errors import SpekoAnswerTooLargeError
from speko_client.failures import invalid_answer
from speko_client.server import ACCEPTED_ENCODING

PIECE_BYTES = 64 * 1024
_GZIP_WINDOW = zlib.MAX_WBITS | 16


class Body:
    """Takes the raw chunks of one answer; ``limit`` None is no limit.

    ``encoding`` is the answer's ``Content-Encoding``. Raises SpekoStreamError.
    """

    def __init__(self, encoding: str, limit: int | None) -> None:
        self._limit = limit
        self._raw_bytes = self._unpacked_bytes = 0
        self._unpacker = _unpacker(encoding.strip().lower())

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """What ``chunk`` unfolds into."""
        self._raw_bytes += len(chunk)
        self._check(self._raw_bytes)
        if self._unpacker is None:
            yield chunk
            return
        while chunk and not self._unpacker.eof:
            try:
                piece = self._unpacker.decompress(chunk, PIECE_BYTES)
            except zlib.error as error:
                raise invalid_answer("The answer's compression is broken.") from error
            chunk = self._unpacker.unconsumed_tail
            self._unpacked_bytes += len(piece)
            self._check(self._unpacked_bytes)
            if piece:
                yield piece

    def _check(self, size: int) -> None:
        if self._limit is not None and size > self._limit:
            raise SpekoAnswerTooLargeError("The answer", self._limit, "max_answer_bytes")


def _unpacker(encoding: str) -> zlib._Decompress | None:
    if encoding in ("", "identity"):
        return None
    if encoding not in (ACCEPTED_ENCODING, "x-gzip"):
        raise invalid_answer(f"The answer is compressed by {encoding[:80]!r}, not asked for.")
    return zlib.decompressobj(_GZIP_WINDOW)
