"""The shape of the code: who may import whom, who touches Streamlit, how large a file may grow.

app.py -> pages -> playground -> speko_client <- speko_gateway, and inside playground and
speko_gateway the floors of docs/floors.toml.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.draw_floors import (
    PAGE,
    floors,
    names_imported,
    package_of,
    packages_imported,
    page_with,
    picture,
)

ROOT = Path(__file__).parent.parent
PARTS = ("pages", "playground", "speko_client", "speko_gateway")
FLOORS = floors()
LINES_PER_FILE = 350
LINES_PER_PAGE = 150

MAY_IMPORT = {
    "app.py": {"playground"},
    "pages": {"playground", "speko_client"},
    "playground": {"playground", "speko_client"},
    "speko_client": {"speko_client"},
    "speko_gateway": {"speko_gateway", "speko_client"},
}
FROM_CLIENT_TO_GATEWAY = {
    "speko_client.addresses",
    "speko_client.base_urls",
    "speko_client.list_prices",
    "speko_client.model_ids",
    "speko_client.models",
    "speko_client.own_prices",
    "speko_client.pauses",
    "speko_client.proxies",
    "speko_client.redaction",
    "speko_client.wire.error_forms",
    "speko_client.wire.halves",
    "speko_client.wire.sse",
}

SECRETS = re.compile(
    r"\bsk-[A-Za-z0-9_-]{20,}|\bAIza[A-Za-z0-9_-]{30,}|\bxai-[A-Za-z0-9]{20,}"
    r"|\bgsk_[A-Za-z0-9]{20,}|\bghp_[A-Za-z0-9]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)


def files_of(part: str) -> list[Path]:
    """The Python files of a folder, or the one file itself."""
    path = ROOT / part
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def named(path: Path) -> str:
    """The file as a person would name it."""
    return path.relative_to(ROOT).as_posix()


def modules_in(node: ast.AST) -> list[str]:
    """The modules that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports here are absolute"
        return [node.module or ""]
    return []


def imports_of(path: Path) -> Iterator[str]:
    """Every module the file names, at its top or inside a function, for types only or really."""
    for node in ast.walk(ast.parse(path.read_text())):
        yield from modules_in(node)


def lines_of(path: Path) -> int:
    """How long the file is."""
    return len(path.read_text().splitlines())


def prints(path: Path) -> bool:
    """Whether the file calls ``print``."""
    names = (node.func for node in ast.walk(ast.parse(path.read_text())) if hasattr(node, "func"))
    return any(isinstance(name, ast.Name) and name.id == "print" for name in names)


def is_for_types_only(node: ast.AST) -> bool:
    """Whether this is an ``if TYPE_CHECKING:``, whose imports never happen."""
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def libraries_of(path: Path) -> set[str]:
    """The top-level modules that the file really imports."""
    tree = ast.parse(path.read_text())
    type_only = filter(is_for_types_only, ast.walk(tree))
    unreal = {id(inner) for node in type_only for inner in ast.walk(node)}
    real = (node for node in ast.walk(tree) if id(node) not in unreal)
    return {name.split(".")[0] for node in real for name in modules_in(node)}


PRODUCT = [path for part in ("app.py", *PARTS) for path in files_of(part)]
BESIDES = ("tests", "benchmarks", "docs")
EVERYTHING = PRODUCT + [path for part in BESIDES for path in files_of(part)]
SURFACE = re.compile(r"playground\.(browser|ui)\b|playground\.\w+\.(state|\w+_view)\b")


def part_of(path: Path) -> str:
    """The part of the product that a file belongs to."""
    return path.relative_to(ROOT).parts[0]


def may_use_plotly(path: Path) -> bool:
    """What draws a figure: the cards of a session, and each module named after its figures."""
    return path.parent.name == "analytics" or path.stem.endswith(("figures", "_figure"))


def imported(part: str) -> Iterator[tuple[str, str]]:
    """Each file of a part with each module it imports."""
    return ((named(path), name) for path in files_of(part) for name in imports_of(path))


def users_of(library: str) -> list[Path]:
    """The product's files that import a library, or a module of it."""
    return [path for path in PRODUCT if library in libraries_of(path)]


def may_use_streamlit(path: Path) -> bool:
    """The launcher, pages and ``ui.py``; the browser state; each package's views and its state."""
    return (
        part_of(path) in {"app.py", "pages"}
        or named(path) == "playground/ui.py"
        or path.parent == ROOT / "playground" / "browser"
        or path.stem == "state"
        or path.stem.endswith("_view")
    )


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_point_one_way(part: str) -> None:
    ours = [(path, name) for path, name in imported(part) if name.split(".")[0] in {*PARTS, "app"}]
    assert not [(path, name) for path, name in ours if name.split(".")[0] not in MAY_IMPORT[part]]


def test_the_gateway_knows_only_the_clients_wire() -> None:
    from_client = {name for _, name in imported("speko_gateway") if name.startswith("speko_client")}
    assert from_client <= FROM_CLIENT_TO_GATEWAY


def test_streamlit_stays_at_the_surface() -> None:
    """Neither itself nor by way of a module of ours that draws or keeps a session's state."""
    below = [path for path in files_of("playground") if not may_use_streamlit(path)]
    assert not [named(path) for path in users_of("streamlit") if not may_use_streamlit(path)]
    assert not [named(path) for path in below if any(map(SURFACE.match, names_imported(path)))]


def test_browser_state_is_read_and_written_through_slots() -> None:
    """A package names its keys in its ``state.py``; only ``browser`` touches the state itself."""
    others = [path for path in PRODUCT if path.parent.name != "browser"]
    assert not [named(path) for path in others if "session_state" in path.read_text()]
    views = [path for path in others if path.stem != "state"]
    assert not [named(p) for p in views if "playground.browser.slots.Slot" in names_imported(p)]


@pytest.mark.parametrize("part", FLOORS)
def test_every_package_has_a_floor(part: str) -> None:
    packages = {package_of(path) for path in files_of(part)} - {"__init__"}
    assert sorted(packages) == sorted(package for floor in FLOORS[part] for package in floor)


@pytest.mark.parametrize("part", FLOORS)
def test_a_package_imports_only_packages_on_lower_floors(part: str) -> None:
    """So there is no circle either; `python -m docs.draw_floors --imports` draws the imports."""
    floor = {package: n for n, packages in enumerate(FLOORS[part]) for package in packages}
    upwards = [
        f"{named(path)} imports {package}"
        for path in files_of(part)
        for package in set(packages_imported(path, part)) - {package_of(path)}
        if package_of(path) in floor and floor.get(package, -1) >= floor[package_of(path)]
    ]
    assert not upwards


def test_the_picture_of_the_floors_is_up_to_date() -> None:
    """If not: `python -m docs.draw_floors`."""
    assert PAGE.read_text() == page_with(picture())


def test_the_page_about_the_architecture_explains_every_package() -> None:
    explained = ", ".join(re.findall(r"^\*\*(.+?)\*\*: ", PAGE.read_text(), re.MULTILINE))
    explained = explained.replace("\\", "")
    packages = {package for part in FLOORS.values() for floor in part for package in floor}
    assert packages <= set(explained.split(", "))


def test_plotly_stays_in_the_charts() -> None:
    elsewhere = [path for path in users_of("plotly") if not may_use_plotly(path)]
    assert not [named(path) for path in elsewhere]


def test_pages_are_thin() -> None:
    """A page names its parts; what computes or fetches lives in playground/."""
    libraries = {name.split(".")[0] for _, name in imported("pages")} - sys.stdlib_module_names
    assert libraries <= MAY_IMPORT["pages"] | {"streamlit"}
    assert not [named(path) for path in files_of("pages") if lines_of(path) > LINES_PER_PAGE]


def test_every_file_can_be_read_in_one_go() -> None:
    assert not [named(path) for path in EVERYTHING if lines_of(path) > LINES_PER_FILE]


def test_only_the_command_line_prints() -> None:
    assert not [named(path) for path in PRODUCT if prints(path) and path.name != "__main__.py"]


def test_no_file_holds_what_looks_like_a_key() -> None:
    assert not [named(path) for path in EVERYTHING if SECRETS.search(path.read_text())]


def test_every_module_explains_itself() -> None:
    trees = {path: ast.parse(path.read_text()) for path in EVERYTHING}
    assert not [named(path) for path, tree in trees.items() if not ast.get_docstring(tree)]
