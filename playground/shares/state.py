"""What this browser tab remembers of shares: the link that was just made, shown once."""

from __future__ import annotations

from playground.browser.slots import Slot

_MADE: Slot[tuple[str, str]] = Slot("share_made", tuple)


def keep_link(conversation_id: str, link: str) -> None:
    """Remember the link that was just made for this session."""
    _MADE.set((conversation_id, link))


def made_link(conversation_id: str) -> str | None:
    """The link that was just made for this session."""
    made = _MADE.get()
    return made[1] if made and made[0] == conversation_id else None


def forget_link() -> None:
    """Show no link any more."""
    _MADE.set(None)
