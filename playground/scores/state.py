"""The browser state of the view "Scores": what was deleted last, and what is to be said once."""

from __future__ import annotations

from playground.browser.slots import Slot
from speko_client.models import SnapshotFile

_DELETED = Slot("scores_deleted", SnapshotFile)
_NOTICE = Slot("scores_notice", str)
_UPLOADS = Slot("scores_uploads", int)


def deleted() -> SnapshotFile | None:
    """The snapshot that was deleted last, while it can be put back."""
    return _DELETED.get()


def keep_deleted(snapshot: SnapshotFile | None) -> None:
    """Remember it; None: there is nothing to put back."""
    _DELETED.set(snapshot)


def say(notice: str) -> None:
    """Have the view say this when it is drawn next."""
    _NOTICE.set(notice)


def take_notice() -> str | None:
    """What is to be said now; only once."""
    notice = _NOTICE.get()
    _NOTICE.set(None)
    return notice


def upload_key() -> str:
    """The key of the field for a file; another one for each file."""
    return f"scores-file-{_UPLOADS.get() or 0}"


def next_upload() -> None:
    """Empty the field for a file."""
    _UPLOADS.set((_UPLOADS.get() or 0) + 1)
