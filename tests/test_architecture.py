"""The shape of the code: who may import whom, who touches Streamlit, how large a file may grow.

app.py -> pages -> playground -> speko_client <- speko_gateway, and inside playground and
speko_gateway the floors of docs/floors.toml.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PARTS = ("pages", "playground", "speko_client", "speko_gateway")
FLOORS: dict[str, list[str]] = {
    part: table["floors"]
    for part, table in tomllib.loads((ROOT / "docs" / "floors.toml").read_text()).items()
}
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
    "speko_client.models",
    "speko_client.redaction",
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


def names_imported(node: ast.AST) -> list[str]:
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
        yield from names_imported(node)


def things_from(path: Path) -> Iterator[str]:
    """Everything the file imports by name, whether a module or something in one."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            inside = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            yield from (f"{inside}{alias.name}" for alias in node.names)


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
    return {name.split(".")[0] for node in real for name in names_imported(node)}


PRODUCT = [path for part in ("app.py", *PARTS) for path in files_of(part)]
BESIDES = ("tests", "benchmarks", "docs")
EVERYTHING = PRODUCT + [path for part in BESIDES for path in files_of(part)]
SURFACE = re.compile(r"playground\.(browser|ui)\b|playground\.\w+\.(state|\w+_view)\b")


def part_of(path: Path) -> str:
    """The part of the product that a file belongs to."""
    return path.relative_to(ROOT).parts[0]


def may_use_plotly(path: Path) -> bool:
    """What draws a figure: the cards of a session, and each module named after its figures."""
    return path.parent.name == "analytics" or path.stem in {"figures", "sweep_figure"}


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


def room_of(path: Path) -> str:
    """The package, or the single module, of its part that a file belongs to."""
    return path.relative_to(ROOT).with_suffix("").parts[1]


def rooms_imported(path: Path, part: str) -> set[str]:
    """The packages and modules of its own part that a file imports from."""
    names = (name.split(".") for name in things_from(path))
    return {name[1] for name in names if name[0] == part and len(name) > 1}


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
    assert not [named(path) for path in below if any(map(SURFACE.match, things_from(path)))]


def test_browser_state_is_read_and_written_through_slots() -> None:
    """A package names its keys in its ``state.py``; only ``browser`` touches the state itself."""
    others = [path for path in PRODUCT if path.parent.name != "browser"]
    assert not [named(path) for path in others if "session_state" in path.read_text()]
    views = [path for path in others if path.stem != "state"]
    assert not [named(p) for p in views if "playground.browser.slots.Slot" in things_from(p)]


@pytest.mark.parametrize("part", FLOORS)
def test_every_package_has_a_floor(part: str) -> None:
    rooms = {room_of(path) for path in files_of(part)} - {"__init__"}
    assert rooms == set(FLOORS[part])


@pytest.mark.parametrize("part", FLOORS)
def test_a_package_imports_only_what_stands_before_it(part: str) -> None:
    floor = {room: number for number, room in enumerate(FLOORS[part])}
    upwards = [
        f"{named(path)} imports {room}"
        for path in files_of(part)
        for room in rooms_imported(path, part)
        if room_of(path) in floor and floor.get(room, -1) > floor[room_of(path)]
    ]
    assert not upwards


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
