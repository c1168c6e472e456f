"""Draws the packages and their floors, as a Mermaid flowchart.

python -m docs.draw_floors             draws docs/floors.toml into docs/architecture.md
python -m docs.draw_floors --imports   prints what really imports what, and fails on a circle
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "floors.toml"
PAGE = ROOT / "docs" / "architecture.md"
OPENING, CLOSING = "```mermaid\n", "```\n"

Floors = list[list[str]]
"""The packages on each floor, the lowest floor first."""
Graph = dict[str, set[str]]
"""Each package, and those it imports."""

HOUSE = """\
%%{init: {"flowchart": {"rankSpacing": 14, "padding": 9, "subGraphTitleMargin": {"bottom": 8}}}}%%
flowchart TB
    pages["app.py, pages/"] --> playground --> speko_client
    speko_gateway -- "its wire models and shared rules" --> speko_client
    speko_client["speko_client/: asks the gateway, or any other server, over HTTP"]
"""


def floors() -> dict[str, Floors]:
    """Those of each part of the product that has any."""
    return {part: table["floors"] for part, table in tomllib.loads(TABLE.read_text()).items()}


def picture() -> str:
    """The whole house: one box per floor, each standing on the one below."""
    return HOUSE + "".join(f"{line}\n" for part in floors() for line in _tower(part))


def page_with(drawn: str) -> str:
    """The text of ``docs/architecture.md`` with this picture in place of its own."""
    before, _, rest = PAGE.read_text().partition(OPENING)
    return before + OPENING + drawn + CLOSING + rest.partition(CLOSING)[2]


def graph(part: str) -> Graph:
    """What the packages of a part really import of each other, in a function or for types too."""
    found: Graph = {package: set() for floor in floors()[part] for package in floor}
    for path in sorted((ROOT / part).rglob("*.py")):
        package = package_of(path)
        found.setdefault(package, set()).update(set(packages_imported(path, part)) - {package})
    found.pop("__init__", None)
    return found


def package_of(path: Path) -> str:
    """The package, or the single module, of its part that a file belongs to."""
    return path.relative_to(ROOT).with_suffix("").parts[1]


def packages_imported(path: Path, part: str) -> Iterator[str]:
    """The packages and single modules of its part that a file imports from."""
    names = (name.split(".") for name in names_imported(path))
    return (name[1] for name in names if name[0] == part and len(name) > 1)


def names_imported(path: Path) -> Iterator[str]:
    """Everything the file imports by name, whether a module or something in one."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            inside = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            yield from (f"{inside}{alias.name}" for alias in node.names)


def drawn_imports(part: str) -> str:
    """The real imports as a flowchart; a circle is a ``graphlib.CycleError``."""
    imports = graph(part)
    order = TopologicalSorter(imports).static_order()
    arrows = [f"    {one} --> {other}" for one in order for other in sorted(imports[one])]
    return "\n".join([f"%% {part}: {len(arrows)} arrows, no circle", "flowchart TB", *arrows, ""])


def _tower(part: str) -> Iterator[str]:
    yield f'    subgraph {part}["{part}/"]'
    yield "        direction TB"
    boxes = [f'{part}{number}["{", ".join(floor)}"]' for number, floor in enumerate(floors()[part])]
    yield f"        {' --> '.join(reversed(boxes))}"
    yield "    end"


def main() -> None:
    """Draw into the page, or print the real imports."""
    if sys.argv[1:] == ["--imports"]:
        sys.stdout.writelines(drawn_imports(part) for part in floors())
    else:
        PAGE.write_text(page_with(picture()))


if __name__ == "__main__":
    main()
