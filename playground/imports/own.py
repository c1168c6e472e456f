"""Sessions of this playground come back as they were: ids, branches, figures and all. Pure."""

from __future__ import annotations

import json
from typing import Any

from playground.exports.session_file import FORMAT, SessionFileError, read_sessions
from playground.imports.foreign import BrokenError
from playground.imports.tree import OWN
from playground.sessions.copies import with_new_ids
from playground.sessions.turns import Conversation, new_id


def is_own(entry: dict[str, Any]) -> bool:
    """Whether this is a file of ours, with one session (see ``elements``)."""
    return entry.get("format") == FORMAT


def own(entry: dict[str, Any]) -> list[Conversation]:
    """The sessions of such a file. Raises BrokenError."""
    try:
        return read_sessions(json.dumps(entry).encode())
    except SessionFileError as error:
        raise BrokenError(str(error)) from error


def copied(conversation: Conversation) -> Conversation:
    """The same with ids of its own, where its own are taken; its origin names the first."""
    origin = conversation.origin or f"{OWN}:{conversation.id}"
    return with_new_ids(conversation, new_id).model_copy(update={"origin": origin})
