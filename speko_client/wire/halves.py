"""Text without half characters.

JSON spells a character beyond U+FFFF as two escapes, its surrogates. A server that cuts its text
between them sends a half in each of two events. No file, page or UTF-8 holds a half: two that meet
become the character again, one that stays alone becomes U+FFFD.
"""

from __future__ import annotations


class Halves:
    """Puts together what arrives in pieces; one per text."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = ""

    def take(self, piece: str) -> str:
        """The text that is whole with ``piece``; the first half at its end is held back."""
        if piece.isascii() and not self._held:
            return piece
        text = self._held + piece
        self._held = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
        return sound(text[:-1] if self._held else text)

    def rest(self) -> str:
        """U+FFFD for a half that nothing followed, else nothing."""
        held, self._held = self._held, ""
        return sound(held)


def sound(text: str) -> str:
    """``text`` with its halves joined, and U+FFFD in place of those that stay alone."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
