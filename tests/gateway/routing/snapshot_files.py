"""Snapshot files as tests write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def content(id: str = "mine-1", **fields: Any) -> str:
    """A good snapshot's file, of one row, with these fields in place of its own."""
    figures = {"provider": "openai", "model": "gpt-6-luna", "quality": 99, "ttftMs": 9}
    whole = {
        "id": id,
        "label": "Mine",
        "source": "my own benchmark",
        "date": "2026-11-01",
        "rows": [{**figures, "usdPerMinute": 0.00001}],
    }
    return json.dumps(whole | fields)


def write(folder: Path, id: str = "mine-1", name: str = "", **fields: Any) -> Path:
    """The same in a file."""
    folder.mkdir(exist_ok=True)
    path = folder / (name or f"{id}.json")
    path.write_text(content(id, **fields))
    return path
