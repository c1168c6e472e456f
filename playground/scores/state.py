"""The browser state of the view "Scores": what was deleted last, and what is to be said once.

And the chosen scores over a reload: the tab keeps their id.
"""

from __future__ import annotations

import re
from typing import Final

from playground.browser.kept import Kept
from playground.browser.slots import Slot
from playground.connections.state import choose_scores, chosen_scores, scores_are_settled
from playground.runtime import get_runtime
from playground.scores import own_files
from playground.teams.state import this_owner
from speko_client.models import SnapshotFile

_DELETED = Slot("scores_deleted", SnapshotFile)
_NOTICE = Slot("scores_notice", str)
_UPLOADS = Slot("scores_uploads", int)
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def kept_scores() -> Kept:
    """What the tab is to keep of the chosen scores."""
    return Kept(chosen_scores(), scores_are_settled(), _found)


def _found(kept: str) -> None:
    """Choose what the tab has kept; one that is gone is told of later."""
    if scores_are_settled() or not _ID.fullmatch(kept):
        return
    folder = own_files.own_folder(get_runtime().settings)
    if kept not in own_files.of_others(folder, this_owner()):
        choose_scores(kept)


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
