"""The documentation points only at what is there: files, folders, pictures and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "benchmarks" / "README.md"])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([\w./*-]+)`")
PARTS = ("pages", "playground", "speko_client", "speko_gateway", "tests", "docs", "benchmarks")


def links(page: Path) -> Iterator[str]:
    """Where the page's links lead inside this repository."""
    return (link for link in LINK.findall(page.read_text()) if "://" not in link)


def paths_named(page: Path) -> Iterator[str]:
    """The files and folders of this repository that the page names in code style."""
    names = CODE.findall(page.read_text())
    return (name for name in names if "/" in name and name.split("/")[0] in PARTS)


def anchors(page: Path) -> set[str]:
    """The page's headings, as links name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether the file is there, and the heading in it."""
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    return target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_points_at_what_is_there(page: Path) -> None:
    assert not [link for link in links(page) if not leads_somewhere(page, link)]
    assert not [name for name in paths_named(page) if not list(ROOT.glob(name))]
