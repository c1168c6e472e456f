"""Scores snapshots of one's own: files beside the host's, which the gateway reads as it does those.

A file is named ``ID.WHOSE.json``. ``WHOSE`` is made from the owner, so that the page shows each
visitor their own; an id ends in random characters, so that nobody can guess another one's.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from playground.servers.local_gateway import SCORES_FOLDER
from playground.settings import Settings
from playground.teams.owner import Owner
from speko_client.models import SnapshotFile, SnapshotOrigin

MOST: Final = 20
"""So many snapshots an owner may keep."""
MOST_BYTES: Final = 2 * 1024 * 1024
"""The largest file that is written or taken in: some 10,000 rows."""
MOST_IN_ALL: Final = 160
MOST_BYTES_IN_ALL: Final = 24 * 1024 * 1024
"""Of all owners together, so that the gateway, which reads at most 200 files, has room for the
host's own."""

_OUR_NAME: Final = re.compile(r"(?P<id>[A-Za-z0-9][A-Za-z0-9._-]*)\.(?P<whose>[0-9a-f]{32})\.json")
_PREFIXES: Final[dict[SnapshotOrigin, str]] = {
    "measured": "measured",
    "votes": "votes",
    "file": "own",
    "shipped": "own",
}
_GONE: Final = "This snapshot is not here: it was deleted, or it is somebody else's."
_ADVICE: Final = {
    errno.ENOSPC: "The disk that holds {folder} is full. Free some space, then save again.",
    errno.EDQUOT: "The disk that holds {folder} is full. Free some space, then save again.",
    errno.EROFS: "{folder} is read-only. Make it writable, or set SPEKO_DATA_DIR to a folder that "
    "is.",
    errno.EACCES: "{folder} may not be written. Give this user the rights to it, or set "
    "SPEKO_DATA_DIR to another folder.",
    errno.EPERM: "{folder} may not be written. Give this user the rights to it, or set "
    "SPEKO_DATA_DIR to another folder.",
}


class ScoresError(Exception):
    """A snapshot could not be read, written or made; its text says why and what to do."""


def own_folder(settings: Settings) -> Path:
    """Where snapshots of one's own are; the embedded gateway reads them there."""
    return settings.data_dir / SCORES_FOLDER


def save(snapshot: SnapshotFile, folder: Path, owner: Owner) -> str:
    """Write it under a new id, which is returned. Raises ScoresError.

    ``folder`` is made where it is missing; only this process's user can read what is in it.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", snapshot.label.lower())[:40].strip("-") or "scores"
    new_id = f"{_PREFIXES[snapshot.origin]}-{slug}-{secrets.token_hex(8)}"
    keep(snapshot.model_copy(update={"id": new_id}), folder, owner)
    return new_id


def keep(snapshot: SnapshotFile, folder: Path, owner: Owner) -> None:
    """Write it under the id that it has, as one that was deleted had it. Raises ScoresError."""
    path = _path(snapshot.id, folder, owner)
    content = as_json(snapshot)
    if len(content) > MOST_BYTES:
        raise ScoresError(
            f"These scores make a file of more than {MOST_BYTES // 2**20} MB. Leave out some rows."
        )
    _refuse_full(folder, owner, len(content))
    try:
        _write(path, content)
    except OSError as error:
        raise ScoresError(_sentence(error, folder, "saved")) from error


def own(folder: Path, owner: Owner) -> frozenset[str]:
    """The ids of the owner's own snapshots."""
    whose = _whose(owner)
    return frozenset(name for name, other in _ours(folder) if other == whose)


def of_others(folder: Path, owner: Owner) -> frozenset[str]:
    """The ids of other owners' snapshots, which this one must not see."""
    whose = _whose(owner)
    return frozenset(name for name, other in _ours(folder) if other != whose)


def read(snapshot_id: str, folder: Path, owner: Owner) -> SnapshotFile:
    """One of the owner's own. Raises ScoresError, also where it is not here or somebody else's."""
    try:
        content = _path(snapshot_id, folder, owner).read_bytes()
        return SnapshotFile.model_validate_json(content)
    except FileNotFoundError as error:
        raise ScoresError(_GONE) from error
    except OSError as error:
        raise ScoresError(_sentence(error, folder, "read")) from error
    except ValidationError as error:
        raise ScoresError("This snapshot's file is damaged, and is of no use any more.") from error


def delete(snapshot_id: str, folder: Path, owner: Owner) -> None:
    """Delete one of the owner's own. Raises ScoresError, also where it is not here or not theirs.

    Whoever routes by it routes by the server's own scores from then on.
    """
    try:
        _path(snapshot_id, folder, owner).unlink()
    except FileNotFoundError as error:
        raise ScoresError(_GONE) from error
    except OSError as error:
        raise ScoresError(_sentence(error, folder, "deleted")) from error


def as_json(snapshot: SnapshotFile) -> bytes:
    """The snapshot as its file has it."""
    return snapshot.model_dump_json(by_alias=True, exclude_none=True, indent=2).encode()


def _refuse_full(folder: Path, owner: Owner, size: int) -> None:
    """Raises ScoresError where the owner, or all of them together, have as much as there may be."""
    if len(own(folder, owner)) >= MOST:
        raise ScoresError(f"{MOST} snapshots are kept, the most there may be. Delete one first.")
    sizes = []
    for name, whose in _ours(folder):
        with suppress(OSError):
            sizes.append((folder / f"{name}.{whose}.json").stat().st_size)
    if len(sizes) >= MOST_IN_ALL or sum(sizes) + size > MOST_BYTES_IN_ALL:
        raise ScoresError(
            "This playground has no room for more snapshots of its visitors. Delete one of yours, "
            "or ask the host to."
        )


def _ours(folder: Path) -> Iterable[tuple[str, str]]:
    """Ids of the files that were written here, and whose they are."""
    with suppress(OSError):
        for path in folder.iterdir():
            if found := _OUR_NAME.fullmatch(path.name):
                yield found["id"], found["whose"]


def _path(snapshot_id: str, folder: Path, owner: Owner) -> Path:
    """Its file. Raises ScoresError for an id that could lead out of the folder."""
    path = folder / f"{snapshot_id}.{_whose(owner)}.json"
    if not _OUR_NAME.fullmatch(path.name) or path.parent != folder:
        raise ScoresError(_GONE)
    return path


def _whose(owner: Owner) -> str:
    return hashlib.sha256(f"scores of {owner}".encode()).hexdigest()[:32]


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing, so that the gateway never reads half a file. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _sentence(error: OSError, folder: Path, done: str) -> str:
    advice = _ADVICE.get(error.errno or 0)
    if advice:
        return advice.format(folder=folder)
    return f"The snapshot could not be {done} in {folder}: {error.strerror or error}."
