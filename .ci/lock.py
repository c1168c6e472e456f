"""Compiles pyproject.toml's dependencies into the requirements files, or says that these are stale.

``python .ci/lock.py`` keeps the pins that still fit; ``--upgrade`` takes the newest releases that
pyproject.toml allows; ``--check`` only compares, and needs no network.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = [
    *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet"),
    *("--universal", "--python-version", "3.11", "--fork-strategy", "fewest"),
    # With extras: pip looks for the newest release of a name that is pinned only without them.
    *("--generate-hashes", "--no-header", "--no-emit-index-url", "--no-strip-extras"),
]
FILES = {
    "requirements.txt": ("What the playground needs to run", []),
    "requirements-dev.txt": (
        "That, and what its tests and checks need",
        ["--extra", "dev", "--constraints", "requirements.txt"],
    ),
}
FINGERPRINT = "# fingerprint: "


def fingerprint(pins: str) -> str:
    """A digest of the pins and of what they were compiled from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [project[name] for name in ("requires-python", "dependencies", "optional-dependencies")]
    return hashlib.sha256((json.dumps(asked) + pins).encode()).hexdigest()


def compile_pins(name: str, *options: str) -> None:
    """Write one requirements file. Raises CalledProcessError where the pins cannot be found."""
    what, extras = FILES[name]
    subprocess.run([*COMPILE, *extras, *options, "--output-file", name], cwd=ROOT, check=True)
    pins = (ROOT / name).read_text("utf-8")
    header = f"# {what}. Compiled by `make lock` from pyproject.toml: edit that.\n"
    (ROOT / name).write_text(f"{header}{FINGERPRINT}{fingerprint(pins)}\n{pins}", "utf-8")


def is_current(name: str) -> bool:
    """Whether the file was compiled from the dependencies as they are, and not edited since."""
    _, _, rest = (ROOT / name).read_text("utf-8").partition(FINGERPRINT)
    written, _, pins = rest.partition("\n")
    return written == fingerprint(pins)


def main(options: list[str]) -> int:
    """Compile both files, or check them; 1 where one is stale or cannot be compiled."""
    if options == ["--check"]:
        stale = [name for name in FILES if not is_current(name)]
        if stale:
            sys.stderr.write(
                f"{' and '.join(stale)}: not what pyproject.toml's dependencies compile to. "
                "Run `make lock`, and commit what it writes.\n"
            )
        return bool(stale)
    try:
        for name in FILES:
            compile_pins(name, *options)
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
