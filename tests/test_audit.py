"""The audit of the pinned packages: what fails the build, and what only says something."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

AUDIT = runpy.run_path(str(Path(__file__).parents[1] / ".ci" / "audit.py"))
SOUND = {"name": "httpx", "version": "0.28.1", "vulns": []}
UNKNOWN = {"name": "mine", "skip_reason": "not found"}
HOLED = {
    "name": "old",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]}],
}


def verdict(*packages: dict[str, Any]) -> tuple[list[str], bool]:
    found: tuple[list[str], bool] = AUDIT["verdict"]({"dependencies": list(packages)})
    return found


def test_a_known_vulnerability_fails_the_build() -> None:
    lines, failed = verdict(SOUND, HOLED)
    assert failed
    assert lines[0] == "old 1.0 has PYSEC-1; fixed in: 1.1."


@pytest.mark.parametrize("name", ["PYSEC-1", "CVE-1"])
def test_one_that_is_accepted_does_not(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(AUDIT["ACCEPTED"], name, "the function is not used")
    assert verdict(HOLED) == (["1 of 1 dependencies were audited."], False)


def test_what_was_not_audited_is_said() -> None:
    lines, failed = verdict(SOUND, UNKNOWN)
    assert not failed
    assert lines == ["1 of 2 dependencies were audited; the database does not know the others."]


def test_without_a_database_the_build_goes_on() -> None:
    lines, failed = AUDIT["verdict"](None)
    assert not failed
    assert lines == ["Dependencies were not audited: no database of vulnerabilities is reachable."]
