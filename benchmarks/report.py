"""What every benchmark prints: the machine, the date, and a table."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

Row = Sequence[object]


def cpu_model() -> str:
    """The processor's name, as the system reports it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        if names:
            return names[0].partition(":")[2].strip()
    return platform.processor() or platform.machine()


def print_heading(title: str) -> None:
    """The benchmark's name, then what it ran on."""
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"\n## {title}\n")
    print(
        f"{os.cpu_count()} cores ({cpu_model()}), {platform.system()}, Python {python}, "
        f"Streamlit {version('streamlit')}, {datetime.now(UTC):%Y-%m-%d}\n"
    )


def print_table(columns: Sequence[str], rows: Sequence[Row]) -> None:
    """A Markdown table, its columns aligned."""
    cells = [list(columns), *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        for line in cells
    ]
    lines.insert(1, " | ".join("-" * width for width in widths))
    print("\n".join(f"| {line} |" for line in lines), flush=True)


def median(values: Sequence[float]) -> float:
    """The p50."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(values, n=100, method="inclusive")[-1]


def verdict(value: float, aim: float) -> str:
    """Whether a figure that should be small meets its aim."""
    return "met" if value <= aim else "missed"
