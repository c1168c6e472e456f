"""Text without half characters.

JSON spells a character beyond U+FFFF as two escapes, its surrogates. A server that cuts its text
between them sends a half in each of two events. No file, page or UTF-8 holds a half: two that meet
become the character again, one that stays alone becomes U+FFFD.
"""

from __future__ import annotations


class Halves:
    """Puts together what arrives in pieces; one per text."""

    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held = ""
        """The first half that the next piece may complete."""

    def take(self, piece: str) -> str:
        """The text that is whole with ``piece``; the first half at its end is held back.

        For a piece in ASCII it need not be called, unless a half is ``held``.
        """
        text = self.held + piece
        if not text:
            return ""
        self.held = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
        return sound(text[:-1] if self.held else text)

    def rest(self) -> str:
        """U+FFFD for a half that nothing followed, else nothing."""
        held, self.held = self.held, ""
        return sound(held)


def sound(text: str) -> str:
    """``text`` with its halves joined, and U+FFFD in place of those that stay alone."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def sound_value(value: object) -> object:
    """A JSON value with each of its texts ``sound``."""
    if isinstance(value, str):
        return sound(value)
    if isinstance(value, dict):
        return {key: sound_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [sound_value(item) for item in value]
    return value
