"""Downloads one pinned wheel with the user's own pip, and watches it arrive.

pip reports no usable progress in the versions people have, so the growing file is watched
instead: pip downloads into the folder that ``TMPDIR`` names, which is one of ours.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from speko_gateway.errors import SetupError

POLL_SECONDS = 0.1

_OPTIONS = ("--no-deps", "--require-hashes", "--only-binary=:all:", "--no-cache-dir", "--no-input")

_CREDENTIALS = re.compile(r"://[^/\s@]+@")


def download_wheel(
    requirement: str, folder: Path, pip: Sequence[str], on_bytes: Callable[[int], None]
) -> Path:
    """The wheel of ``requirement`` (one line of a requirements file, with its hash).

    ``folder`` is empty, and the caller removes it; ``on_bytes`` gets the bytes so far, again and
    again.
    """
    _require_pip(pip)
    command, environment = _prepare(requirement, folder, pip)
    log = folder / "pip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            _watch(process, folder, on_bytes)
        finally:
            process.kill()
            process.wait()
    return _result(process.returncode, folder / "wheels", log)


def downloaded_bytes(folder: Path) -> int:
    """The size of the largest wheel below ``folder``, whole or growing; 0 where there is none."""
    # os.walk, as it minds no folder that vanishes on the way: pip's own come and go.
    files = (Path(at, name) for at, _, names in os.walk(folder) for name in names)
    return max((_size(file) for file in files if file.suffix == ".whl"), default=0)


def _require_pip(pip: Sequence[str]) -> None:
    if pip[0] == sys.executable and "pip" in pip and importlib.util.find_spec("pip") is None:
        raise SetupError(
            "This Python has no pip to fetch the model with. Run `python -m ensurepip`, and try "
            "again; or point SPEKO_MODEL_PATH to a GGUF model of your own."
        )


def _prepare(
    requirement: str, folder: Path, pip: Sequence[str]
) -> tuple[list[str], dict[str, str]]:
    requirements, scratch, wheels = folder / "pinned.txt", folder / "tmp", folder / "wheels"
    scratch.mkdir()
    wheels.mkdir()
    requirements.write_text(requirement + "\n", encoding="utf-8")
    command = [*pip, "download", *_OPTIONS, "-r", str(requirements), "-d", str(wheels)]
    return command, {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))}


def _watch(process: subprocess.Popen[bytes], folder: Path, on_bytes: Callable[[int], None]) -> None:
    while True:
        on_bytes(downloaded_bytes(folder))
        try:
            process.wait(timeout=POLL_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


def _result(code: int, wheels: Path, log: Path) -> Path:
    wheel = next(wheels.glob("*.whl"), None)
    if code == 0 and wheel is not None:
        return wheel
    raise SetupError(
        "The model could not be downloaded. Check the network connection and pip's settings "
        f"(index, proxy), then try again. pip said: {_reason(log)}"
    )


def _reason(log: Path) -> str:
    """pip's own errors, without any credentials an index address may hold."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines[-1:]
    return _CREDENTIALS.sub("://", " ".join(errors))[:600] or "nothing"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # moved on between the listing and now
        return 0
