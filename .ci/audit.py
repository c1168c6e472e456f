"""Asks pip-audit whether a pinned package has a known vulnerability.

Fails for each that has one, unless it is listed in ``ACCEPTED`` with a reason. Where its database
cannot be reached, or does not know a package, a line says so, and the build goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 120
PIP_AUDIT = [
    *(sys.executable, "-m", "uv", "tool", "run", "--from", "pip-audit==2.9.0", "pip-audit"),
    *("--requirement", "requirements.txt", "--disable-pip", "--require-hashes"),
    *("--format", "json", "--progress-spinner", "off", "--timeout", "10"),
]
ACCEPTED: Mapping[str, str] = {}
"""Ids of vulnerabilities that do not concern this product, each with the reason."""

UNREACHABLE = "Dependencies were not audited: no database of vulnerabilities is reachable."


def report() -> dict[str, Any] | None:
    """What pip-audit found; None where it or its database could not be reached in time."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "report.json")
        try:
            subprocess.run(
                [*PIP_AUDIT, "--output", str(output)],
                cwd=ROOT,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
            found: dict[str, Any] = json.loads(output.read_text("utf-8"))
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return None
    return found


def verdict(found: dict[str, Any] | None) -> tuple[list[str], bool]:
    """Lines to print, and whether the build fails."""
    if found is None:
        return [UNREACHABLE], False
    packages = found["dependencies"]
    lines = [
        f"{package['name']} {package['version']} has {each['id']}; fixed in: "
        f"{', '.join(each['fix_versions']) or 'no release yet'}."
        for package in packages
        for each in package.get("vulns", ())
        if ACCEPTED.keys().isdisjoint({each["id"], *each.get("aliases", ())})
    ]
    skipped = sum("skip_reason" in package for package in packages)
    audited = f"{len(packages) - skipped} of {len(packages)} dependencies were audited"
    why = "; the database does not know the others" if skipped else ""
    return [*lines, f"{audited}{why}."], bool(lines)


def main() -> int:
    """1 where a package has a known vulnerability."""
    lines, failed = verdict(report())
    sys.stdout.write("\n".join(lines) + "\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
